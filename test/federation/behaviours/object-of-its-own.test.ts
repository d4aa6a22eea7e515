/** Objects that the subgraph of an `@interfaceObject` returns itself, of which it does not know the type, below the root. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway, type TestGateway } from '../gateway.ts';

interface Ref {
  readonly id: string;
}

describe('what the subgraph of an @interfaceObject returns itself', () => {
  let graph: TestGateway;
  beforeAll(async () => {
    graph = await gateway({
      remote: {
        shop: {
          sdl: `type Query { shelf: Shelf } type Shelf @key(fields: "id") { id: ID! } interface Item @key(fields: "id") { id: ID! label: String }
            type Toy implements Item @key(fields: "id") { id: ID! label: String } type Car implements Item @key(fields: "id") { id: ID! label: String }`,
          resolvers: {
            Query: { shelf: () => ({ id: 's' }) },
            Item: { __resolveReference: ({ id }: Ref) => ({ __typename: id.startsWith('t') ? 'Toy' : 'Car', id, label: `label ${id}` }) },
          },
        },
        words: {
          sdl: 'type Shelf @key(fields: "id") { id: ID! items: [Item!] } type Item @key(fields: "id") @interfaceObject { id: ID! slogan: String }',
          resolvers: {
            Shelf: { __resolveReference: ({ id }: Ref) => ({ id }), items: () => [{ id: 't1' }, { id: 'c1' }] },
            Item: { __resolveReference: ({ id }: Ref) => ({ id }), slogan: ({ id }: Ref) => `slogan ${id}` },
          },
        },
      },
    });
  });
  afterAll(() => graph.close());

  it('what the subgraph of an @interfaceObject returns itself has the fields of its type, below the root too', async () => {
    await expect(graph.query('{ shelf { items { ... on Toy { slogan } } } }')).resolves.toEqual({
      data: { shelf: { items: [{ slogan: 'slogan t1' }, {}] } },
    });
    await expect(graph.query('{ shelf { items { slogan ... on Car { again: slogan label } } } }')).resolves.toEqual({
      data: { shelf: { items: [{ slogan: 'slogan t1' }, { slogan: 'slogan c1', again: 'slogan c1', label: 'label c1' }] } },
    });
  });
});

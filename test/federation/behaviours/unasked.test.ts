/** What an engine asks nobody for, although a subgraph has it. */
import { execute, parse } from 'graphql';
import { expect, it } from 'vitest';
import { supergraphSchema } from '../../../src/federation/supergraph.ts';
import { gateway } from '../gateway.ts';
import { asJson } from '../run-operation.ts';

interface Ref {
  readonly id: string;
}

it('a field that an engine asks nobody for is an error by its name, and never null in silence', async () => {
  const graph = await gateway({
    onPlannerAlone: true,
    remote: {
      shop: {
        sdl: `type Query { hello: String } interface Item @key(fields: "id") { id: ID! label: String }
          type Toy implements Item @key(fields: "id") { id: ID! label: String } type Car implements Item @key(fields: "id") { id: ID! label: String }`,
        resolvers: {
          Item: { __resolveReference: ({ id }: Ref) => ({ __typename: id.startsWith('t') ? 'Toy' : 'Car', id, label: `label ${id}` }) },
        },
      },
      words: {
        sdl: 'type Query { words: [Item!] } type Item @key(fields: "id") @interfaceObject { id: ID! slogan: String nothing: String }',
        resolvers: {
          Query: { words: () => [{ id: 't1' }, { id: 'c1' }] },
          Item: { __resolveReference: ({ id }: Ref) => ({ id }), slogan: ({ id }: Ref) => `slogan ${id}` },
        },
      },
    },
  });
  const query = '{ words { ... on Car { ... on Car { slogan } label } } }';
  await expect(graph.query(query)).resolves.toEqual({ data: { words: [{}, { slogan: 'slogan c1', label: 'label c1' }] } });
  expect(await graph.query('{ words { ... on Toy { slogan } ... on Car { slogan nothing } } }')).toMatchObject({
    data: { words: [{ slogan: null }, { slogan: 'slogan c1', nothing: null }] },
    errors: [
      {
        path: ['words', 0, 'slogan'],
        message: '"Toy.slogan" cannot be asked for where it stands in this operation. Ask for it through another field.',
        extensions: { code: 'BAD_REQUEST' },
      },
    ],
  });
  const schema = supergraphSchema({ supergraphSdl: graph.supergraphSdl });
  const asked = async (text: string) => asJson(await execute({ schema, document: parse(text), contextValue: {} }));
  expect(await asked(query)).toMatchObject({
    data: { words: [{}, { slogan: null }] },
    errors: [
      {
        path: ['words', 1, 'slogan'],
        message: expect.stringContaining('"Car.slogan" cannot be asked for where it stands in this operation without the query planner.'),
        extensions: { code: 'BAD_REQUEST' },
      },
    ],
  });
  // What a subgraph gave as null is null, and no error.
  expect(await asked('{ words { slogan nothing } }')).toEqual({
    data: {
      words: [
        { slogan: 'slogan t1', nothing: null },
        { slogan: 'slogan c1', nothing: null },
      ],
    },
  });
  await graph.close();
});

/** Reports about other gateways, tried on this one over real HTTP. */
import { afterAll, describe, expect, it } from 'vitest';
import { gateway, type TestGateway } from '../gateway.ts';

const open: TestGateway[] = [];
afterAll(async () => {
  for (const graph of open) await graph.close();
});
const graphOf = async (...given: Parameters<typeof gateway>): Promise<TestGateway> => {
  const graph = await gateway(...given);
  open.push(graph);
  return graph;
};

describe('a field that an @interfaceObject adds', () => {
  const tagline = {
    sdl: 'type Item @key(fields: "id") @interfaceObject { id: ID! tagline: String } type Product @key(fields: "id") { id: ID! price: Int }',
    resolvers: {
      Item: { __resolveReference: ({ id }: { id: string }) => ({ id, tagline: `tag ${id}` }) },
      Product: { __resolveReference: ({ id }: { id: string }) => ({ id, price: 3 }) },
    },
  };
  const toys = ['1', '2'].map((id) => ({ __typename: 'Toy', id }));
  const resolvers = { Query: { toy: () => toys[0], items: () => toys, product: () => ({ id: '7', sku: 's' }) } };

  it('a field that an @interfaceObject adds is asked for where the client selects it of a member', async () => {
    const items = {
      sdl: `type Query { toy: Toy items: [Item] product: Product } interface Item @key(fields: "id") { id: ID! }
        type Toy implements Item @key(fields: "id") { id: ID! } type Product @key(fields: "id") { id: ID! }`,
      resolvers,
    };
    const graph = await graphOf({ remote: { items, tagline } });
    expect(await graph.query('{ toy { id tagline } }')).toEqual({ data: { toy: { id: '1', tagline: 'tag 1' } } });
  });

  it('a field that an @interfaceObject adds is asked for whatever keys other types have', async () => {
    const items = {
      sdl: `type Query { toy: Toy items: [Item] product: Product } interface Item @key(fields: "id") { id: ID! }
        type Toy implements Item @key(fields: "id") { id: ID! } type Product @key(fields: "id") @key(fields: "sku") { id: ID! sku: String }`,
      resolvers,
    };
    const graph = await graphOf({ remote: { items, tagline } });
    expect(await graph.query('{ items { id tagline } product { sku price } }')).toEqual({
      data: {
        items: [
          { id: '1', tagline: 'tag 1' },
          { id: '2', tagline: 'tag 2' },
        ],
        product: { sku: 's', price: 3 },
      },
    });
  });
});

it('an error of an entity stands at the field that failed, not at a field of another team', async () => {
  const graph = await graphOf({
    remote: {
      a: {
        sdl: 'type Query { products: [Product] } type Product @key(fields: "id") { id: ID! }',
        resolvers: { Query: { products: () => ['1', '2', '3'].map((id) => ({ id })) } },
      },
      b: {
        sdl: 'type Product @key(fields: "id") { id: ID! mustFail: String! }',
        resolvers: {
          Product: {
            __resolveReference: ({ id }: { id: string }) => ({ id }),
            mustFail({ id }: { id: string }) {
              if (id === '2') throw new Error('It failed.');
              return `fine ${id}`;
            },
          },
        },
      },
    },
  });
  const { data, errors } = await graph.query('{ products { id mustFail } }');
  expect(data).toEqual({ products: [{ id: '1', mustFail: 'fine 1' }, null, { id: '3', mustFail: 'fine 3' }] });
  expect(errors).toMatchObject([{ message: 'It failed.', path: ['products', 1, 'mustFail'] }]);
});

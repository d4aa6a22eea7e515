import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway, type TestGateway } from './gateway.ts';

const products = Array.from({ length: 5 }, (_, index) => ({ id: String(index), name: `Product ${index}` }));

describe('two teams and a local subgraph', () => {
  let graph: TestGateway;
  let calls = 0;

  beforeAll(async () => {
    graph = await gateway({
      remote: {
        products: {
          sdl: `type Query { products: [Product!]! product(id: ID!): Product }
            type Product @key(fields: "id") { id: ID! name: String! description: String }`,
          resolvers: {
            Query: {
              products: () => products,
              product: (_: unknown, { id }: { id: string }) => products.find((product) => product.id === id) ?? null,
            },
            Product: {
              description: ({ id }: { id: string }) => `About ${id}`,
              __resolveReference: ({ id }: { id: string }) => products[Number(id)],
            },
          },
        },
      },
      local: {
        ai: {
          sdl: `type Query { hello: String } type Product @key(fields: "id") { id: ID! description: String @external summary(words: Int = 3): String @requires(fields: "description") }`,
          resolvers: {
            Query: { hello: () => 'hello' },
            Product: {
              summary: ({ id, description }: { id: string; description: string }, { words }: { words: number }) => {
                calls++;
                if (id === '3') throw new Error('No summary today.');
                return `${description} in ${words}`;
              },
            },
          },
        },
      },
    });
  });
  afterAll(() => graph.close());

  it('a graph of two teams and a local subgraph answers from both in one operation', async () => {
    await expect(graph.query('{ product(id: "1") { name summary(words: 7) } hello }')).resolves.toEqual({
      data: { product: { name: 'Product 1', summary: 'About 1 in 7' }, hello: 'hello' },
    });
  });

  it('a graph of two teams and a local subgraph keeps an error at its exact place', async () => {
    calls = 0;
    const result = await graph.queryOnce('{ products { id s: summary } }', {});
    expect(result.errors).toMatchObject([{ message: 'No summary today.', path: ['products', 3, 's'] }]);
    expect(result.data).toMatchObject({ products: [{ s: 'About 0 in 3' }, {}, {}, { s: null }, { s: 'About 4 in 3' }] });
    expect(calls).toBe(5);
  });
});

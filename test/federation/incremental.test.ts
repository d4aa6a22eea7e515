import { type GraphQLResolveInfo, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ResponsePath, responsePaths } from '../../src/federation/engine/response-paths.ts';
import { gateway, type TestGateway } from './gateway.ts';
import { runOperation } from './run-operation.ts';

interface Payload {
  readonly data?: unknown;
  readonly incremental?: readonly {
    readonly data: unknown;
    readonly path: readonly (string | number)[];
    readonly errors?: readonly { readonly path: unknown }[];
  }[];
  readonly hasNext?: boolean;
}

describe('incremental delivery', () => {
  let graph: TestGateway;
  let answer = Promise.withResolvers<void>();
  let uses: (() => readonly ResponsePath[])[] = [];
  beforeAll(async () => {
    graph = await gateway({
      remote: {
        shop: {
          sdl: 'type Query { products: [Product!]! } type Product @key(fields: "id") { id: ID! description: String }',
          resolvers: { Query: { products: () => ['1', '2'].map((id) => ({ id, description: `d${id}` })) } },
        },
      },
      local: {
        ai: {
          sdl: 'type Query { hello: String } type Product @key(fields: "id") { id: ID! description: String @external summary: String @requires(fields: "description") }',
          resolvers: {
            Query: { hello: () => 'hello' },
            Product: {
              summary: async (
                { id, description }: { id: string; description: string },
                _: unknown,
                __: unknown,
                info: GraphQLResolveInfo,
              ) => {
                uses.push(responsePaths(info));
                await answer.promise;
                if (id === '2') throw new Error('No summary.');
                return `summary of ${description}`;
              },
            },
          },
        },
      },
    });
  });
  afterAll(() => graph.close());

  it('incremental delivery defers AI fields on entities: the rest comes at once, errors and paths stay exact', async () => {
    answer = Promise.withResolvers();
    uses = [];
    const payloads: Payload[] = [];
    const parts = await runOperation({
      schema: graph.schema,
      document: parse('{ products { id ... @defer { s: summary } } }'),
      contextValue: {},
    });
    for await (const part of parts as AsyncIterable<Payload>) {
      payloads.push(JSON.parse(JSON.stringify(part)) as Payload);
      if (payloads.length === 1) {
        expect(payloads[0]).toEqual({ data: { products: [{ id: '1' }, { id: '2' }] }, hasNext: true });
        answer.resolve();
      }
    }
    const increments = payloads.flatMap(({ incremental }) => incremental ?? []);
    expect(increments).toHaveLength(2);
    expect(increments).toEqual(expect.arrayContaining([expect.objectContaining({ data: { s: 'summary of d1' }, path: ['products', 0] })]));
    expect(increments.find(({ path }) => path[1] === 1)).toMatchObject({ data: { s: null }, errors: [{ path: ['products', 1, 's'] }] });
    expect(uses.flatMap((read) => read())).toEqual([
      ['products', 0, 's'],
      ['products', 1, 's'],
    ]);
  });
});

import { useDeferStream } from '@graphql-yoga/plugin-defer-stream';
import type { GraphQLResolveInfo } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ResponsePath, responsePaths } from '../../src/federation/engine/response-paths.ts';
import { gateway, type TestGateway } from './gateway.ts';

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

  it('defers AI fields on entities: the rest comes at once, errors and paths stay exact', async () => {
    answer = Promise.withResolvers();
    uses = [];
    const yoga = createYoga({ schema: graph.schema, plugins: [useDeferStream()], logging: false, maskedErrors: false });
    const response = await yoga.fetch('http://gateway.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed' },
      body: JSON.stringify({ query: '{ products { id ... @defer { s: summary } } }' }),
    });
    const payloads: Payload[] = [];
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString('utf8');
      const parts = text.split('\r\n---');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const at = part.indexOf('{');
        if (at >= 0) payloads.push(JSON.parse(part.slice(at)) as Payload);
      }
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

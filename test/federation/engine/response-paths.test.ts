import type { GraphQLResolveInfo } from 'graphql';
import { parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../src/federation/engine/bypass.ts';
import { type ResponsePath, responsePaths } from '../../../src/federation/engine/response-paths.ts';
import { gateway, type TestGateway } from '../gateway.ts';
import { runOperation } from '../run-operation.ts';
import { federation2, subgraphSchema } from '../subgraph-server.ts';

const ids = Array.from({ length: 50 }, (_, index) => String(index));
let uses: (() => readonly ResponsePath[])[] = [];
const noted = (value: (parent: { id: string }, args: Record<string, unknown>) => unknown) => {
  return (parent: { id: string }, args: Record<string, unknown>, _: unknown, info: GraphQLResolveInfo): unknown => {
    uses.push(responsePaths(info));
    return value(parent, args);
  };
};

const aiSdl = `
  type Query { completion(prompt: String): Completion later: [Product] }
  type Completion { text: String }
  type Product @key(fields: "id") { id: ID! description: String @external
    summary(words: Int = 3, tone: Tone = PLAIN): String @requires(fields: "description") facts: Facts tags: [String] }
  type Facts { size: String } enum Tone { PLAIN WARM }
  type Review @key(fields: "product { id } author") { product: Product author: String mood: String }`;
const aiResolvers = {
  Query: { completion: noted(() => ({ text: 'x' })), later: () => [{ id: '1' }] },
  Product: { summary: noted(({ id }) => `s${id}`), facts: noted(() => ({ size: 'XL' })), tags: () => ['a'] },
  Facts: { size: noted(() => 'XL') },
  Review: { mood: noted(() => 'good') },
};

describe('response paths of AI fields', () => {
  let graph: TestGateway;
  beforeAll(async () => {
    graph = await gateway({
      remote: {
        shop: {
          sdl: `type Query { products: [Product!]! best: Product top: [[Product!]!]! reviews: [Review] }
            type Product @key(fields: "id") { id: ID! description: String similar: [Product] }
            type Review @key(fields: "product { id } author") { product: Product author: String }`,
          resolvers: {
            Query: {
              products: () => ids.map((id) => ({ id, description: 'd' })),
              best: () => ({ id: '7', description: 'd' }),
              top: () => [
                [{ id: '1', description: 'd' }],
                [
                  { id: '2', description: 'd' },
                  { id: '3', description: 'd' },
                ],
              ],
              reviews: () => [{ product: { id: '1' }, author: 'a' }, null, { product: { id: '2' }, author: 'a' }],
            },
            Product: { similar: ({ id }: { id: string }) => [{ id: String((Number(id) + 1) % 50), description: 'd' }] },
          },
        },
      },
      local: { ai: { sdl: aiSdl, resolvers: aiResolvers } },
    });
  });
  afterAll(() => graph.close());
  beforeEach(() => {
    uses = [];
  });
  const pathsOf = async (query: string, variables = {}): Promise<readonly (readonly ResponsePath[])[]> => {
    const result = await graph.queryOnce(query, {}, variables);
    expect(result.errors).toBeUndefined();
    return uses.map((read) => read());
  };

  it('response paths of AI fields finds 50 true paths of 50 entities', async () => {
    const paths = await pathsOf('{ products { id summary } }');
    expect(paths).toEqual(ids.map((_, index) => [['products', index, 'summary']]));
  });

  it('response paths of AI fields tells the events of a subscription apart: each is an execution of its own in one context', async () => {
    const contextValue = {};
    const event = async (query: string): Promise<(typeof uses)[number][]> => {
      await runOperation({ schema: graph.schema, document: parse(query), contextValue });
      return uses.splice(0);
    };
    const first = await event('{ list: top { id summary } }');
    const second = await event('{ list: products { id summary } }');
    expect(first.map((read) => read())).toEqual([[['list', 0, 0, 'summary']], [['list', 1, 0, 'summary']], [['list', 1, 1, 'summary']]]);
    expect(second.map((read) => read())).toEqual(ids.map((_, index) => [['list', index, 'summary']]));
  });

  it('response paths of AI fields tells aliases, arguments and places apart', async () => {
    const paths = await pathsOf(
      'query($w: Int) { best { a: summary(words: $w) b: summary(words: 9, tone: WARM) } hit: best { a: summary(words: 5) } }',
      { w: 4 },
    );
    expect(new Set(paths.flat())).toEqual(
      new Set([
        ['best', 'a'],
        ['best', 'b'],
        ['hit', 'a'],
      ]),
    );
    expect(paths.every((found) => found.length === 1)).toBe(true);
  });

  it('response paths of AI fields names every place of an entity that stands in several', async () => {
    const paths = await pathsOf('{ best { summary } again: best { summary } }');
    expect(paths.length).toBeGreaterThan(0);
    for (const found of paths)
      expect(found.toSorted()).toEqual([
        ['again', 'summary'],
        ['best', 'summary'],
      ]);
  });

  it('response paths of AI fields follows nested lists, entities in entities and compound keys', async () => {
    expect((await pathsOf('{ top { summary } }')).flat()).toEqual([
      ['top', 0, 0, 'summary'],
      ['top', 1, 0, 'summary'],
      ['top', 1, 1, 'summary'],
    ]);
    uses = [];
    expect((await pathsOf('{ best { similar { summary } } }')).flat()).toEqual([['best', 'similar', 0, 'summary']]);
    uses = [];
    expect((await pathsOf('{ reviews { mood } }')).flat()).toEqual([
      ['reviews', 0, 'mood'],
      ['reviews', 2, 'mood'],
    ]);
  });

  it('response paths of AI fields goes on below an AI field that is an object, and at root fields under an alias', async () => {
    expect((await pathsOf('{ best { f: facts { s: size } } }')).flat()).toEqual([
      ['best', 'f'],
      ['best', 'f', 's'],
    ]);
    uses = [];
    expect((await pathsOf('{ mine: completion { text } best { id } }')).flat()).toEqual([['mine']]);
  });
});

describe('the local bypass', () => {
  it('the local bypass runs what is all AI on the AI schema alone, decided once per document', async () => {
    const local = subgraphSchema(federation2 + aiSdl, aiResolvers);
    const graph = await gateway({
      remote: {
        shop: {
          sdl: `type Query { best: Product } type Product @key(fields: "id") { id: ID! description: String } type Review @key(fields: "product { id } author") { product: Product author: String }`,
          resolvers: {},
        },
      },
      local: { ai: { sdl: aiSdl, resolvers: aiResolvers } },
    });
    const choose = chooseEngine(graph.schema, local);
    const goesLocal = (query: string): boolean => choose(parse(query)) === local;
    expect(goesLocal('{ completion { ...T __typename } } fragment T on Completion { text }')).toBe(true);
    expect(goesLocal('{ later { id tags } }')).toBe(true);
    expect(goesLocal('{ completion { text } best { id } }')).toBe(false);
    expect(goesLocal('{ later { summary } }')).toBe(false);
    expect(goesLocal('{ later { description } }')).toBe(false);
    expect(goesLocal('{ __schema { types { name } } }')).toBe(false);
    expect(goesLocal('{ _service { sdl } }')).toBe(false);
    expect(goesLocal('{ _entities(representations: []) { __typename } }')).toBe(false);
    expect(goesLocal('{ completion(nothing: 1) { text } }')).toBe(false);
    expect(goesLocal('{ completion { ... on Product { id } nothing } }')).toBe(false);
    await graph.close();
  });
});

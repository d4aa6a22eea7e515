import type { GraphQLSchema } from 'graphql';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Shop, shop } from '../examples/shop.ts';

const entityCalls = vi.hoisted(() => ({ sizes: [] as number[] }));

// The AI subgraph runs in the gateway's process: its `_entities` is noted where the wire would be.
vi.mock('../../src/graphql/schema.ts', async (original) => {
  const real = await original<typeof import('../../src/graphql/schema.ts')>();
  return {
    ...real,
    aiSchema: (...parts: Parameters<typeof real.aiSchema>): GraphQLSchema => {
      const schema = real.aiSchema(...parts);
      const field = schema.getQueryType()?.getFields()['_entities'];
      const resolve = field?.resolve;
      if (field === undefined || resolve === undefined) throw new Error('There is no _entities to note.');
      field.resolve = (parent, args, context, info) => {
        entityCalls.sizes.push(args['representations'].length);
        return resolve(parent, args, context, info);
      };
      return schema;
    },
  };
});

describe('N entities ask once: embeddings of a list go out as one batch; identical prompts in an operation are one call; usage is split over the fields that asked', () => {
  let graph: Shop;
  beforeAll(async () => {
    graph = await shop();
  });
  beforeEach(() => {
    graph.forget();
    entityCalls.sizes.length = 0;
  });
  const ask = async (query: string, variables = {}) => {
    const answer = await graph.gateway.ask(query, variables);
    return { ...answer, calls: answer.extensions?.usage?.calls ?? [] };
  };
  const indexes = (most: number): number[] => Array.from({ length: most }, (_, index) => index);

  it('50 products x 1 vector: one _entities call, one batch, 50 paths', async () => {
    const { data, errors, calls } = await ask('{ products(first: 50) { embedding } }');
    expect(errors).toBeUndefined();
    expect(data.products.filter(({ embedding }: { embedding: string | null }) => embedding !== null)).toHaveLength(50);
    expect(entityCalls.sizes).toEqual([50]);
    expect(graph.asked.length).toBeGreaterThan(0);
    expect(calls).toHaveLength(1);
    expect(calls[0].coordinate).toBe('Product.embedding');
    expect(calls[0].paths).toEqual(indexes(50).map((index) => ['products', index, 'embedding']));
  });

  it('what needs another team’s fields is fetched once for the whole list', async () => {
    const { errors, calls } = await ask('{ products(first: 12) { verdict } }');
    expect(errors).toBeUndefined();
    expect(graph.reviews).toHaveLength(1);
    expect(entityCalls.sizes).toEqual([12]);
    expect(calls.flatMap(({ paths }: { paths: unknown[] }) => paths)).toHaveLength(12);
  });

  it('identical prompts are one call, whose cost is shared over the paths', async () => {
    const { data, calls } = await ask(
      '{ a: product(id: "3") { one: summary(words: 9) two: summary(words: 9) } b: product(id: "3") { summary(words: 9) other: summary(words: 8) } }',
    );
    expect(data.a.one).toBe(data.b.summary);
    expect(graph.asked).toHaveLength(2);
    const paths = calls.flatMap((call: { paths: string[][] }) => call.paths.map((path) => path.join('.')));
    expect(new Set(paths)).toEqual(new Set(['a.one', 'a.two', 'b.summary', 'b.other']));
  });

  it.each([
    ['aliases', '{ best: product(id: "4") { short: summary(words: 6) } }', [['best', 'short']]],
    ['fragments', '{ product(id: "5") { ...P } } fragment P on Product { ... on Product { s: summary(words: 7) } }', [['product', 's']]],
    [
      'nested lists',
      '{ products(first: 2) { reviews(first: 2) { feeling } } }',
      [0, 1].flatMap((p) => [0, 1].map((r) => ['products', p, 'reviews', r, 'feeling'])),
    ],
    ['objects', '{ product(id: "6") { data: facts { m: material } } }', [['product', 'data']]],
    [
      'root fields beside them',
      '{ product(id: "7") { summary(words: 5) } mine: completion(input: { prompt: { text: "Summarise: a b c." } }) { __typename } }',
      [['product', 'summary'], ['mine']],
    ],
  ])('paths in extensions.usage are those of the response, under %s', async (_, query, expected) => {
    const { errors, calls } = await ask(query);
    expect(errors).toBeUndefined();
    const paths = calls.flatMap((call: { paths: unknown[] }) => call.paths).map((path: unknown) => JSON.stringify(path));
    expect(paths.sort()).toEqual(expected.map((path) => JSON.stringify(path)).sort());
  });

  it('50 fields that one batch serves are 50 rows of the ledger, adding up to its cost', async () => {
    const { calls } = await ask('query Fifty { products(first: 50) { embedding } }');
    await graph.gateway.storage.ledger.flush();
    const { data } = await graph.gateway.ask(
      'query($from: DateTime!, $to: DateTime!) { aiUsage(input: { from: $from, to: $to, groupBy: [COORDINATE, OPERATION] }) { rows { key calls usage { cost { amount } } } } }',
      { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' },
    );
    const row = data.aiUsage.rows.find(({ key }: { key: Record<string, string> }) => JSON.stringify(key).includes('Fifty'));
    expect(JSON.stringify(row.key)).toContain('Product.embedding');
    expect(Number(row.usage.cost.amount)).toBe(Number(calls[0].cost));
    expect(Number(calls[0].cost)).toBeGreaterThan(0);
    expect(row.calls).toBe(50);
  });
});

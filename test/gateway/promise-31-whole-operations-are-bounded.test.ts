import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Double, double } from '../doubles.ts';
import { newGate } from '../raw-upstream.ts';
import { budgetOf, eventually, newKey } from './asking.ts';
import { promptOf, type Teams, teams } from './teams.ts';

/** One use of `summary`: 500 tokens in at 1,000 nano-dollars, 50 out at 2,000. */
const summaryCost = 600_000;
const usd = (nano: number): string => String(nano / 1e9);

const ids = Array.from({ length: 200 }, (_, index) => String(index));
const shop = {
  sdl: `type Query { products(first: Int = 10): [Product!]! product(id: ID!): Product! }
    type Product @key(fields: "id") { id: ID! description: String! related(first: Int!): [Product!]! }`,
  resolvers: {
    Query: {
      products: (_: unknown, { first }: { first: number }) => ids.slice(0, first).map(about),
      product: (_: unknown, { id }: { id: string }) => about(id),
    },
    Product: { related: (_: unknown, { first }: { first: number }) => ids.slice(0, first).map(about) },
  },
};
function about(id: string) {
  return { id, description: `about ${id}` };
}
const fields = `extend type Product @key(fields: "id") { id: ID! description: String!
  summary: String @completion(prompt: "Sum up {description}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]])
  essay: String @completion(prompt: "An essay on {description}", maxInputTokens: 500, maxOutputTokens: 90) @requiresScopes(scopes: [["ai:use"]])
  vector: Vector @embedding(text: "{description}", maxInputTokens: 400) @requiresScopes(scopes: [["ai:use"]]) }`;

const sums = (): Double =>
  double('model', async function* (request, { report }) {
    if (request.kind === 'embedding')
      for (const index of request.texts.keys()) yield { type: 'embedding', index, vector: new Float32Array([index]) };
    else yield { type: 'text', text: 'A sum.' };
    report({ freshInputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 });
    yield { type: 'finish', reason: 'stop' };
  });

describe('the cost of a whole operation is bounded before it runs', () => {
  let graph: Teams;
  let provider: Double;
  beforeAll(async () => {
    provider = sums();
    // Room for ten summaries, and not for eleven.
    graph = await teams({ remote: { shop }, fields, provider, config: { graph: { maxCostPerOperation: usd(10 * summaryCost) } } });
  });
  const asked = (): readonly number[] => [provider.asked.length, graph.subgraphs['shop']?.asked.length ?? 0];
  let before: readonly number[] = [];
  beforeEach(() => {
    before = asked();
  });

  it.each([
    ['a list', '{ products(first: 11) { summary } }', {}, 'products.summary', 11],
    ['a list by variable', 'query($n: Int!) { products(first: $n) { summary } }', { n: 11 }, 'products.summary', 11],
    ['a variable left out, by its default', 'query($n: Int = 12) { products(first: $n) { summary } }', {}, 'products.summary', 12],
    ['aliases', `{ ${ids.slice(0, 11).map((id) => `p${id}: product(id: "${id}") { summary }`)} }`, {}, 'p0.summary', 1],
    [
      'fragments',
      '{ products(first: 6) { ...A ... on Product { second: summary } } } fragment A on Product { ...B } fragment B on Product { summary }',
      {},
      'products.summary',
      6,
    ],
    ['lists in lists', '{ products(first: 3) { related(first: 4) { summary } } }', {}, 'products.related.summary', 12],
    [
      '@include and @skip by variable',
      'query($yes: Boolean!) { products(first: 6) { summary @include(if: $yes) s: summary @skip(if: $yes) t: summary @include(if: $yes) } }',
      { yes: true },
      'products.summary',
      6,
    ],
    ['batches', '{ products(first: 16) { vector } }', {}, 'products.vector', 16],
    ['several fields: the dearest is named', '{ products(first: 5) { summary essay vector } }', {}, 'products.essay', 5],
  ])(
    '%s beyond what an operation may cost is refused with the most expensive field named, and nobody upstream is asked',
    async (_, query, variables, path, calls) => {
      const { data, errors } = await graph.gateway.ask(query, variables);
      expect(data ?? null).toBeNull();
      expect(errors).toHaveLength(1);
      expect(errors?.[0]?.extensions.code).toBe('COST_LIMIT_EXCEEDED');
      expect(errors?.[0]?.message).toContain(`${usd(10 * summaryCost)} USD is allowed. ${path} costs most: ${calls} call`);
      expect(asked()).toEqual(before);
    },
  );

  it.each([
    ['a list', '{ products(first: 10) { summary } }', {}, 10],
    ['an argument’s default', '{ products { summary } }', {}, 10],
    [
      'fields that are left out',
      'query($yes: Boolean!) { products(first: 10) { summary @include(if: $yes) s: summary @skip(if: $yes) } }',
      { yes: false },
      10,
    ],
    ['fields that ask no model', '{ products(first: 100) { description } }', {}, 0],
  ])('%s within what an operation may cost runs', async (_, query, variables, calls) => {
    const { errors } = await graph.gateway.ask(query, variables);
    expect(errors).toBeUndefined();
    expect(provider.asked.length - (before[0] ?? 0)).toBe(calls);
  });

  it('the gateway tells tokens and money, per field and in total, instead of running, for whoever asks', async () => {
    const query = '{ products(first: 40) { s: summary vector } }';
    const { data, extensions } = await graph.gateway.ask(query, {}, { headers: { 'x-fieldgate-quote': 'only' } });
    expect(data).toBeNull();
    expect(extensions.quote).toMatchObject({
      cost: usd(40 * (summaryCost + 400_000)),
      inputTokens: 40 * 900,
      outputTokens: 40 * 50,
      fields: [
        { coordinate: 'Product.summary', path: 'products.s', calls: 40, cost: usd(40 * summaryCost) },
        { coordinate: 'Product.vector', path: 'products.vector', calls: 40, cost: usd(40 * 400_000) },
      ],
    });
    expect(asked()).toEqual(before);
  });
});

describe('one reservation stands behind the whole operation', () => {
  it('the one reservation of an operation is its quote, set aside before anything runs, refused as a whole, and given back share by share', async () => {
    const gates = new Map(ids.map((id) => [`about ${id}`, newGate()]));
    const provider = double('model', async function* (request, { report }) {
      const gate = [...gates].find(([text]) => promptOf(request).includes(text))?.[1];
      await gate?.opened;
      yield { type: 'text', text: 'A sum.' };
      report({ freshInputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 });
      yield { type: 'finish', reason: 'stop' };
    });
    const { gateway, subgraphs } = await teams({ remote: { shop }, fields, provider, route: { cacheSeconds: 60 } });
    const { secret: key } = await newKey(gateway, { monthlyBudget: usd(5 * summaryCost) });

    const tooMuch = await gateway.ask('{ products(first: 6) { summary } }', {}, { key });
    expect(tooMuch.errors?.map(({ extensions }) => extensions.code)).toEqual(['BUDGET_EXCEEDED']);
    expect(provider.asked).toHaveLength(0);
    expect(subgraphs['shop']?.asked).toHaveLength(0);

    const asking = gateway.ask('{ products(first: 4) { summary } }', {}, { key });
    await eventually(
      'four calls run',
      () => provider.asked.length,
      (calls) => calls === 4,
    );
    expect(await budgetOf(gateway, key)).toMatchObject({ held: 4 * summaryCost, spent: 0 });
    const other = await gateway.ask('{ products(first: 2) { summary } }', {}, { key });
    expect(other.errors?.[0]?.extensions.code).toBe('BUDGET_EXCEEDED');

    // 10 tokens in, 2 out.
    const cost = 14_000;
    for (let done = 1; done <= 3; done += 1) {
      gates.get(`about ${done - 1}`)?.open();
      await eventually(
        `the share of field ${done} is given back`,
        () => budgetOf(gateway, key),
        ({ held }) => held === (4 - done) * summaryCost,
      );
      expect(await budgetOf(gateway, key)).toMatchObject({ spent: done * cost });
    }

    // A hit gives its share back though its operation goes on: the model still has the last of the list to answer.
    const hits = gateway.ask('{ products(first: 2) { summary } last: product(id: "3") { summary } }', {}, { key });
    await eventually(
      'two hits have given back',
      () => budgetOf(gateway, key),
      ({ held }) => held === 2 * summaryCost,
    );
    gates.get('about 3')?.open();
    expect((await asking).errors).toBeUndefined();
    expect((await hits).extensions.usage.calls.map(({ cache }: { cache: string }) => cache).sort()).toEqual(['HIT', 'HIT', 'SHARED']);
    expect(await budgetOf(gateway, key)).toMatchObject({ held: 0, spent: 4 * cost });
  });
});

import { setImmediate } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { double } from '../doubles.ts';
import { type Shop, shop } from '../examples/shop.ts';
import type { TestGateway } from '../harness.ts';
import { eventually, ledgerOf } from './asking.ts';
import { promptOf, teams } from './teams.ts';

const entityCalls = { sizes: [] as number[] };

/** The AI subgraph runs in the gateway's process: its `_entities` is noted where the wire would be. */
function noteEntityCalls({ aiSchema }: TestGateway): void {
  const field = aiSchema?.getQueryType()?.getFields()['_entities'];
  const resolve = field?.resolve;
  if (field === undefined || resolve === undefined) throw new Error('There is no _entities to note.');
  field.resolve = (parent, args, context, info) => {
    entityCalls.sizes.push(args['representations'].length);
    return resolve(parent, args, context, info);
  };
}

describe('N entities ask once: embeddings of a list go out as one batch; identical prompts in an operation are one call; usage is split over the fields that asked', () => {
  let graph: Shop;
  beforeAll(async () => {
    graph = await shop();
    noteEntityCalls(graph.gateway);
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

describe('identical prompts in an operation are one call, however they come', () => {
  const newGate = () => {
    const { promise, resolve: open, reject: fail } = Promise.withResolvers<void>();
    return { opened: promise, open, fail };
  };
  /** The model answers when it is let; the slow team when it is let. */
  async function twoTeams(route: object = {}) {
    const gates = { model: newGate(), slow: newGate() };
    const provider = double('model', async function* (request, { report }) {
      await gates.model.opened;
      if (request.kind === 'embedding') {
        for (const [index, text] of request.texts.entries()) yield { type: 'embedding', index, vector: new Float32Array([text.length]) };
      } else yield { type: 'text', text: `said of ${promptOf(request)}` };
      report({ freshInputTokens: 101, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 10, reasoningTokens: 0 });
      yield { type: 'finish', reason: 'stop' };
    });
    const about = (id: string) => ({ id, description: 'about it' });
    const { gateway } = await teams({
      provider,
      route,
      remote: {
        products: {
          sdl: 'type Query { fast: [Product!]! } type Product @key(fields: "id") { id: ID! description: String! }',
          resolvers: { Query: { fast: () => [about('1')] }, Product: { __resolveReference: ({ id }: { id: string }) => about(id) } },
        },
        trends: {
          sdl: 'type Query { slow: [Product!]! } type Product @key(fields: "id") { id: ID! }',
          resolvers: { Query: { slow: () => gates.slow.opened.then(() => [{ id: '1' }, { id: '2' }]) } },
        },
      },
      fields: `extend type Product @key(fields: "id") { id: ID! description: String!
        summary: String @completion(prompt: "Sum up {description}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]])
        gist: String @completion(prompt: "Sum up {description}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]])
        vector: Vector @embedding(text: "{description}", maxInputTokens: 500) @requiresScopes(scopes: [["ai:use"]]) }`,
    });
    noteEntityCalls(gateway);
    entityCalls.sizes.length = 0;
    return { gateway, provider, gates };
  }
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  };
  /** Until the slow team's entities are asked for while the model still works for the fast one's. */
  async function slowTeamComesInFlight({ provider, gates }: Awaited<ReturnType<typeof twoTeams>>): Promise<void> {
    await eventually(
      'the model is asked',
      () => provider.asked.length,
      (asked) => asked === 1,
    );
    gates.slow.open();
    await eventually(
      'both lists are resolved',
      () => entityCalls.sizes.length,
      (calls) => calls === 2,
    );
    await settled();
  }
  const nano = ({ cost }: { cost: string }): number => Math.round(Number(cost) * 1e9);
  /** 101 tokens in, 10 out: 121,000 nano-dollars. */
  const cost = 121_000;

  it.each([
    ['nothing is kept', {}],
    ['answers are kept', { cacheSeconds: 60 }],
  ])('a slower team’s entities join the call in flight and bear their share, where %s', async (_, route) => {
    const both = await twoTeams(route);
    const { gateway, provider, gates } = both;
    const asking = gateway.ask('query Joined { fast { summary } slow { s: summary gist } }');
    await slowTeamComesInFlight(both);
    gates.model.open();
    const { data, errors, extensions } = await asking;
    expect(errors).toBeUndefined();
    expect(data.slow.map(({ s }: { s: string }) => s)).toEqual([data.fast[0].summary, data.fast[0].summary]);
    expect(provider.asked).toHaveLength(1);
    const { calls } = extensions.usage;
    expect(new Set(calls.map(({ callId }: { callId: string }) => callId)).size).toBe(1);
    expect(calls.map(({ coordinate, paths }: Record<string, unknown>) => [coordinate, paths])).toEqual([
      [
        'Product.summary',
        [
          ['fast', 0, 'summary'],
          ['slow', 0, 's'],
          ['slow', 1, 's'],
        ],
      ],
      [
        'Product.gist',
        [
          ['slow', 0, 'gist'],
          ['slow', 1, 'gist'],
        ],
      ],
    ]);
    expect(calls.map(nano).reduce((sum: number, one: number) => sum + one)).toBe(cost);
    expect(Math.abs(nano(calls[0]) / nano(calls[1]) - 3 / 2)).toBeLessThan(0.001);
    expect(nano(extensions.usage)).toBe(cost);
    const rows = (await ledgerOf(gateway, undefined, ['COORDINATE', 'OPERATION'])).filter(({ key }) =>
      JSON.stringify(key).includes('Joined'),
    );
    expect(rows.map(({ calls: uses }) => uses).sort()).toEqual([2, 3]);
    expect(rows.map(({ usage }) => Math.round(Number(usage.cost.amount) * 1e9)).reduce((sum, one) => sum + one)).toBe(cost);
  });

  it.each([
    ['nothing is kept', {}, 'SHARED'],
    ['answers are kept', { cacheSeconds: 60 }, 'HIT'],
  ])('who comes when the call is over is told its answer, at no cost, where %s', async (_, route, cache) => {
    const { gateway, provider, gates } = await twoTeams(route);
    gates.model.open();
    const asking = gateway.ask('{ fast { summary } slow { s: summary } }');
    await eventually(
      'the first call is in the ledger',
      () => ledgerOf(gateway),
      (rows) => rows.length > 0,
    );
    gates.slow.open();
    const { data, errors, extensions } = await asking;
    expect(errors).toBeUndefined();
    expect(data.slow[1].s).toBe(data.fast[0].summary);
    expect(provider.asked).toHaveLength(1);
    expect(extensions.usage.calls).toMatchObject([
      { paths: [['fast', 0, 'summary']], cost: '0.000121' },
      {
        paths: [
          ['slow', 0, 's'],
          ['slow', 1, 's'],
        ],
        cache,
        cost: '0',
        savedCost: '0.000121',
      },
    ]);
    expect(nano(extensions.usage)).toBe(cost);
    // Another operation asks for itself, unless the route keeps answers.
    await gateway.ask('{ fast { summary } }');
    expect(provider.asked).toHaveLength(cache === 'HIT' ? 1 : 2);
  });

  it('texts that are being embedded are not embedded twice', async () => {
    const both = await twoTeams();
    const { gateway, provider, gates } = both;
    const asking = gateway.ask('{ fast { vector } slow { v: vector } }');
    await slowTeamComesInFlight(both);
    gates.model.open();
    const { data, errors, extensions } = await asking;
    expect(errors).toBeUndefined();
    expect(data.slow[1].v).toBe(data.fast[0].vector);
    expect(provider.asked).toHaveLength(1);
    expect(extensions.usage.calls).toHaveLength(1);
    expect(extensions.usage.calls[0].paths).toEqual([
      ['fast', 0, 'vector'],
      ['slow', 0, 'v'],
      ['slow', 1, 'v'],
    ]);
  });

  it('a failure of the one call is the failure of all that joined it, each at its own place', async () => {
    const { gateway, provider, gates } = await twoTeams();
    const asking = gateway.ask('{ fast { id summary } slow { id s: summary } }');
    await eventually(
      'the model is asked',
      () => provider.asked.length,
      (asked) => asked === 1,
    );
    gates.slow.open();
    await eventually(
      'both lists are resolved',
      () => entityCalls.sizes.length,
      (calls) => calls === 2,
    );
    await settled();
    gates.model.fail(new GatewayError('MODEL_UNAVAILABLE', 'It is down.'));
    const { data, errors } = await asking;
    expect(data).toEqual({
      fast: [{ id: '1', summary: null }],
      slow: [
        { id: '1', s: null },
        { id: '2', s: null },
      ],
    });
    expect(errors?.map(({ path }) => path?.join('.')).sort()).toEqual(['fast.0.summary', 'slow.0.s', 'slow.1.s']);
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['MODEL_UNAVAILABLE']));
    expect(provider.asked).toHaveLength(1);
  });
});

describe('the calls of one field of one operation are bounded', () => {
  it('the calls of one field of one operation are bounded to eight at a time, over all lists of the operation; the ninth waits its turn', async () => {
    const gates: { open(): void }[] = [];
    const provider = double('model', async function* () {
      const { promise, resolve: open } = Promise.withResolvers<void>();
      gates.push({ open });
      await promise;
      yield { type: 'text', text: 'A sum.' };
      yield { type: 'finish', reason: 'stop' };
    });
    const listed = (from: number) => Array.from({ length: 10 }, (_, index) => ({ id: `${from + index}`, name: `Lamp ${from + index}` }));
    const one = (name: string, from: number) => ({
      sdl: `type Query { ${name}: [Product!]! } type Product @key(fields: "id") { id: ID! name: String! @shareable }`,
      resolvers: { Query: { [name]: () => listed(from) } },
    });
    const { gateway } = await teams({
      provider,
      remote: { old: one('old', 100), fresh: one('fresh', 200) },
      fields: `extend type Product @key(fields: "id") { id: ID! name: String!
        summary: String @completion(prompt: "Sum up {name}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]]) }`,
    });
    const asking = gateway.ask('{ old { summary } fresh { summary } }');
    let most = 0;
    for (let done = 0; done < 20; done += 1) {
      await eventually(
        `call ${done + 1} is made`,
        () => gates.length,
        (made) => made > done,
      );
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
      most = Math.max(most, provider.running());
      gates[done]?.open();
    }
    const { data, errors } = await asking;
    expect(errors).toBeUndefined();
    expect([...data.old, ...data.fresh].map(({ summary }) => summary)).toEqual(Array.from({ length: 20 }, () => 'A sum.'));
    expect(most).toBe(8);
  });
});

import { describe, expect, it } from 'vitest';
import type { Limit } from '../../src/core/call/hold.ts';
import type { Services } from '../../src/graphql/services.ts';
import { context, gateway, principal, says } from './fakes.ts';

const usage = `query ($input: AiUsageInput!) { aiUsage(input: $input) { endCursor total { calls operations latency { p95Ms } }
  rows { key coordinate client tags { name } from calls failures savedCost { amount } usage { totalTokens cost { amount } } } } }`;
const input = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };

describe('Query.aiUsage', () => {
  it('Query.aiUsage adds up the ledger, in numbers larger than Int', async () => {
    const { ask, usageQueries } = gateway(says());
    const { data, errors } = await ask(usage, { input: { ...input, groupBy: ['COORDINATE', 'MODEL'], interval: 'DAY', first: 5 } });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      aiUsage: {
        endCursor: 'more',
        total: { calls: 2, operations: 1, latency: null },
        rows: [
          {
            coordinate: 'Query.completion',
            client: null,
            tags: [],
            key: { coordinate: 'Query.completion' },
            calls: 2,
            savedCost: { amount: '0' },
            usage: { totalTokens: 5_000_000_000, cost: { amount: '0.0015' } },
          },
        ],
      },
    });
    expect(usageQueries).toEqual([
      {
        from: Date.parse(input.from),
        to: Date.parse(input.to),
        groupBy: ['coordinate', 'model'],
        tags: [],
        where: { values: {} },
        interval: 'day',
        timeZone: 'UTC',
        orderBy: 'key',
        total: true,
        percentiles: true,
        first: 5,
        after: null,
        only: { team: 'search' },
      },
    ]);
  });

  it('Query.aiUsage shows a team its own rows, who administers an organisation those of it, a caller without a team its own, and all to whom it is given', async () => {
    const { ask, usageQueries } = gateway(says());
    const scopes = ['ai:usage', 'ai:teams'];
    const callers = [
      {},
      { team: null },
      { scopes: ['ai:usage:all'] },
      { scopes, organisation: 'acme' },
      { scopes },
      { scopes: ['ai:usage'], organisation: 'acme' },
    ];
    for (const changes of callers) await ask(usage, { input }, context(principal(changes)));
    const team = { team: 'search' };
    expect(usageQueries.map(({ only }) => only)).toEqual([team, { principal: 'key:ada' }, null, { organisation: 'acme' }, team, team]);
  });

  it('Query.aiUsage adds up what is filtered by lists, in a time zone and an order, and computes nothing that nobody reads', async () => {
    const { ask, usageQueries } = gateway(says());
    const where = { clients: ['web', null], users: [null, 'u_ann'], outcomes: [] };
    const few = 'query ($input: AiUsageInput!) { aiUsage(input: $input) { rows { calls } } }';
    await ask(few, { input: { ...input, where, timeZone: 'Asia/Kathmandu', orderBy: 'FAILED_COST' } });
    expect(usageQueries[0]).toMatchObject({
      where: { values: { client: ['web', null], user: [null, 'u_ann'], outcome: [] } },
      timeZone: 'Asia/Kathmandu',
      orderBy: 'failedCost',
      total: false,
      percentiles: false,
    });
  });

  it.each<[string, object, string]>([
    ['a time that ends before it begins', { from: input.to, to: input.from }, 'must lie before'],
    ['no dimension', { groupBy: [] }, 'at least one dimension'],
    ['a dimension twice', { groupBy: ['MODEL', 'MODEL'] }, 'Each may stand once'],
    ['a reserved dimension', { groupBy: ['OTHER'] }, 'no dimension'],
    ['a time zone that is none', { timeZone: 'Berlin' }, 'such as "Europe/Berlin"'],
    ['a filter that is too long', { where: { models: Array.from({ length: 101 }, () => 'm') } }, 'at most 100'],
    ['a page that is too long', { first: 5_000 }, 'from 1 to 1000'],
  ])('Query.aiUsage refuses %s with a sentence', async (_, changes, sentence) => {
    const { errors } = await gateway(says()).ask(usage, { input: { ...input, ...changes } });
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining(sentence), extensions: { code: 'BAD_REQUEST' } });
  });
});

it('Query.aiUsage, aiCalls and aiCall are read no longer than their operation lasts', async () => {
  const given: (AbortSignal | undefined)[] = [];
  const { services } = gateway(says());
  const ledger: Services['ledger'] = {
    ...services.ledger,
    totals(query, signal) {
      given.push(signal);
      return services.ledger.totals(query);
    },
    async calls(_, signal) {
      given.push(signal);
      return { calls: [], endCursor: null };
    },
    async call(_, __, signal) {
      given.push(signal);
      return null;
    },
  };
  const { ask } = gateway(says(), { ledger });
  const { signal } = new AbortController();
  const times = 'from: "2026-11-01", to: "2026-12-01"';
  const { errors } = await ask(
    `{ aiUsage(input: { ${times} }) { endCursor } aiCalls(input: { ${times} }) { endCursor } aiCall(id: "a") { id } }`,
    {},
    context(principal(), signal),
  );
  expect(errors).toBeUndefined();
  expect(given).toEqual([signal, signal, signal]);
});

describe('Query.aiQuote', () => {
  const quote = `query ($document: String!, $variables: JSON) { aiQuote(document: $document, variables: $variables) {
    cost { amount } inputTokens outputTokens depth allowed reason fields { coordinate path line column calls cost { amount } } } }`;
  const quoted = async (document: string, variables: object = {}, who = principal()) => {
    const { ask, requests } = gateway(says());
    const { data, errors } = await ask(quote, { document, variables }, context(who));
    expect(requests).toEqual([]);
    return {
      errors,
      ...(data as {
        aiQuote: { fields: { cost: { amount: string } }[]; cost: { amount: string }; allowed: boolean; reason: string | null };
      }),
    };
  };

  it('Query.aiQuote prices every root field with its aliases, fragments, variables and what is left out, and tells where in the document it stands', async () => {
    const document = `query ($most: Int, $no: Boolean = false) {
      a: completion(input: { prompt: { text: "Why?" }, maxOutputTokens: $most }) { ... on Completion { text } }
      ...more
      aiRoutes { name }
      skipped: completion(input: { prompt: { text: "Why?" } }) @include(if: $no) { __typename }
    }
    fragment more on Query {
      embedding(input: { texts: ["x"] }) { __typename }
      aiAnswer(input: { collection: "handbook", question: "Leave?", maxOutputTokens: 10 }) { ... on AiAnswer { citations { passage { source { id } } } } }
    }`;
    const { aiQuote } = await quoted(document, { most: 200 });
    expect(aiQuote).toMatchObject({
      depth: 5,
      allowed: true,
      reason: null,
      outputTokens: 210,
      fields: [
        { coordinate: 'Query.completion', path: 'a', line: 2, column: 7, calls: 1 },
        { coordinate: 'Query.embedding', path: 'embedding', line: 8, column: 7, calls: 1 },
        { coordinate: 'Query.aiAnswer', path: 'aiAnswer', line: 9, column: 7, calls: 2 },
      ],
    });
    const sum = aiQuote.fields.reduce((total, { cost }) => total + Math.round(Number(cost.amount) * 1e9), 0);
    expect(Math.round(Number(aiQuote.cost.amount) * 1e9)).toBe(sum);
  });

  it('Query.aiQuote tells why an operation would be refused', async () => {
    const dear = '{ completion(input: { prompt: { text: "x" }, maxOutputTokens: 5000000 }) { __typename } }';
    expect((await quoted(dear)).aiQuote).toMatchObject({
      allowed: false,
      reason: 'The budget "key:ada" has less left than this can cost.',
    });
    const wrong = '{ completion(input: { prompt: { text: "" } }) { __typename } }';
    expect((await quoted(wrong)).aiQuote).toMatchObject({ allowed: false, reason: expect.stringContaining('prompt.text is empty') });
    const keys = await quoted('{ aiKeys { id } }', {}, principal({ scopes: ['ai:use'] }));
    expect(keys.aiQuote).toMatchObject({ allowed: false, reason: expect.stringContaining('ai:keys') });
  });

  it('Query.aiQuote tells nothing of what is left of a budget that others draw on too, however often it is asked', async () => {
    const asked = async (isShared: boolean, most: number) => {
      const limits: readonly Limit[] = [{ kind: 'budget', name: 'key:ada', per: 'month', most, isShared }];
      const dear = '{ completion(input: { prompt: { text: "x" }, maxOutputTokens: 5000000 }) { __typename } }';
      const { cost, reason } = (await quoted(dear, {}, principal({ limits }))).aiQuote;
      // So much is left of the budget, whatever its limit is.
      expect(Number(cost.amount)).toBeGreaterThan(4);
      return reason;
    };
    expect(await asked(true, 90_000_000_000)).toBeNull();
    expect(await asked(true, 1_000_000_000)).toBe('The budget "key:ada" is smaller than what this can cost.');
    expect(await asked(false, 90_000_000_000)).toBe('The budget "key:ada" has less left than this can cost.');
  });

  it('Query.aiQuote refuses a document that cannot run, and says where in it', async () => {
    expect((await quoted('{\n  aiRoutes { name }\n  nothing\n}')).errors?.[0]).toMatchObject({
      message: expect.stringContaining('cannot run'),
      extensions: { code: 'BAD_REQUEST', documentPlace: { line: 3, column: 3 } },
    });
    expect((await quoted('{')).errors?.[0]).toMatchObject({ extensions: { code: 'BAD_REQUEST', documentPlace: { line: 1, column: 2 } } });
    expect((await quoted(`${'{a'.repeat(3_000)}${'}'.repeat(3_000)}`)).errors?.[0]).toMatchObject({
      message: expect.stringMatching(/nests its brackets deeper than 100/),
      extensions: { code: 'DEPTH_LIMIT_EXCEEDED' },
    });
  });

  it('Query.aiQuote refuses variables that the operation does not take', async () => {
    const document = 'query ($most: Int!) { completion(input: { prompt: { text: "x" }, maxOutputTokens: $most }) { __typename } }';
    expect((await quoted(document, { most: 'many' })).errors?.[0]).toMatchObject({
      message: expect.stringMatching(/cannot run: Variable "\$most" got invalid value "many"/),
      extensions: { code: 'BAD_REQUEST' },
    });
  });
});

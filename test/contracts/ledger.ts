/** What every ledger keeps. The factory gives an empty one. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { UsageRow } from '../../src/core/call/usage-row.ts';
import { addUsage, noUsage } from '../../src/core/money.ts';
import type { Ledger, UsageDimension, UsageQuery, UsageTotal } from '../../src/storage/ledger/ledger.ts';
import { perRound } from '../rounds.ts';
import { usageRow } from '../storage/rows.ts';

const always: UsageQuery = {
  from: Date.UTC(2026, 0),
  to: Date.UTC(2027, 0),
  groupBy: [],
  interval: null,
  first: 100,
  after: null,
  only: null,
};

export function ledgerContract(open: () => Promise<Ledger>): void {
  const filled = async (rows: readonly UsageRow[]): Promise<Ledger> => {
    const ledger = await open();
    await ledger.append(rows);
    await ledger.flush();
    return ledger;
  };

  it('a ledger adds up calls, tokens, money and failures', async () => {
    const ledger = await filled([
      usageRow({ cost: 100 }),
      usageRow({ cost: 50, savedCost: 7, cache: 'HIT' }),
      usageRow({ cost: 0, outcome: 'TIMEOUT', estimated: true }),
      usageRow({ cost: 0, outcome: 'CANCELLED' }),
    ]);
    const { totals, endCursor } = await ledger.totals(always);
    expect(endCursor).toBeNull();
    expect(totals).toEqual([
      {
        key: {},
        from: null,
        calls: 4,
        usage: { ...noUsage, freshInputTokens: 40, outputTokens: 20 },
        estimated: true,
        cost: 150,
        unpricedCalls: 0,
        savedCost: 7,
        failures: 1,
      },
    ]);
  });

  it('a ledger knows the calls of a principal, and of each of its users, by their ids', async () => {
    const mine = usageRow();
    const ofUser = usageRow({ user: 'u_ann' });
    const ledger = await filled([mine, ofUser]);
    const { callId, principal } = mine;
    expect(await ledger.hasCall(callId, { principal, user: null })).toBe(true);
    expect(await ledger.hasCall(callId, { principal, user: 'u_ann' })).toBe(false);
    expect(await ledger.hasCall(callId, { principal: 'key:other', user: null })).toBe(false);
    expect(await ledger.hasCall('another call', { principal, user: null })).toBe(false);
    expect(await ledger.hasCall(ofUser.callId, { principal, user: 'u_ann' })).toBe(true);
    expect(await ledger.hasCall(ofUser.callId, { principal, user: 'u_bob' })).toBe(false);
    expect(await ledger.hasCall(ofUser.callId, { principal, user: null })).toBe(false);
  });

  it('a ledger adds up by agents, over any time, and by sessions', async () => {
    const hour = Date.UTC(2026, 10, 5, 10);
    const day: UsageQuery = { from: hour - 1, to: hour + 7_200_000, interval: null, groupBy: [], first: 100, after: null, only: null };
    const ledger = await filled([
      usageRow({ time: hour, agent: 'support-bot', session: 'a', cost: 1 }),
      usageRow({ time: hour, agent: 'support-bot', session: 'b', cost: 2 }),
      usageRow({ time: hour, cost: 4 }),
    ]);
    const costs = async (query: Partial<UsageQuery>) =>
      (await ledger.totals({ ...day, ...query })).totals.map(({ key, cost }) => [key, cost]);
    const long = { ...day, to: day.from + 90 * 86_400_000 };
    expect(await costs({ ...long, groupBy: ['agent'] })).toEqual([
      [{ agent: null }, 4],
      [{ agent: 'support-bot' }, 3],
    ]);
    expect(await costs({ groupBy: ['agent', 'session'] })).toEqual([
      [{ agent: null, session: null }, 4],
      [{ agent: 'support-bot', session: 'a' }, 1],
      [{ agent: 'support-bot', session: 'b' }, 2],
    ]);
    await expect(costs({ ...long, groupBy: ['session'] })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('a ledger knows what a use of each field takes: medians of the answers of models, of those alone that are asked for', async () => {
    const use = (cost: number | null, changes: Partial<UsageRow> = {}) =>
      usageRow({ coordinate: 'Product.summary', team: 'search', cost, latencyMs: cost ?? 0, ...changes });
    const ledger = await filled([
      ...[10, 30, 20, null].map((cost) => use(cost)),
      use(1_000, { cache: 'HIT' }),
      use(2_000, { outcome: 'TIMEOUT' }),
      use(40, { team: 'ads' }),
      use(50, { team: 'ads', user: 'u_ann' }),
      use(7, {
        team: 'search',
        coordinate: 'Product.tags',
        usage: { ...noUsage, freshInputTokens: 1, cacheReadTokens: 2, outputTokens: 3, reasoningTokens: 4 },
      }),
    ]);
    const search = await ledger.typicalUses({ team: 'search' });
    expect([...search.keys()].toSorted()).toEqual(['Product.summary', 'Product.tags']);
    expect(search.get('Product.summary')).toMatchObject({ cost: 20, latencyMs: 20, uses: 4 });
    expect(search.get('Product.tags')).toEqual({ cost: 7, inputTokens: 3, outputTokens: 7, latencyMs: expect.any(Number), uses: 1 });
    expect((await ledger.typicalUses({ team: 'ads', user: 'u_ann' })).get('Product.summary')).toMatchObject({ cost: 50, uses: 1 });
    expect((await ledger.typicalUses(null)).get('Product.summary')?.uses).toBe(6);
    expect((await ledger.typicalUses({ team: 'nobody' })).size).toBe(0);
  });

  it('a ledger adds up by users and by tags, also by the minute and over pages', async () => {
    const hour = Date.UTC(2026, 5, 1, 12);
    const day: UsageQuery = { from: hour - 1, to: hour + 7_200_000, interval: null, groupBy: [], first: 100, after: null, only: null };
    const ledger = await filled([
      usageRow({ time: hour, user: 'u_ann', tags: { feature: 'search', 'odd "name"': 'x' }, cost: 1 }),
      usageRow({ time: hour, user: 'u_ann', tags: { feature: 'chat' }, cost: 2 }),
      usageRow({ time: hour + 3_600_000, user: 'u_bob', tags: { feature: 'search' }, cost: 4 }),
      usageRow({ time: hour + 3_600_000, cost: 8 }),
    ]);
    const costs = async (query: Partial<UsageQuery>) =>
      (await ledger.totals({ ...day, ...query })).totals.map(({ key, cost }) => [key, cost]);
    expect(await costs({ groupBy: ['user'] })).toEqual([
      [{ user: null }, 8],
      [{ user: 'u_ann' }, 3],
      [{ user: 'u_bob' }, 4],
    ]);
    expect(await costs({ tags: ['feature'] })).toEqual([
      [{ tags: { feature: null } }, 8],
      [{ tags: { feature: 'chat' } }, 2],
      [{ tags: { feature: 'search' } }, 5],
    ]);
    expect(await costs({ tags: ['odd "name"'], where: { users: ['u_ann'] } })).toEqual([
      [{ tags: { 'odd "name"': null } }, 2],
      [{ tags: { 'odd "name"': 'x' } }, 1],
    ]);
    expect(await costs({ where: { users: ['u_ann', 'u_bob'], tags: { feature: 'search' } } })).toEqual([[{}, 5]]);
    expect(await costs({ where: { users: ['u_nobody'] } })).toEqual([]);
    expect(await costs({ groupBy: ['user'], interval: 'minute', where: { tags: { feature: 'search' } } })).toEqual([
      [{ user: 'u_ann' }, 1],
      [{ user: 'u_bob' }, 4],
    ]);
    expect(await costs({ only: { principal: 'key:a', user: 'u_bob' } })).toEqual([[{}, 4]]);
    const page = await ledger.totals({ ...day, groupBy: ['user'], first: 1 });
    const next = await ledger.totals({ ...day, groupBy: ['user'], first: 5, after: page.endCursor });
    expect(next.totals.map(({ key }) => key.user)).toEqual(['u_ann', 'u_bob']);
    const long = { ...day, to: day.from + 32 * 86_400_000, groupBy: ['user'] as const } satisfies UsageQuery;
    await expect(ledger.totals(long)).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('31 days') });
  });

  it('a ledger has no total where nothing was used', async () => {
    const ledger = await filled([usageRow()]);
    expect(await ledger.totals({ ...always, to: always.from + 1 })).toEqual({ totals: [], endCursor: null });
    expect(await ledger.totals({ ...always, to: always.from })).toEqual({ totals: [], endCursor: null });
  });

  it('a ledger says null, not 0, when nothing was priced, else the priced part, and how many calls that leaves out', async () => {
    const ledger = await filled([
      usageRow({ model: 'a', cost: null }),
      usageRow({ model: 'b', cost: null }),
      usageRow({ model: 'b', cost: 5 }),
    ]);
    const { totals } = await ledger.totals({ ...always, groupBy: ['model'] });
    expect(totals.map(({ key, cost, unpricedCalls }) => [key.model, cost, unpricedCalls])).toEqual([
      ['a', null, 1],
      ['b', 5, 1],
    ]);
  });

  it('a ledger tells what has no value apart from what has one', async () => {
    const ledger = await filled([usageRow({ client: null }), usageRow({ client: 'web' })]);
    const { totals } = await ledger.totals({ ...always, groupBy: ['client'] });
    expect(totals.map(({ key }) => key)).toEqual([{ client: null }, { client: 'web' }]);
  });

  it('a ledger groups calls by the organisation that the team belonged to when they were made', async () => {
    const ledger = await filled([
      usageRow({ team: 'search', organisation: null, cost: 1 }),
      usageRow({ team: 'search', organisation: 'acme', cost: 2 }),
      usageRow({ team: 'web', organisation: 'acme', cost: 3 }),
    ]);
    const { totals } = await ledger.totals({ ...always, groupBy: ['organisation'] });
    expect((await ledger.totals({ ...always, only: { organisation: 'acme' } })).totals).toMatchObject([{ cost: 5 }]);
    expect(totals.map(({ key, cost }) => [key.organisation, cost])).toEqual([
      [null, 1],
      ['acme', 5],
    ]);
  });

  it('a ledger stores a row once, however often it comes: its call and use are its identity', async () => {
    const row = usageRow();
    const ledger = await filled([row, { ...row, use: 1, coordinate: 'Product.summary' }]);
    await ledger.append([row]);
    await ledger.flush();
    const { totals } = await ledger.totals({ ...always, groupBy: ['coordinate'] });
    expect(totals.map(({ calls, cost }) => [calls, cost])).toEqual([
      [1, 100],
      [1, 100],
    ]);
  });

  it('a ledger lets the real row take the place of one that was thought lost, and never the reverse', async () => {
    const real = usageRow({ callId: 'x', cost: 40 });
    const lost = usageRow({ callId: 'x', cost: 900, outcome: 'LOST', estimated: true });
    for (const rows of [
      [lost, real],
      [real, lost],
    ]) {
      const ledger = await open();
      for (const row of rows) {
        await ledger.append([row]);
        await ledger.flush();
      }
      const { totals } = await ledger.totals({ ...always, groupBy: ['outcome'] });
      expect(totals).toMatchObject([{ key: { outcome: 'OK' }, calls: 1, cost: 40, estimated: false }]);
    }
  });

  it('a ledger shows a team, or a principal, its own rows alone', async () => {
    const ledger = await filled([
      usageRow({ team: 'a', principal: 'key:1' }),
      usageRow({ team: 'b', principal: 'key:2' }),
      usageRow({ team: null }),
    ]);
    const ofTeam = await ledger.totals({ ...always, groupBy: ['principal'], only: { team: 'a' } });
    expect(ofTeam.totals.map(({ key }) => key)).toEqual([{ principal: 'key:1' }]);
    const ofPrincipal = await ledger.totals({ ...always, groupBy: ['team'], only: { principal: 'key:2' } });
    expect(ofPrincipal.totals.map(({ key }) => key)).toEqual([{ team: 'b' }]);
    expect((await ledger.totals({ ...always, only: { team: '' } })).totals).toEqual([]);
    expect((await ledger.totals({ ...always, only: { organisation: '' } })).totals).toEqual([]);
  });

  it('a ledger takes rows with odd values rather than lose them', async () => {
    const ledger = await filled([
      usageRow({ cost: Number.NaN, latencyMs: 1.5, tags: { 'a"b': "'; drop" }, operation: 'x\u0000y', coordinate: '🦆\ud800' }),
    ]);
    expect((await ledger.totals(always)).totals).toMatchObject([{ calls: 1 }]);
  });

  it.each([
    [{ first: 0 }, /between 1 and 1000/],
    [{ first: 100_000 }, /between 1 and 1000/],
    [{ from: always.to, to: always.from }, /to a later one/],
    [{ from: Number.NaN }, /to a later one/],
    [{ interval: 'minute' as const }, /at most 7 days/],
    [{ after: 'nonsense' }, /does not belong/],
  ])('a ledger refuses %o in a sentence', async (part, sentence) => {
    const ledger = await filled([usageRow()]);
    await expect(ledger.totals({ ...always, ...part })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(sentence),
    });
  });

  it('a ledger refuses the cursor of another report', async () => {
    const ledger = await filled([usageRow({ model: 'a' }), usageRow({ model: 'b' })]);
    const { endCursor } = await ledger.totals({ ...always, groupBy: ['model'], first: 1 });
    expect(endCursor).not.toBeNull();
    await expect(ledger.totals({ ...always, groupBy: ['route'], first: 1, after: endCursor })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('a ledger agrees with adding up by hand, for any rows, range, grouping and page size', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 30 }), anyQuery, async (rows, query) => {
        const ledger = await open();
        for (const row of rows) await ledger.append([row]);
        await ledger.flush();
        const found: UsageTotal[] = [];
        let after: string | null = null;
        do {
          const page = await ledger.totals({ ...query, after });
          expect(page.totals.length).toBeLessThanOrEqual(query.first);
          found.push(...page.totals);
          after = page.endCursor;
        } while (after !== null);
        expect(found.map((total) => [placeOf(total), total])).toEqual(byHand(rows, query).map((total) => [placeOf(total), total]));
        await ledger.close();
      }),
      { numRuns: perRound(8, 200) },
    );
  });
}

const minute = 60_000;
const middle = Date.UTC(2026, 10, 1);
/** Around the start of a month and a day, often on the edges. */
const anyTime = fc.oneof(
  fc.integer({ min: -40 * 24 * 60, max: 3 * 24 * 60 }).map((minutes) => middle + minutes * minute),
  fc.integer({ min: -3 * 3_600_000, max: 3 * 3_600_000 }).map((ms) => middle + ms),
  fc.constantFrom(middle, middle - 1, middle + 3_600_000, middle - 3_600_000),
);

const anyRow = fc
  .record({
    time: anyTime,
    callId: fc.uuid(),
    coordinate: fc.constantFrom('Query.completion', 'Product.summary'),
    client: fc.constantFrom(null, 'web', 'Web'),
    principal: fc.constantFrom('key:a', 'key:b'),
    team: fc.constantFrom(null, 'x', 'y'),
    organisation: fc.constantFrom(null, 'acme', 'globex'),
    outcome: fc.constantFrom('OK' as const, 'TIMEOUT' as const, 'CANCELLED' as const, 'LOST' as const),
    cost: fc.option(fc.nat(1_000)),
    savedCost: fc.nat(5),
    estimated: fc.boolean(),
  })
  .map(usageRow);

const anyQuery: fc.Arbitrary<UsageQuery> = fc
  .record({
    times: fc.tuple(anyTime, anyTime),
    groupBy: fc.uniqueArray(fc.constantFrom<UsageDimension>('coordinate', 'client', 'principal', 'team', 'outcome')),
    interval: fc.constantFrom('minute' as const, 'hour' as const, 'day' as const, 'month' as const, null),
    first: fc.integer({ min: 1, max: 7 }),
    only: fc.constantFrom(null, { team: 'x' }, { organisation: 'acme' }, { principal: 'key:b' }),
  })
  .map(({ times: [a, b], interval, ...query }) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    return { ...query, from, to, interval: interval === 'minute' && to - from > 7 * 24 * 60 * minute ? 'hour' : interval, after: null };
  });

const dimensionOrder: readonly UsageDimension[] = ['coordinate', 'client', 'principal', 'team', 'outcome'];

function byHand(rows: readonly UsageRow[], { from, to, groupBy, interval, only }: UsageQuery): UsageTotal[] {
  const totals = new Map<string, UsageTotal>();
  for (const row of rows) {
    if (row.time < from || row.time >= to) continue;
    const whose = { team: row.team, organisation: row.organisation, principal: row.principal };
    if (Object.entries(only ?? {}).some(([name, of]) => whose[name as keyof typeof whose] !== of)) continue;
    const key = Object.fromEntries(dimensionOrder.filter((name) => groupBy.includes(name)).map((name) => [name, row[name]]));
    const start = startOf(row.time, interval);
    const place = JSON.stringify([start, key]);
    const sofar = totals.get(place);
    totals.set(place, {
      key,
      from: start,
      calls: (sofar?.calls ?? 0) + 1,
      usage: addUsage(sofar?.usage ?? noUsage, row.usage),
      estimated: (sofar?.estimated ?? false) || row.estimated,
      cost: row.cost === null ? (sofar?.cost ?? null) : (sofar?.cost ?? 0) + row.cost,
      unpricedCalls: (sofar?.unpricedCalls ?? 0) + (row.cost === null ? 1 : 0),
      savedCost: (sofar?.savedCost ?? 0) + row.savedCost,
      failures: (sofar?.failures ?? 0) + (row.outcome === 'OK' || row.outcome === 'CANCELLED' ? 0 : 1),
    });
  }
  return [...totals.values()].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** Pages go by time, then by the values of the dimensions. */
const placeOf = (total: UsageTotal): string =>
  [String(total.from ?? 0).padStart(16, '0'), ...dimensionOrder.map((name) => total.key[name] ?? '')].join('\u0001');

function startOf(time: number, interval: UsageQuery['interval']): number | null {
  const date = new Date(time);
  const [year, month, day, hours, minutes] = [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
  ];
  if (interval === 'month') return Date.UTC(year, month);
  if (interval === 'day') return Date.UTC(year, month, day);
  if (interval === 'hour') return Date.UTC(year, month, day, hours);
  return interval === 'minute' ? Date.UTC(year, month, day, hours, minutes) : null;
}

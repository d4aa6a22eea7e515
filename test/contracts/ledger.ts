/** What every ledger keeps. The factory gives an empty one. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { UsageRow } from '../../src/core/call/usage-row.ts';
import { addUsage, noUsage } from '../../src/core/money.ts';
import type {
  CallPage,
  CallQuery,
  Ledger,
  StoredCall,
  UsageDimension,
  UsageFilter,
  UsageQuery,
  UsageTotal,
} from '../../src/storage/ledger/ledger.ts';
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
        failedCost: 0,
        operations: null,
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
    expect(await costs({ tags: ['odd "name"'], where: { values: { user: ['u_ann'] } } })).toEqual([
      [{ tags: { 'odd "name"': null } }, 2],
      [{ tags: { 'odd "name"': 'x' } }, 1],
    ]);
    expect(await costs({ where: { values: { user: ['u_ann', 'u_bob'] }, tags: { feature: 'search' } } })).toEqual([[{}, 5]]);
    expect(await costs({ where: { values: { user: ['u_nobody'] } } })).toEqual([]);
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
    [{ timeZone: 'Mars/Olympus' }, /no time zone "Mars\/Olympus".*Europe\/Berlin/],
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

  it('a ledger counts operations once, however many calls they make, and does not where their calls fall into several rows', async () => {
    const made = { operation: 'Shop', client: 'web' };
    const ledger = await filled([
      usageRow({ ...made, coordinate: 'Product.summary', countsAs: 'operation' }),
      usageRow({ ...made, coordinate: 'Product.summary', countsAs: null, model: 'other', outcome: 'TIMEOUT', cost: 30 }),
      usageRow({ ...made, coordinate: 'Product.tags', countsAs: 'field' }),
      usageRow({ ...made, coordinate: 'Product.tags', countsAs: 'operation' }),
    ]);
    const counts = async (query: Partial<UsageQuery>) =>
      (await ledger.totals({ ...always, ...query })).totals.map(({ calls, operations, failedCost }) => [calls, operations, failedCost]);
    expect(await counts({ groupBy: ['operation'] })).toEqual([[4, 2, 30]]);
    expect(await counts({ groupBy: ['operation', 'coordinate'] })).toEqual([
      [2, 1, 30],
      [2, 2, 0],
    ]);
    expect(await counts({ where: { values: { coordinate: ['Product.tags'] } } })).toEqual([[2, 2, 0]]);
    expect(await counts({ groupBy: ['model'] })).toEqual([
      [3, null, 0],
      [1, null, 30],
    ]);
    await ledger.append([usageRow(made)]);
    await ledger.flush();
    expect(await counts({ groupBy: ['operation'] })).toEqual([[5, null, 30]]);
  });

  it('a ledger gives times within 5 % of the exact ones, whether they are added up from rows or from roll-ups', async () => {
    const day = Date.UTC(2026, 5, 1);
    const times = Array.from({ length: 101 }, (_, index) => Math.round(1.09 ** index));
    const ledger = await filled(
      times.map((latencyMs, index) =>
        usageRow({ time: day + index * 1_000, latencyMs, timeToFirstTokenMs: index < 51 ? null : latencyMs }),
      ),
    );
    for (const [from, to] of [
      [day, day + 24 * 3_600_000],
      [day, day + 20 * minute],
      [day, day + 14 * minute],
    ] as const) {
      const { totals, total } = await ledger.totals({ ...always, from, to, percentiles: true, total: true });
      const [sum] = totals;
      expect(sum?.calls).toBe(101);
      for (const [found, exact] of [
        [sum?.latency?.p50Ms, times[50]],
        [sum?.latency?.p95Ms, times[95]],
        [total?.latency?.p95Ms, times[95]],
        [sum?.timeToFirstToken?.p50Ms, times[75]],
      ] as const) {
        expect((found ?? 0) / (exact ?? 1)).toBeGreaterThan(0.95);
        expect((found ?? 0) / (exact ?? 1)).toBeLessThan(1.05);
      }
    }
    const none = await ledger.totals({ ...always, from: day, to: day + 1_000 * 51, percentiles: true });
    expect(none.totals[0]?.timeToFirstToken).toBeNull();
    expect((await ledger.totals({ ...always, from: day })).totals[0]?.latency).toBeUndefined();
  });

  it('a ledger lists calls, the newest first and over pages, each with those of its uses that fit, so that they add up to the report', async () => {
    const at = Date.UTC(2026, 5, 1);
    const rows = Array.from({ length: 40 }, (_, index) =>
      usageRow({
        time: at + Math.floor(index / 4) * 3_600_000,
        callId: `call ${Math.floor(index / 2)}`,
        use: index % 2,
        coordinate: index % 2 === 0 ? 'Product.summary' : 'Product.tags',
        model: index < 8 ? 'rare' : 'usual',
        cost: index,
      }),
    );
    const ledger = await filled(rows);
    const listed = async (query: Partial<CallQuery>) => {
      const calls: StoredCall[] = [];
      let after: string | null = null;
      do {
        const page: CallPage = await ledger.calls({ ...always, first: 3, ...query, after });
        expect(page.calls.length).toBeLessThanOrEqual(3);
        calls.push(...page.calls);
        after = page.endCursor;
      } while (after !== null);
      return calls;
    };
    const all = await listed({});
    expect(all.map(({ uses: [row] }) => row.time)).toEqual(all.map(({ uses: [row] }) => row.time).toSorted((a, b) => b - a));
    expect(all.flatMap(({ uses }) => uses.map(({ cost }) => cost)).toSorted((a, b) => Number(a) - Number(b))).toEqual(
      rows.map(({ cost }) => cost),
    );
    expect(all[0]?.uses.map(({ use }) => use)).toEqual([0, 1]);
    for (const where of [{ values: { model: ['rare'] } }, { values: { coordinate: ['Product.tags'] } }, { values: { model: ['none'] } }]) {
      const costs = (await listed({ where })).flatMap(({ uses }) => uses.map(({ cost }) => cost ?? 0));
      const [sum] = (await ledger.totals({ ...always, where })).totals;
      expect(costs.reduce((total, cost) => total + cost, 0)).toBe(sum?.cost ?? 0);
      expect(costs).toHaveLength(sum?.calls ?? 0);
    }
    expect(await listed({ only: { team: 'other' } })).toEqual([]);
    expect(await listed({ from: at, to: at + 1 })).toHaveLength(2);
    for (const part of [{ first: 0 }, { first: 101 }, { after: 'nonsense' }, { from: 2, to: 1 }])
      await expect(ledger.calls({ ...always, ...part })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const byRows = [
      { where: { values: { user: ['u_ann'] } } },
      { where: { tags: { feature: 'x' } } },
      { only: { team: 'a', user: 'u_ann' } },
    ];
    for (const part of byRows) {
      expect(await listed({ ...part, from: at, to: at + 31 * 86_400_000 })).toEqual([]);
      const long = ledger.calls({ ...always, ...part, from: at, to: at + 32 * 86_400_000 });
      await expect(long).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('31 days') });
    }
  });

  it('a ledger finds a call by its id and by the id of its failure, whole, for its own team alone', async () => {
    const refusedBy = { guardrail: 'secrets', on: 'output' } as const;
    const tried = [
      { deployment: 'a', outcome: 'TIMEOUT', latencyMs: 9 },
      { deployment: 'b', outcome: 'GUARDRAIL_BLOCKED', latencyMs: 4 },
    ] as const;
    const failed = usageRow({
      outcome: 'GUARDRAIL_BLOCKED',
      errorId: 'error-1',
      tried,
      refusedBy,
      attempts: 2,
      countsAs: 'operation',
      tags: { a: 'b' },
    });
    const ledger = await filled([failed, { ...failed, use: 1 }, usageRow({ team: 'other', errorId: 'error-2' })]);
    for (const id of [failed.callId, 'error-1']) {
      const call = await ledger.call(id, { team: 'search' });
      expect(call?.uses).toHaveLength(2);
      expect(call?.uses[0]).toMatchObject({ errorId: 'error-1', tried, refusedBy, outcome: 'GUARDRAIL_BLOCKED', tags: { a: 'b' } });
    }
    expect(await ledger.call('error-1', { team: 'other' })).toBeNull();
    expect(await ledger.call('error-1', { principal: failed.principal, user: 'u_ann' })).toBeNull();
    expect((await ledger.call('error-2', null))?.uses[0].team).toBe('other');
    expect(await ledger.call('no such id', null)).toBeNull();
  });

  it('a ledger sorts the rows of a report by what they cost, over pages, and says how many are too many to be sorted', async () => {
    const ledger = await filled(
      [5, 9, 1, 9, 3].map((cost, index) =>
        usageRow({ coordinate: `Query.f${index}`, cost, usage: { ...noUsage, outputTokens: 100 - cost } }),
      ),
    );
    const names = async (query: Partial<UsageQuery>) => {
      const { totals, endCursor } = await ledger.totals({ ...always, groupBy: ['coordinate'], ...query });
      return { names: totals.map(({ key }) => key.coordinate), endCursor };
    };
    const page = await names({ orderBy: 'cost', first: 2 });
    expect(page.names).toEqual(['Query.f1', 'Query.f3']);
    expect((await names({ orderBy: 'cost', after: page.endCursor })).names).toEqual(['Query.f0', 'Query.f4', 'Query.f2']);
    expect((await names({ orderBy: 'tokens', first: 2 })).names).toEqual(['Query.f2', 'Query.f4']);
    await expect(names({ orderBy: 'tokens', after: page.endCursor })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('a ledger agrees with adding up by hand, for any rows, range, grouping, filter, time zone, order and page size', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 30 }).map(withOperations), anyQuery, async (rows, query) => {
        const ledger = await open();
        for (const row of rows) await ledger.append([row]);
        await ledger.flush();
        const found: UsageTotal[] = [];
        const [whole] = byHand(rows, { ...query, groupBy: [], interval: null });
        let after: string | null = null;
        do {
          const page = await ledger.totals({ ...query, after });
          expect(page.totals.length).toBeLessThanOrEqual(query.first);
          found.push(...page.totals);
          if (whole !== undefined) expect(page.total).toEqual(whole);
          else expect(page.total).toMatchObject({ calls: 0, cost: null, failedCost: 0 });
          after = page.endCursor;
        } while (after !== null);
        expect(found.map((total) => [placeOf(total, query), total])).toEqual(
          byHand(rows, query).map((total) => [placeOf(total, query), total]),
        );
        expect(found.reduce((sum, { cost }) => sum + (cost ?? 0), 0)).toBe(whole?.cost ?? 0);
        await ledger.close();
      }),
      { numRuns: perRound(12, 300) },
    );
  });
}

const minute = 60_000;
/** Clocks are set back in Los Angeles on the first of these days, in Berlin a week before, and set forward in Berlin on the second. */
const middle = Date.UTC(2026, 10, 1);
const spring = Date.UTC(2026, 2, 29);
/** Around the start of a month and a day, often on the edges. */
const anyTime = fc.oneof(
  fc.integer({ min: -40 * 24 * 60, max: 3 * 24 * 60 }).map((minutes) => middle + minutes * minute),
  fc.integer({ min: -3 * 3_600_000, max: 12 * 3_600_000 }).map((ms) => middle + ms),
  fc.integer({ min: -30, max: 30 }).map((hours) => spring + hours * 3_600_000),
  fc.constantFrom(middle, middle - 1, middle + 3_600_000, middle - 3_600_000, spring),
  // Midnights of zones that are no whole hours from UTC.
  fc.constantFrom(middle - 5.5 * 3_600_000, middle - 5.75 * 3_600_000, middle - 5.5 * 3_600_000 - 1, middle - 5.75 * 3_600_000 - 1),
);

const anyRow = fc.record({
  time: anyTime,
  callId: fc.uuid(),
  made: fc.nat(6),
  coordinate: fc.constantFrom('Query.completion', 'Product.summary'),
  outcome: fc.constantFrom('OK' as const, 'TIMEOUT' as const, 'CANCELLED' as const, 'LOST' as const),
  cost: fc.option(fc.nat(1_000)),
  savedCost: fc.nat(5),
  estimated: fc.boolean(),
});

/** Of operations, each of one client, credential and team. */
function withOperations(rows: readonly (typeof anyRow extends fc.Arbitrary<infer Row> ? Row : never)[]): readonly UsageRow[] {
  const seen = new Map<number, Set<string>>();
  return rows.map(({ made, ...row }) => {
    const fields = seen.get(made);
    const countsAs = fields === undefined ? 'operation' : fields.has(row.coordinate) ? null : 'field';
    seen.set(made, new Set([...(fields ?? []), row.coordinate]));
    return usageRow({
      ...row,
      countsAs,
      client: [null, 'web', 'Web'][made % 3] ?? null,
      principal: made % 2 === 0 ? 'key:a' : 'key:b',
      team: [null, 'x', 'y'][Math.floor(made / 2) % 3] ?? null,
      organisation: [null, 'acme', 'globex', 'acme'][made % 4] ?? null,
    });
  });
}

const anyQuery = fc
  .record({
    times: fc.tuple(anyTime, anyTime),
    groupBy: fc.uniqueArray(fc.constantFrom<UsageDimension>('coordinate', 'client', 'principal', 'team', 'outcome')),
    interval: fc.constantFrom('minute' as const, 'hour' as const, 'day' as const, 'month' as const, null),
    timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/Los_Angeles', 'Europe/Berlin'),
    orderBy: fc.constantFrom('key' as const, 'cost' as const, 'calls' as const, 'failedCost' as const),
    where: fc.constantFrom<UsageFilter>(
      {},
      {},
      { values: { client: [null, 'web'] } },
      { values: { team: ['x', 'y'], outcome: ['OK', 'LOST'] } },
      { values: { coordinate: ['Product.summary'] } },
      { values: { principal: [] } },
    ),
    first: fc.integer({ min: 1, max: 7 }),
    only: fc.constantFrom(null, { team: 'x' }, { organisation: 'acme' }, { principal: 'key:b' }),
  })
  .map(({ times: [a, b], interval, ...query }) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    const tooLong = interval === 'minute' && to - from > 7 * 24 * 60 * minute;
    return { ...query, from, to, interval: tooLong ? ('hour' as const) : interval, after: null, total: true };
  });

const dimensionOrder = ['coordinate', 'client', 'principal', 'team', 'outcome'] as const;

type ByHand = Pick<UsageQuery, 'from' | 'to' | 'groupBy' | 'interval' | 'only' | 'where' | 'timeZone' | 'orderBy'>;

function byHand(rows: readonly UsageRow[], query: ByHand): UsageTotal[] {
  const { from, to, groupBy, interval, timeZone = 'UTC', only, where: { values = {} } = {} } = query;
  const totals = new Map<string, UsageTotal>();
  const divides = [...groupBy, ...Object.keys(values)];
  const divided = divides.includes('outcome');
  for (const row of rows) {
    if (row.time < from || row.time >= to) continue;
    const whose = { team: row.team, organisation: row.organisation, principal: row.principal };
    if (Object.entries(only ?? {}).some(([name, of]) => whose[name as keyof typeof whose] !== of)) continue;
    if (dimensionOrder.some((name) => values[name]?.includes(row[name]) === false)) continue;
    const key = Object.fromEntries(dimensionOrder.filter((name) => groupBy.includes(name)).map((name) => [name, row[name]]));
    const start = startOf(row.time, interval, timeZone);
    const place = JSON.stringify([start, key]);
    const sofar = totals.get(place);
    const counts = divides.includes('coordinate') ? row.countsAs !== null : row.countsAs === 'operation';
    const isFailure = row.outcome !== 'OK' && row.outcome !== 'CANCELLED';
    totals.set(place, {
      key,
      from: start,
      calls: (sofar?.calls ?? 0) + 1,
      usage: addUsage(sofar?.usage ?? noUsage, row.usage),
      estimated: (sofar?.estimated ?? false) || row.estimated,
      cost: row.cost === null ? (sofar?.cost ?? null) : (sofar?.cost ?? 0) + row.cost,
      unpricedCalls: (sofar?.unpricedCalls ?? 0) + (row.cost === null ? 1 : 0),
      savedCost: (sofar?.savedCost ?? 0) + row.savedCost,
      failures: (sofar?.failures ?? 0) + (isFailure ? 1 : 0),
      failedCost: (sofar?.failedCost ?? 0) + (isFailure ? (row.cost ?? 0) : 0),
      operations: divided ? null : (sofar?.operations ?? 0) + (counts ? 1 : 0),
    });
  }
  return [...totals.values()].sort((a, b) => (placeOf(a, query) < placeOf(b, query) ? -1 : 1));
}

/** Pages go by time, then the largest first, then by the values of the dimensions. */
const placeOf = (total: UsageTotal, { orderBy = 'key' }: Pick<UsageQuery, 'orderBy'>): string =>
  [
    String(total.from ?? 0).padStart(16, '0'),
    String(1e12 - (orderBy === 'key' || orderBy === 'tokens' ? 0 : (total[orderBy] ?? 0))).padStart(16, '0'),
    ...dimensionOrder.map((name) => total.key[name] ?? ''),
  ].join('\u0001');

function startOf(time: number, interval: UsageQuery['interval'], timeZone: string): number | null {
  if (interval === null) return null;
  if (interval === 'minute' || interval === 'hour') return time - (time % (interval === 'minute' ? minute : 60 * minute));
  const shown = (at: number): string =>
    new Date(at).toLocaleDateString('sv-SE', { timeZone }).slice(0, interval === 'day' ? 'yyyy-mm-dd'.length : 'yyyy-mm'.length);
  // Every zone is whole quarters of an hour from UTC.
  const step = interval === 'day' ? 15 * minute : 6 * 60 * minute;
  let start = time - (time % (15 * minute));
  for (const size of [step, 15 * minute]) while (shown(start - size) === shown(time)) start -= size;
  return start;
}

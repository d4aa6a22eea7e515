import { describe, expect, it, onTestFinished } from 'vitest';
import type { UsageRow } from '../../../src/core/call/usage-row.ts';
import type { RatingQuery } from '../../../src/storage/completions/ratings.ts';
import { openCompletions } from '../../../src/storage/completions/sql-completions.ts';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { storeUsageRows } from '../../../src/storage/ledger/usage-rows.ts';
import { masterKey, sealWith } from '../../../src/storage/state/seal.ts';
import { usageRow } from '../rows.ts';

async function open(rows: readonly Partial<UsageRow>[]) {
  const clock = { time: 5 };
  const database = openSqlite(':memory:', migrations);
  onTestFinished(() => database.close());
  const owner = { id: () => 'me', living: async () => new Set(['me']) };
  const completions = openCompletions({ database, seal: sealWith(masterKey(null)), owner, now: () => clock.time });
  await database.tx((tx) => storeUsageRows(tx, rows.map(usageRow)));
  const totals = (query: Partial<RatingQuery> = {}) =>
    completions.ratings({ from: 0, to: 10, by: 'coordinate', first: 10, only: null, ...query });
  return { completions, totals, clock };
}

describe('ratings', () => {
  it('ratings add up by coordinate, route, model and prompt, those with the most first', async () => {
    const { completions, totals } = await open([
      { callId: 'a', coordinate: 'Product.summary', route: 'fast', model: 'small', tags: { prompt: 'summary@3' } },
      { callId: 'b', coordinate: 'Product.summary', route: 'fast', model: 'large', tags: { prompt: 'summary@4' } },
      { callId: 'c', coordinate: 'Query.completion', route: 'default', model: 'large' },
    ]);
    for (const [id, score] of [
      ['a', 1],
      ['b', -0.5],
      ['c', 0],
    ] as const)
      await completions.rate(id, 'key:a', score, null);
    expect(await totals()).toEqual([
      { key: 'Product.summary', ratings: 2, average: 0.25, good: 1, bad: 1 },
      { key: 'Query.completion', ratings: 1, average: 0, good: 0, bad: 0 },
    ]);
    expect(await totals({ by: 'route' })).toMatchObject([
      { key: 'fast', ratings: 2 },
      { key: 'default', ratings: 1 },
    ]);
    expect(await totals({ by: 'model' })).toMatchObject([
      { key: 'large', average: -0.25 },
      { key: 'small', average: 1 },
    ]);
    expect(await totals({ by: 'prompt' })).toMatchObject([
      { key: null },
      { key: 'summary@3', average: 1 },
      { key: 'summary@4', average: -0.5 },
    ]);
    expect(await totals({ first: 1 })).toHaveLength(1);
  });

  it('ratings of a call that several fields share count once in each group, and a new judgement in place of the old one', async () => {
    const { completions, totals } = await open([
      { callId: 'a', use: 0, coordinate: 'Product.summary' },
      { callId: 'a', use: 1, coordinate: 'Product.summary' },
      { callId: 'a', use: 2, coordinate: 'Product.title' },
    ]);
    await completions.rate('a', 'key:a', -1, null);
    await completions.rate('a', 'key:a', 1, null);
    expect(await totals()).toMatchObject([
      { key: 'Product.summary', ratings: 1, average: 1 },
      { key: 'Product.title', ratings: 1, average: 1 },
    ]);
    expect(await totals({ by: 'route' })).toMatchObject([{ ratings: 1 }]);
  });

  it('ratings are those of the team, of the principal or of his user alone, and of the time asked for', async () => {
    const { completions, totals, clock } = await open([
      { callId: 'a', principal: 'key:a', team: 'search', user: 'u_ann' },
      { callId: 'b', principal: 'key:a', team: 'search', user: 'u_bob' },
      { callId: 'c', principal: 'key:b', team: 'shop' },
    ]);
    for (const id of ['a', 'b', 'c', 'unknown']) await completions.rate(id, 'whoever', 1, null);
    const counted = async (query: Partial<RatingQuery>): Promise<number> =>
      (await totals(query)).reduce((sum, { ratings }) => sum + ratings, 0);
    expect(await counted({})).toBe(3);
    expect(await counted({ only: { team: 'search' } })).toBe(2);
    expect(await counted({ only: { principal: 'key:b' } })).toBe(1);
    expect(await counted({ only: { principal: 'key:a', user: 'u_ann' } })).toBe(1);
    expect(await counted({ only: { team: 'nobody' } })).toBe(0);
    expect([await counted({ to: 5 }), await counted({ from: 6 })]).toEqual([0, 0]);
    clock.time = 7;
    await completions.rate('a', 'whoever', 1, null);
    expect(await counted({ from: 6 })).toBe(1);
  });
});

/** What every store of changes keeps. The factory gives an empty one. */
import { expect, it } from 'vitest';
import { type ChangeRecord, type Changes, maxKeptChanges } from '../../src/storage/changes/changes.ts';

const change = (record: Partial<ChangeRecord> = {}): ChangeRecord => ({
  on: 'team:search',
  at: 1_000,
  by: 'key:ops',
  action: 'changed',
  parts: [{ name: 'budgets.month', before: null, after: '50' }],
  reason: 'The launch.',
  ...record,
});

export function changesContract(open: () => Promise<Changes>): void {
  it('a store of changes gives back what was noted on one team or key, the newest first, and no more than was asked for', async () => {
    const changes = await open();
    const bare = change({ at: 2_000, by: 'shell', action: 'archived', parts: [], reason: null });
    await changes.note(change(), true);
    await changes.note(bare, false);
    await changes.note(change({ on: 'key:search' }), true);
    expect(await changes.of('team:search', 10)).toEqual([bare, change()]);
    expect(await changes.of('team:search', 1)).toEqual([bare]);
    expect(await changes.of('team:nobody', 10)).toEqual([]);
  });

  it('a store of changes keeps the newest of each team or key, and loses none of another', async () => {
    const changes = await open();
    await changes.note(change({ on: 'team:other' }), true);
    for (let at = 1; at <= maxKeptChanges + 3; at += 1) await changes.note(change({ at }), true);
    const kept = await changes.of('team:search', 1_000);
    expect([kept.length, kept[0]?.at, kept.at(-1)?.at]).toEqual([maxKeptChanges, maxKeptChanges + 3, 4]);
    expect(await changes.of('team:other', 10)).toHaveLength(1);
  });

  it('a store of changes gives what no log has once, the oldest first, and forgets then what was done to users and tokens', async () => {
    const changes = await open();
    const [team, user, token] = [change(), change({ on: 'user:u_1', action: 'erased' }), change({ on: 'token:t1', action: 'revoked' })];
    for (const one of [team, user, token]) await changes.note(one, false);
    await changes.note(change({ on: 'key:k' }), true);
    expect(await changes.takeUnlogged(2)).toEqual([team, user]);
    expect(await changes.takeUnlogged(2)).toEqual([token]);
    expect(await changes.takeUnlogged(2)).toEqual([]);
    expect([await changes.of('team:search', 10), await changes.of('user:u_1', 10), await changes.of('token:t1', 10)]).toEqual([
      [team],
      [],
      [],
    ]);
  });

  it('a store of changes deletes what was done before a time, but for what no log has yet', async () => {
    const changes = await open();
    await changes.note(change({ at: 1 }), true);
    await changes.note(change({ at: 2 }), false);
    await changes.note(change({ at: 3 }), true);
    await changes.deleteBefore(3);
    expect((await changes.of('team:search', 10)).map(({ at }) => at)).toEqual([3, 2]);
  });
}

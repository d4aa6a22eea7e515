/** What every store of keys keeps. The factory gives an empty one. */
import { expect, it } from 'vitest';
import type { KeyRecord, Keys } from '../../src/storage/keys.ts';

const key = (record: Partial<KeyRecord> = {}): KeyRecord => ({
  id: 'abcdefghijkl',
  secretHash: 'f'.repeat(64),
  name: 'web',
  team: 'search',
  scopes: ['ai:use', 'ai:usage'],
  routes: ['default'],
  monthlyBudget: 5_000_000_000,
  requestsPerMinute: 60,
  createdAt: 1_000,
  expiresAt: 2_000,
  revokedAt: null,
  ...record,
});

export function keysContract(open: () => Promise<Keys>): void {
  it('gives back a key as it was put', async () => {
    const keys = await open();
    const bare = key({
      id: 'other',
      routes: null,
      monthlyBudget: null,
      requestsPerMinute: null,
      expiresAt: null,
      scopes: [],
      createdAt: 2_000,
    });
    await keys.put(key());
    await keys.put(bare);
    expect(await keys.find(key().id)).toEqual(key());
    expect(await keys.find('other')).toEqual(bare);
    expect(await keys.find('nobody')).toBeNull();
    expect(await keys.list()).toEqual([key(), bare]);
  });

  it('tells a key without routes from a key for all of them', async () => {
    const keys = await open();
    await keys.put(key({ routes: [] }));
    expect((await keys.find(key().id))?.routes).toEqual([]);
  });

  it('shows a revocation at once, and keeps the first time', async () => {
    const keys = await open();
    await keys.put(key());
    expect(await keys.revoke(key().id, 5_000)).toEqual(key({ revokedAt: 5_000 }));
    expect(await keys.find(key().id)).toEqual(key({ revokedAt: 5_000 }));
    expect(await keys.revoke(key().id, 9_000)).toEqual(key({ revokedAt: 5_000 }));
    expect(await keys.revoke('nobody', 9_000)).toBeNull();
  });
}

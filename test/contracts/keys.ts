/** What every store of keys keeps. The factory gives an empty one. */
import { expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import type { KeyRecord, Keys } from '../../src/storage/keys/keys.ts';

const key = (record: Partial<KeyRecord> = {}): KeyRecord => ({
  id: 'abcdefghijkl',
  secretHash: 'f'.repeat(64),
  name: 'web',
  team: 'search',
  scopes: ['ai:use', 'ai:usage'],
  routes: ['default'],
  monthlyBudget: 5_000_000_000,
  requestsPerMinute: 60,
  callsPerMinute: 600,
  agent: 'support-bot',
  session: { amount: 5, tokens: null, turns: 40, calls: null, minutes: 60, warnAt: [0.5] },
  madeBy: null,
  development: true,
  former: { secretHash: '0'.repeat(64), until: 1_500 },
  createdAt: 1_000,
  createdBy: 'shell',
  updatedAt: 1_200,
  updatedBy: 'key:root',
  version: 4,
  expiresAt: 2_000,
  revokedAt: null,
  lastUsedAt: 1_800,
  ...record,
});

export function keysContract(open: () => Promise<Keys>): void {
  it('a store of keys gives back a key as it was put', async () => {
    const keys = await open();
    const bare = key({
      id: 'other',
      routes: null,
      monthlyBudget: null,
      requestsPerMinute: null,
      callsPerMinute: null,
      development: false,
      expiresAt: null,
      scopes: [],
      former: null,
      createdAt: 2_000,
      createdBy: null,
      updatedAt: null,
      updatedBy: null,
      lastUsedAt: null,
    });
    await keys.put(key());
    await keys.put(bare);
    expect(await keys.find(key().id)).toEqual(key());
    expect(await keys.find('other')).toEqual(bare);
    expect(await keys.find('nobody')).toBeNull();
    expect(await keys.list()).toEqual([key(), bare]);
  });

  it('a store of keys tells a key without routes from a key for all of them', async () => {
    const keys = await open();
    await keys.put(key({ routes: [] }));
    expect((await keys.find(key().id))?.routes).toEqual([]);
  });

  it('a store of keys shows a revocation at once, and keeps the first time', async () => {
    const keys = await open();
    await keys.put(key());
    const revoked = key({ version: 5, revokedAt: 5_000, updatedAt: 5_000, updatedBy: 'key:ops' });
    expect(await keys.revoke(key().id, 5_000, 'key:ops')).toEqual(revoked);
    expect(await keys.find(key().id)).toEqual(revoked);
    expect(await keys.revoke(key().id, 9_000, 'shell')).toEqual(revoked);
    expect(await keys.revoke('nobody', 9_000)).toBeNull();
  });

  it('a store of keys changes a key in one step: of a change and a revocation at the same moment none is lost', async () => {
    const keys = await open();
    await keys.put(key());
    const [changed] = await Promise.all([
      keys.change(key().id, (before) => ({ ...before, name: 'app', monthlyBudget: null })),
      keys.revoke(key().id, 5_000),
      keys.change(key().id, (before) => ({ ...before, requestsPerMinute: 9 })),
    ]);
    expect(changed).toEqual(key({ name: 'app', monthlyBudget: null, version: 5 }));
    const after = { version: 7, name: 'app', monthlyBudget: null, requestsPerMinute: 9, revokedAt: 5_000, updatedAt: 5_000 };
    expect(await keys.find(key().id)).toEqual(key(after));
  });

  it('a store of keys changes nothing where there is no such key, and where the change throws', async () => {
    const keys = await open();
    await keys.put(key());
    expect(await keys.change('nobody', (before) => before)).toBeNull();
    const refusal = new GatewayError('FORBIDDEN', 'Not this one.');
    const change = keys.change(key().id, () => {
      throw refusal;
    });
    await expect(change).rejects.toBe(refusal);
    expect(await keys.list()).toEqual([key()]);
  });

  it('a store of keys keeps the last use, whatever comes late, and no change of the key undoes it', async () => {
    const keys = await open();
    await keys.put(key());
    await keys.used(
      new Map([
        [key().id, 2_500],
        ['nobody', 1],
      ]),
    );
    await keys.used(new Map([[key().id, 2_400]]));
    expect(await keys.change(key().id, (before) => ({ ...before, lastUsedAt: null }))).toEqual(key({ version: 5, lastUsedAt: 2_500 }));
    expect(await keys.change(key().id, (before) => before)).toEqual(key({ version: 5, lastUsedAt: 2_500 }));
    expect(await keys.list()).toEqual([key({ version: 5, lastUsedAt: 2_500 })]);
  });

  it('a store of keys tells of a key that it ends with the first to expire of those that it comes from', async () => {
    const keys = await open();
    await keys.put(key({ id: 'root', expiresAt: 9_000 }));
    await keys.put(key({ id: 'child', madeBy: 'root', expiresAt: null }));
    await keys.put(key({ id: 'grandchild', madeBy: 'child', expiresAt: 8_000 }));
    const ends = async () => new Map((await keys.standing(['root', 'child', 'grandchild'])).map(({ id, expiresAt }) => [id, expiresAt]));
    expect(Object.fromEntries(await ends())).toEqual({ root: 9_000, child: 9_000, grandchild: 8_000 });
    await keys.change('root', (before) => ({ ...before, expiresAt: 3_000 }));
    expect(Object.fromEntries(await ends())).toEqual({ root: 3_000, child: 3_000, grandchild: 3_000 });
  });

  it('a store of keys has another version after each change of a key, and the same while nothing happens', async () => {
    const keys = await open();
    const versions = [await keys.version()];
    await keys.put(key());
    versions.push(await keys.version());
    await keys.put(key({ name: 'app' }));
    versions.push(await keys.version());
    await keys.change(key().id, (before) => ({ ...before, name: 'web' }));
    versions.push(await keys.version());
    await keys.revoke(key().id, 5_000);
    versions.push(await keys.version());
    expect(new Set(versions).size).toBe(5);
    await keys.find(key().id);
    expect(await keys.version()).toBe(versions.at(-1));
  });

  it('a store of keys revokes with a key all that it has made, and those have, and no other', async () => {
    const keys = await open();
    const made = { child: 'root', grandchild: 'child', other: null, root: null };
    for (const id of ['root', 'child', 'grandchild', 'other'] as const) await keys.put(key({ id, madeBy: made[id] }));
    await keys.revoke('grandchild', 1_000);
    await keys.revoke('root', 5_000);
    const ends = new Map((await keys.list()).map(({ id, revokedAt }) => [id, revokedAt]));
    expect(Object.fromEntries(ends)).toEqual({ root: 5_000, child: 5_000, grandchild: 1_000, other: null });
  });

  it('a store of keys takes no key of a maker that was revoked, or is not there: also when both happen at the same moment', async () => {
    const keys = await open();
    await keys.put(key({ id: 'maker' }));
    const [, late] = await Promise.allSettled([keys.revoke('maker', 1), keys.put(key({ id: 'child', madeBy: 'maker' }))]);
    expect(late).toMatchObject({ status: 'rejected', reason: { code: 'UNAUTHENTICATED' } });
    await expect(keys.put(key({ id: 'child', madeBy: 'nobody' }))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await keys.find('child')).toBeNull();
  });

  it('a store of keys tells the standing of many keys, without those that there are not', async () => {
    const keys = await open();
    const ids = Array.from({ length: 130 }, (_, index) => `key ${index}`);
    for (const id of ids) await keys.put(key({ id, expiresAt: id === 'key 7' ? null : 2_000 }));
    await keys.revoke('key 129', 9);
    const standing = await keys.standing(['nobody', ...ids, 'no one']);
    expect(standing.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(standing.find(({ id }) => id === 'key 7')).toEqual({
      id: 'key 7',
      team: 'search',
      expiresAt: null,
      revokedAt: null,
      development: true,
    });
    expect(standing.find(({ id }) => id === 'key 129')).toEqual({
      id: 'key 129',
      team: 'search',
      expiresAt: 2_000,
      revokedAt: 9,
      development: true,
    });
    expect(await keys.standing([])).toEqual([]);
  });
}

import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authenticator } from '../../src/access/authenticate.ts';
import { developmentKey } from '../../src/access/development-key.ts';
import { type DeclaredTeams, noDeclaredTeams, openTeamBook } from '../../src/access/teams/team-book.ts';
import { issueKey, type NewKey, verifyKey } from '../../src/access/virtual-key.ts';
import { declaredTeams } from '../../src/assembly/caller-limits.ts';
import type { Principal } from '../../src/core/call/call.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { temporaryFolder } from '../storage/state.ts';

const now = Date.UTC(2026, 10, 5);
const anonymous: Principal = { id: 'anonymous', kind: 'anonymous', team: null, scopes: ['ai:use'], routes: ['default'], limits: [] };
const bare: NewKey = {
  name: 'n',
  team: 'search',
  scopes: ['ai:use'],
  routes: null,
  monthlyBudget: null,
  requestsPerMinute: null,
  expiresAt: null,
};

async function storageOf(folder: string | null = null) {
  const storage = await openStorage({ folder });
  onTestFinished(() => storage.close());
  return storage;
}

async function asking(key: Partial<NewKey> = {}, declared: Partial<DeclaredTeams> = {}, nobody: Principal | null = anonymous) {
  const { keys, directory } = await storageOf();
  const teams = openTeamBook({ ...noDeclaredTeams, ...declared }, directory);
  const { record, secret } = issueKey({ ...bare, ...key }, now);
  await keys.put(record);
  return { record, secret, authenticate: authenticator({ keys, anonymous: nobody, teams, now: () => now }) };
}

describe('authentication', () => {
  it('authentication makes a key its principal, with its own limits and those of its team', async () => {
    const { teams } = declaredTeams({ teams: { search: { dailyBudget: '0.000000009' }, other: { concurrency: 1 } } });
    const { record, secret, authenticate } = await asking({ monthlyBudget: 5, requestsPerMinute: 60, routes: ['default'] }, { teams });
    expect(await authenticate({ authorization: `Bearer ${secret}` })).toEqual({
      id: `key:${record.id}`,
      kind: 'key',
      team: 'search',
      organisation: null,
      scopes: ['ai:use'],
      routes: ['default'],
      limits: [
        { kind: 'budget', name: `key:${record.id}`, per: 'month', most: 5 },
        { kind: 'requests', name: `key:${record.id}`, perMinute: 60 },
        { kind: 'calls', name: `key:${record.id}`, perMinute: 60 },
        { kind: 'budget', name: 'team:search', per: 'day', most: 9 },
      ],
    });
  });

  it('authentication gives no limits to a key that has none, whatever its team is called', async () => {
    const { secret, authenticate } = await asking({ team: 'constructor' });
    expect((await authenticate({ authorization: `bearer   ${secret} ` })).limits).toEqual([]);
  });

  it('authentication takes who shows nothing for anonymous where that is allowed, and refuses him elsewhere', async () => {
    const open = await asking();
    expect(await open.authenticate({ authorization: null })).toEqual(anonymous);
    const closed = await asking({}, {}, null);
    await expect(closed.authenticate({ authorization: null })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('Authorization: Bearer fg_'),
    });
  });

  it.each(['', ' ', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer fg_wrong', 'Bearer a b', 'fg_x'])(
    'authentication never takes "%s" for anonymous',
    async (authorization) => {
      const { authenticate } = await asking();
      await expect(authenticate({ authorization })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );
});

describe('the development key', () => {
  it('the development key is made at the first start and kept for the next, for its owner alone', async () => {
    const folder = temporaryFolder();
    const { keys } = await storageOf(folder);
    const key = await developmentKey({ folder, keys });
    expect(await developmentKey({ folder, keys })).toBe(key);
    expect(statSync(join(folder, 'development-key')).mode & 0o777).toBe(0o600);
    expect(await verifyKey(key, keys, now)).toMatchObject({
      scopes: [
        'ai:use',
        'ai:ingest',
        'ai:usage',
        'ai:usage:all',
        'ai:metrics',
        'ai:freeform',
        'ai:plan',
        'ai:keys',
        'ai:keys:all',
        'ai:teams',
        'ai:teams:all',
        'ai:act-as',
      ],
      routes: null,
      monthlyBudget: null,
    });
  });

  it('the development key of an older version gets the scopes that there are now, and stays the same', async () => {
    const folder = temporaryFolder();
    const { keys } = await storageOf(folder);
    const key = await developmentKey({ folder, keys });
    await keys.change(key.slice(3, 15), (record) => ({ ...record, scopes: ['ai:use'] }));
    expect(await developmentKey({ folder, keys })).toBe(key);
    expect((await verifyKey(key, keys, now)).scopes).toContain('ai:teams:all');
  });

  it('the development key is closed again to others when its file was opened to them', async () => {
    const folder = temporaryFolder();
    const { keys } = await storageOf(folder);
    await developmentKey({ folder, keys });
    chmodSync(join(folder, 'development-key'), 0o644);
    await developmentKey({ folder, keys });
    expect(statSync(join(folder, 'development-key')).mode & 0o777).toBe(0o600);
  });

  it.each([
    [
      'revoked',
      async (folder: string, revoke: (id: string) => Promise<unknown>) =>
        revoke(readFileSync(join(folder, 'development-key'), 'utf8').slice(3, 15)),
    ],
    ['lost', async (folder: string) => rmSync(join(folder, 'development-key'))],
    ['damaged', async (folder: string) => writeFileSync(join(folder, 'development-key'), 'x')],
  ])('the development key is made anew when it was %s', async (_, spoil) => {
    const folder = temporaryFolder();
    const { keys } = await storageOf(folder);
    const old = await developmentKey({ folder, keys });
    await spoil(folder, (id) => keys.revoke(id, 1));
    const fresh = await developmentKey({ folder, keys });
    expect(fresh).not.toBe(old);
    await verifyKey(fresh, keys, Date.now());
    expect(await developmentKey({ folder, keys })).toBe(fresh);
  });

  it('the development key needs no folder', async () => {
    const { keys } = await storageOf();
    await verifyKey(await developmentKey({ folder: null, keys }), keys, Date.now());
  });
});

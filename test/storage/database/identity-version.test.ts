/** What tells every process that keys, teams or users were changed, and nothing else. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { issueKey } from '../../../src/access/virtual-key.ts';
import { openPolicy } from '../../../src/storage/directory/directory.ts';
import type { EmbeddedStorage } from '../../../src/storage/open-storage.ts';
import { openStorage } from '../../../src/storage/open-storage.ts';
import { usageRow } from '../rows.ts';
import { temporaryFolder } from '../state.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function two(): Promise<readonly [EmbeddedStorage, EmbeddedStorage]> {
  const folder = join(temporaryFolder(), 'state');
  const [here, elsewhere] = [await openStorage({ folder }), await openStorage({ folder })];
  onTestFinished(async () => {
    await here.close();
    await elsewhere.close();
  });
  return [here, elsewhere];
}

const key = { name: 'k', team: 'web', scopes: ['ai:use'], routes: null, monthlyBudget: null, requestsPerMinute: null, expiresAt: null };
const times = { createdAt: 1, createdBy: 'shell', updatedAt: 1, updatedBy: 'shell', version: 1, archivedAt: null };

it('a change of a key, a team, an organisation, a member, a token or a user by another process is seen at the next turn, by keys and directory', async () => {
  const [here, { keys, directory, identities }] = await two();
  const { record } = issueKey(key, 1);
  const ann = { id: identities.pseudonymOf('team:web', 'ann'), realm: 'team:web', name: 'ann' };
  const token = { id: 't', secretHash: 'f', keyId: record.id, user: ann.id, scopes: [], routes: null, budget: null };
  const entry = { description: null, policy: openPolicy, ...times };
  const changes: readonly (() => Promise<unknown>)[] = [
    () => keys.put(record),
    () => keys.change(record.id, (before) => ({ ...before, name: 'other' })),
    () => keys.revoke(record.id, 1),
    () => directory.organisations.add({ name: 'acme', ...entry }),
    () => directory.teams.add({ name: 'web', organisation: 'acme', ...entry }),
    () => directory.teams.change('web', (before) => ({ ...before, archivedAt: 1 })),
    () => directory.members.put({ principal: 'jwt:a:u', team: 'web', addedAt: 1, addedBy: 'shell' }),
    () => directory.members.remove('jwt:a:u', 'web'),
    async () => {
      await identities.putToken({ ...token, createdAt: 1, expiresAt: Date.now() + 60_000, revokedAt: null }, ann, 10);
      await identities.revokeToken('t', 2);
    },
    () => identities.revokeUser(ann, 3),
    () => identities.eraseUser(ann, 4),
  ];
  for (const change of changes) {
    const before = [await here.keys.version(), await here.directory.version()];
    await change();
    await turn();
    const after = [here.keys.version(), here.directory.version()];
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  }
});

it('what is booked, noted or used all day, by whichever process, is no other version: who was known stays known', async () => {
  const [here, elsewhere] = await two();
  const { record } = issueKey(key, 1);
  await elsewhere.keys.put(record);
  await turn();
  const before = [await here.keys.version(), await here.directory.version()];
  for (const { ledger, keys, identities } of [here, elsewhere]) {
    await ledger.append([usageRow({ cost: 5 })]);
    await ledger.flush();
    await keys.used(new Map([[record.id, Date.now()]]));
    const bob = { id: identities.pseudonymOf('team:web', 'bob'), realm: 'team:web', name: 'bob' };
    await identities.note(bob);
    const token = { id: crypto.randomUUID(), secretHash: 'f', keyId: record.id, user: bob.id, scopes: [], routes: null, budget: null };
    await identities.putToken({ ...token, createdAt: 1, expiresAt: Date.now() + 60_000, revokedAt: null }, bob, 10);
  }
  await turn();
  expect([await here.keys.version(), await here.directory.version()]).toEqual(before);
});

it('in one turn of the event loop the version is read once, and what was changed in it is seen at the next', async () => {
  const [here, elsewhere] = await two();
  const { record } = issueKey(key, 1);
  await elsewhere.keys.put(record);
  await turn();
  const before = here.keys.version();
  expect(typeof before).toBe('string');
  expect(here.directory.version()).toEqual(expect.any(String));
  expect(here.keys.version()).toBe(before);
});

const usedAllDay: readonly string[] = ['virtual_keys.last_used_at', 'end_users.seen_at', 'end_users.name'];

it('what somebody writes by hand is seen at the next turn, whichever column of a key, a team, an organisation, a member or a token it is', async () => {
  const folder = join(temporaryFolder(), 'state');
  const here = await openStorage({ folder });
  onTestFinished(() => here.close());
  const { record } = issueKey(key, 1);
  const entry = { description: null, policy: openPolicy, ...times };
  const ann = { id: 'u', realm: 'team:web', name: 'ann' };
  await here.keys.put(record);
  await here.directory.organisations.add({ name: 'acme', ...entry });
  await here.directory.teams.add({ name: 'web', organisation: 'acme', ...entry });
  await here.directory.members.put({ principal: 'jwt:a:u', team: 'web', addedAt: 1, addedBy: 'shell' });
  const token = { id: 't', secretHash: 'f', keyId: record.id, user: 'u', scopes: [], routes: null, budget: null };
  await here.identities.putToken({ ...token, createdAt: 1, expiresAt: Date.now() + 60_000, revokedAt: null }, ann, 10);
  const shell = new DatabaseSync(join(folder, 'fieldgate.db'));
  onTestFinished(() => shell.close());
  /** Whether the version was another one afterwards. */
  const isSeen = async (sql: string): Promise<boolean> => {
    await turn();
    const before = await here.keys.version();
    shell.exec(sql);
    await turn();
    return (await here.keys.version()) !== before;
  };
  const unseen: string[] = [];
  for (const table of ['virtual_keys', 'organisations', 'teams', 'team_members', 'short_lived_tokens']) {
    for (const { name } of shell.prepare(`pragma table_info(${table})`).all()) {
      if (!(await isSeen(`update ${table} set ${name} = ${name}`))) unseen.push(`${table}.${name}`);
    }
    if (!(await isSeen(`delete from ${table}`))) unseen.push(table);
  }
  for (const column of ['seen_at', 'name', 'revoked_at', 'erased_at']) {
    if (!(await isSeen(`update end_users set ${column} = 1`))) unseen.push(`end_users.${column}`);
  }
  expect(unseen).toEqual(usedAllDay);
  expect(await isSeen("insert into end_users (id, realm, name, seen_at, revoked_at) values ('v', 'team:web', 'bob', 1, 1)")).toBe(true);
});

import { expect, it, onTestFinished } from 'vitest';
import { issueKey } from '../../../src/access/virtual-key.ts';
import { openPolicy } from '../../../src/storage/directory/directory.ts';
import type { NamedUser } from '../../../src/storage/identities/identities.ts';
import type { UsageQuery } from '../../../src/storage/ledger/ledger.ts';
import { openStorage } from '../../../src/storage/open-storage.ts';
import { usageRow } from '../rows.ts';

const noon = Date.UTC(2026, 10, 5, 12);
const all: UsageQuery = {
  from: noon - 3_600_000,
  to: noon + 3_600_000,
  groupBy: ['user'],
  interval: null,
  first: 100,
  after: null,
  only: null,
};

/** A storage with two users of one name's length, whose pseudonyms differ, and of whom each has everything. */
async function opened() {
  const clock = { time: noon };
  const storage = await openStorage({ folder: null, now: () => clock.time });
  onTestFinished(() => storage.close());
  const { completions, conversations, identities, ledger } = storage;
  const named = (name: string, realm = 'team:web'): NamedUser => ({ id: identities.pseudonymOf(realm, name), realm, name });

  async function does(user: NamedUser, credential = 'key:a'): Promise<void> {
    const principal = `${credential}:${user.id}`;
    const id = crypto.randomUUID();
    await identities.note(user);
    const token = { id: crypto.randomUUID(), secretHash: 'f', keyId: 'a', user: user.id, scopes: [], routes: null, budget: null };
    await identities.putToken({ ...token, createdAt: clock.time, expiresAt: clock.time + 60_000, revokedAt: null }, user, 10);
    await completions.begin({ id, principal, body: '{}', claim: { key: 'k', inputHash: 'h' }, now: clock.time });
    await completions.save({ id, principal, body: '{}', expiresAt: clock.time + 86_400_000, freesKey: false });
    await completions.rate(id, principal, 1, 'Good.');
    await conversations.create({ id: crypto.randomUUID(), owner: principal, title: 'Ours', now: clock.time });
    await ledger.append([usageRow({ time: clock.time, user: user.id, cost: 5 })]);
  }
  async function has({ id }: NamedUser, credential = 'key:a') {
    const principal = `${credential}:${id}`;
    await ledger.flush();
    const rated = await storage.database.all('select 1 from completion_ratings where principal = $1', [principal]);
    const { totals } = await ledger.totals(all);
    return {
      name: (await identities.userNames([id])).get(id) ?? null,
      key: (await completions.withKey('k', principal)) !== null,
      ratings: rated.length,
      conversations: (await conversations.list(principal, { first: 10, after: null })).length,
      calls: totals.find(({ key }) => key.user === id)?.calls ?? 0,
    };
  }
  return { storage, clock, named, does, has };
}

const whole = { key: true, ratings: 1, conversations: 1, calls: 1 };
const gone = { name: null, key: false, ratings: 0, conversations: 0, calls: 0 };

it('a user who is erased leaves nothing but usage under a pseudonym that nobody has, and others keep what they have', async () => {
  const { storage, named, does, has } = await opened();
  const [ann, bob, elsewhere] = [named('ann'), named('bob'), named('ann', 'jwt:login')];
  await does(ann);
  await does(bob);
  await does(elsewhere, 'jwt:login');
  expect(await storage.erasure.eraseUser(ann)).toEqual({ tokens: 1, completions: 1, conversations: 1, calls: 1 });
  expect(await has(ann)).toEqual(gone);
  expect(await has(bob)).toEqual({ ...whole, name: 'bob' });
  expect(await has(elsewhere, 'jwt:login')).toEqual({ ...whole, name: 'ann' });
  expect(await storage.identities.usersNamed('ann')).toEqual([elsewhere.id]);
  expect(await storage.identities.usersNamed('')).toEqual([]);
  const { totals } = await storage.ledger.totals(all);
  expect(totals.map(({ cost }) => cost)).toEqual([5, 5, 5]);
  for (const { key } of totals) expect(key.user).toMatch(/^u_[\w-]{22}$/);
  for (const table of ['completions', 'conversations', 'short_lived_tokens'])
    expect(JSON.stringify(await storage.database.all(`select * from ${table}`))).not.toContain(ann.id);
});

it('a user who is erased stays revoked, and is known anew when he comes again, without what was', async () => {
  const { storage, clock, named, does, has } = await opened();
  const ann = named('ann');
  await does(ann);
  await storage.erasure.eraseUser(ann);
  expect((await storage.identities.findUser(ann.id))?.revokedAt).toBeGreaterThanOrEqual(noon);
  clock.time += 60_000;
  await does(ann);
  expect(await has(ann)).toEqual({ ...whole, name: 'ann' });
});

it('what others wrote late of a user who is erased is erased too, and what he began after it stays', async () => {
  const { storage, clock, named, does, has } = await opened();
  const ann = named('ann');
  await storage.erasure.eraseUser(ann);
  await storage.ledger.append([usageRow({ time: noon, user: ann.id })]);
  await storage.completions.save({
    ...{ id: crypto.randomUUID(), principal: `key:a:${ann.id}`, body: '{}', freesKey: false },
    expiresAt: noon + 1_000 + 86_400_000,
  });
  await storage.erasure.sweep();
  expect((await has(ann)).calls).toBe(1);
  clock.time += 60_000;
  await does(ann);
  await storage.erasure.sweep();
  expect(await has(ann)).toEqual({ ...whole, name: 'ann' });
  expect(await storage.database.all('select count(*) as left from completions')).toEqual([{ left: 1 }]);
});

it('rows of usage are erased however many they are', async () => {
  const { storage, named, has } = await opened();
  const ann = named('ann');
  await storage.ledger.append(Array.from({ length: 1_201 }, () => usageRow({ time: noon - 1, user: ann.id })));
  expect(await storage.erasure.eraseUser(ann)).toEqual({ tokens: 0, completions: 0, conversations: 0, calls: 1_201 });
  expect(await has(ann)).toEqual(gone);
});

it('what a user who is erased had changed as an administrator stays, under a pseudonym that nobody has', async () => {
  const { storage, named } = await opened();
  const [ann, bob] = [named('ann', 'jwt:login'), named('bob', 'jwt:login')];
  const { directory, changes, keys, database } = storage;
  const [byAnn, byBob] = [`jwt:login:${ann.id}`, `jwt:login:${bob.id}`];
  const times = { createdAt: 1, createdBy: byAnn, updatedAt: 1, updatedBy: byBob, version: 1, archivedAt: null };
  const parts = { description: null, policy: openPolicy, ...times };
  await directory.teams.add({ name: 'web', organisation: null, ...parts });
  await directory.organisations.add({ name: 'acme', ...parts });
  await directory.members.put({ principal: byBob, team: 'web', addedAt: 1, addedBy: byAnn });
  const { record } = issueKey(
    { name: 'k', team: 'web', scopes: [], routes: null, monthlyBudget: null, requestsPerMinute: null, expiresAt: null, createdBy: byAnn },
    1,
  );
  await keys.put(record);
  const note = { on: 'team:web', at: 1, reason: null };
  await changes.note({ ...note, by: byAnn, action: 'made', parts: [] }, true);
  await changes.note({ ...note, by: byBob, action: 'member added', parts: [{ name: 'members', before: null, after: byAnn }] }, true);
  await storage.erasure.eraseUser(ann);
  for (const table of ['virtual_keys', 'teams', 'organisations', 'team_members', 'changes'])
    expect(JSON.stringify(await database.all(`select * from ${table}`))).not.toContain(ann.id);
  const [added, made] = await changes.of('team:web', 10);
  expect([added?.by, added?.parts]).toEqual([byBob, [{ name: 'members', before: null, after: made?.by }]]);
  const other = expect.stringMatching(/^jwt:login:u_[\w-]{22}$/);
  expect(made?.by).toEqual(other);
  expect(await directory.teams.find('web')).toMatchObject({ createdBy: other, updatedBy: byBob });
});

it('a user who is erased leaves the reasons of changes that name him, and those that do not stay', async () => {
  const { storage, named } = await opened();
  const ann = named('ann@example.com');
  const reasons = ['Raised for ANN@example.com.', 'Raised for joann@example.com.', 'The launch.', null, 'ann@example.com'];
  for (const reason of reasons)
    await storage.changes.note({ on: 'team:web', at: noon, by: 'shell', action: 'changed', parts: [], reason }, true);
  await storage.erasure.eraseUser(ann);
  const kept = (await storage.changes.of('team:web', 10)).map(({ reason }) => reason).reverse();
  expect(kept).toEqual([null, 'Raised for joann@example.com.', 'The launch.', null, null]);
});

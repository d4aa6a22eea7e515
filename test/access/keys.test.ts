import { describe, expect, it, onTestFinished } from 'vitest';
import { keyDesk } from '../../src/access/issue-keys.ts';
import { allScopes } from '../../src/access/scopes.ts';
import { issueKey, type NewKey, verifyKey } from '../../src/access/virtual-key.ts';
import { openStorage } from '../../src/storage/open-storage.ts';

const now = Date.UTC(2026, 10, 5);
const wanted: NewKey = {
  name: 'web',
  team: 'search',
  scopes: ['ai:use'],
  routes: null,
  monthlyBudget: 5_000_000_000,
  requestsPerMinute: 60,
  expiresAt: now + 1_000,
};

async function issued() {
  const storage = await openStorage({ folder: null });
  onTestFinished(() => storage.close());
  const { record, secret } = issueKey(wanted, now);
  await storage.keys.put(record);
  return { storage, keys: storage.keys, record, secret };
}

const refused = (why: RegExp) => ({ code: 'UNAUTHENTICATED', message: expect.stringMatching(why) });

describe('a virtual key', () => {
  it('a virtual key is proved by its whole text', async () => {
    const { keys, secret, record } = await issued();
    expect(await verifyKey(secret, keys, now)).toEqual(record);
    expect(record).toMatchObject({ ...wanted, createdAt: now, revokedAt: null });
  });

  it('a virtual key is never stored: the database has neither the text nor its secret', async () => {
    const { storage, secret, record } = await issued();
    const rows = JSON.stringify(await storage.database.all('select * from virtual_keys'));
    expect(rows).toContain(record.id);
    expect(rows).not.toContain(secret.slice(-43));
  });

  it('a virtual key is new each time', () => {
    const texts = Array.from({ length: 200 }, () => issueKey(wanted, now).secret);
    expect(new Set(texts).size).toBe(200);
    for (const text of texts) expect(text).toMatch(/^fg_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$/);
  });

  it.each([
    '',
    'fg',
    'fg_abc_def',
    'sk-proj-0123456789',
    `fg_${'a'.repeat(12)}_${'b'.repeat(43)}`,
    `fg_${'é'.repeat(12)}_${'b'.repeat(43)}`,
  ])('a virtual key is not "%s"', async (text) => {
    const { keys } = await issued();
    await expect(verifyKey(text, keys, now)).rejects.toMatchObject(refused(/key/));
  });

  it('a virtual key is refused with another secret, without a word on what is wrong with it', async () => {
    const { keys, secret, record } = await issued();
    const wrong = secret.slice(0, -1) + (secret.endsWith('a') ? 'b' : 'a');
    await expect(verifyKey(wrong, keys, now)).rejects.toMatchObject(refused(/not known/));
    await keys.revoke(record.id, now);
    await expect(verifyKey(wrong, keys, now)).rejects.toMatchObject(refused(/not known/));
  });

  it('a virtual key stops at its revocation, at once', async () => {
    const { keys, secret, record } = await issued();
    await verifyKey(secret, keys, now);
    await keys.revoke(record.id, now);
    await expect(verifyKey(secret, keys, now)).rejects.toMatchObject(refused(/revoked/));
  });

  it('a virtual key stops at its expiry', async () => {
    const { keys, secret } = await issued();
    await verifyKey(secret, keys, now + 999);
    await expect(verifyKey(secret, keys, now + 1_000)).rejects.toMatchObject(refused(/expired at 2026-11-05T00:00:01/));
  });

  it('a virtual key is not repeated by the sentence that refuses it', async () => {
    const { keys } = await issued();
    const canary = `fg_${'C'.repeat(12)}_${'D'.repeat(43)}`;
    await expect(verifyKey(canary, keys, now)).rejects.toMatchObject({ message: expect.not.stringMatching(/CCC|DDD/) });
  });
});

describe('the key desk', () => {
  const desk = async (routes: readonly string[] | null = null) => {
    const { keys } = await issued();
    return { keys, desk: keyDesk(keys, { routes, now: () => now }) };
  };

  it('the key desk issues, lists and revokes', async () => {
    const { keys, desk: at } = await desk();
    const { key, secret } = await at.issue({ ...wanted, name: 'mine' });
    expect(await verifyKey(secret, keys, now)).toEqual(key);
    expect(await at.list()).toContainEqual(key);
    expect(await at.revoke(key.id, { by: 'shell' })).toEqual({ ...key, revokedAt: now, updatedAt: now, updatedBy: 'shell', version: 2 });
    expect(await at.revoke('nobody', { by: 'shell' })).toBeNull();
  });

  it.each<[Partial<NewKey>, RegExp]>([
    [{ name: ' ' }, /name .* between 1 and 100/],
    [{ team: 'x'.repeat(101) }, /team .* between 1 and 100/],
    [{ scopes: ['ai:everything'] }, /no scope "ai:everything". Scopes of the gateway: ai:use/],
    [{ scopes: ['ai:use', ' '] }, /no scope " "/],
    [{ scopes: [] }, /may do nothing/],
    [{ routes: ['default', 'fast'] }, /no route "fast". Routes: default/],
    [{ monthlyBudget: -1 }, /monthly budget/],
    [{ monthlyBudget: Number.NaN }, /monthly budget/],
    [{ requestsPerMinute: 0 }, /from 1 on/],
    [{ requestsPerMinute: 1.5 }, /whole number/],
    [{ callsPerMinute: 0 }, /Calls per minute are a whole number from 1 on/],
    [{ expiresAt: now }, /in the future/],
    [{ expiresAt: Number.NaN }, /in the future/],
  ])('the key desk refuses %o in a sentence, and stores nothing', async (part, sentence) => {
    const { keys, desk: at } = await desk(['default']);
    const before = (await keys.list()).length;
    await expect(at.issue({ ...wanted, ...part })).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(sentence) });
    expect(await keys.list()).toHaveLength(before);
  });

  it('the key desk takes the scopes of other teams', async () => {
    const { desk: at } = await desk();
    await expect(at.issue({ ...wanted, scopes: ['orders:read'] })).resolves.toMatchObject({ key: { scopes: ['orders:read'] } });
  });

  it('the key desk takes every scope there is', async () => {
    const { desk: at } = await desk();
    await expect(at.issue({ ...wanted, scopes: allScopes })).resolves.toMatchObject({ key: { scopes: allScopes } });
  });
});

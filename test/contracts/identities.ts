/** What every store of end users and tokens keeps. The factory gives an empty one. */
import { expect, it } from 'vitest';
import type { Identities, NamedUser, TokenRecord } from '../../src/storage/identities/identities.ts';

const token = (record: Partial<TokenRecord> = {}): TokenRecord => ({
  id: 'abcdefghijkl',
  secretHash: 'f'.repeat(64),
  keyId: 'k1',
  user: null,
  scopes: ['ai:use'],
  routes: ['default'],
  budget: 5_000_000,
  createdAt: 1_000,
  expiresAt: 2_000,
  revokedAt: null,
  ...record,
});

export function identitiesContract(open: () => Promise<Identities>): void {
  const userIn = (identities: Identities, name: string, realm = 'team:web'): NamedUser => ({
    id: identities.pseudonymOf(realm, name),
    realm,
    name,
  });

  it('a user has one pseudonym in a realm, another in another realm, and it tells nothing of the name', async () => {
    const { pseudonymOf } = await open();
    const ann = pseudonymOf('team:web', 'ann@example.com');
    expect(ann).toMatch(/^u_[\w-]{22}$/);
    expect(pseudonymOf('team:web', 'ann@example.com')).toBe(ann);
    const others = [pseudonymOf('team:shop', 'ann@example.com'), pseudonymOf('team:web', 'bob'), pseudonymOf('team:web","x', 'ann')];
    expect(new Set([ann, ...others]).size).toBe(4);
  });

  it('a user who was noted is found by pseudonym and by name, and nobody else is', async () => {
    const identities = await open();
    const [ann, annElsewhere] = [userIn(identities, 'ann'), userIn(identities, 'ann', 'jwt:login')];
    for (const user of [ann, annElsewhere, ann]) await identities.note(user);
    expect((await identities.usersNamed('ann')).toSorted()).toEqual([ann.id, annElsewhere.id].toSorted());
    expect(await identities.usersNamed('bob')).toEqual([]);
    expect(await identities.userNames([ann.id, 'u_nobody', ann.id])).toEqual(new Map([[ann.id, 'ann']]));
    expect(await identities.findUser(ann.id)).toEqual({ ...ann, revokedAt: null });
    expect(await identities.findUser('u_nobody')).toBeNull();
  });

  it('a token is given back as it was put, and its user is known', async () => {
    const identities = await open();
    const ann = userIn(identities, 'ann');
    const ofUser = token({ id: 'other', user: ann.id, routes: null, budget: null });
    expect(await identities.putToken(token(), null, 10)).toBe(true);
    expect(await identities.putToken(ofUser, ann, 10)).toBe(true);
    expect(await identities.findToken('abcdefghijkl')).toEqual(token());
    expect(await identities.findToken('other')).toEqual(ofUser);
    expect(await identities.findToken('nobody')).toBeNull();
    expect(await identities.findUser(ann.id)).toMatchObject({ name: 'ann' });
  });

  it('a key has no more tokens in force than it may, and those that have expired or were revoked do not count', async () => {
    const identities = await open();
    expect(await identities.putToken(token({ id: 'old', createdAt: 1, expiresAt: 500 }), null, 2)).toBe(true);
    expect(await identities.putToken(token({ id: 'a' }), null, 2)).toBe(true);
    expect(await identities.putToken(token({ id: 'b' }), null, 2)).toBe(true);
    expect(await identities.putToken(token({ id: 'c' }), null, 2)).toBe(false);
    expect(await identities.findToken('c')).toBeNull();
    expect(await identities.putToken(token({ id: 'd', keyId: 'k2' }), null, 2)).toBe(true);
    await identities.revokeToken('a', 1_500);
    expect(await identities.putToken(token({ id: 'c' }), null, 2)).toBe(true);
  });

  it('a token that is revoked twice keeps the first time, and shows in the version', async () => {
    const identities = await open();
    await identities.putToken(token(), null, 10);
    const before = identities.version();
    expect(await identities.revokeToken('abcdefghijkl', 1_500)).toMatchObject({ revokedAt: 1_500 });
    expect(identities.version()).not.toBe(before);
    expect(await identities.revokeToken('abcdefghijkl', 1_600)).toMatchObject({ revokedAt: 1_500 });
    expect(await identities.revokeToken('nobody', 1_600)).toBeNull();
    expect(await identities.revocations('token', ['abcdefghijkl', 'nobody'])).toEqual([{ id: 'abcdefghijkl', revokedAt: 1_500 }]);
  });

  it('a user who is revoked loses his tokens; each revocation is later than the one before, and others keep theirs', async () => {
    const identities = await open();
    const [ann, bob] = [userIn(identities, 'ann'), userIn(identities, 'bob')];
    await identities.putToken(token({ id: 'a', user: ann.id }), ann, 10);
    await identities.putToken(token({ id: 'b', user: bob.id }), bob, 10);
    await identities.revokeUser(ann, 1_500);
    expect(await identities.findToken('a')).toMatchObject({ revokedAt: 1_500 });
    expect(await identities.findToken('b')).toMatchObject({ revokedAt: null });
    await identities.revokeUser(ann, 1_500);
    const again = await identities.revocations('user', [ann.id, bob.id]);
    expect(again.find(({ id }) => id === ann.id)?.revokedAt).toBeGreaterThan(1_500);
    expect(again.find(({ id }) => id === bob.id)?.revokedAt).toBeNull();
  });

  it('a user who was never seen can be revoked', async () => {
    const identities = await open();
    const eve = userIn(identities, 'eve');
    await identities.revokeUser(eve, 7);
    expect(await identities.findUser(eve.id)).toEqual({ ...eve, revokedAt: 7 });
  });

  it('many are looked up in one read', async () => {
    const identities = await open();
    const all = Array.from({ length: 150 }, (_, index) => userIn(identities, `user-${index}`));
    await Promise.all(all.map((user) => identities.note(user)));
    expect((await identities.userNames(all.map(({ id }) => id))).size).toBe(150);
    expect(
      await identities.revocations(
        'user',
        all.map(({ id }) => id),
      ),
    ).toHaveLength(150);
  });

  it('what has expired is deleted: tokens by their expiry, users who were not seen or revoked since', async () => {
    const identities = await open();
    const [ann, eve] = [userIn(identities, 'ann'), userIn(identities, 'eve')];
    await identities.putToken(token({ id: 'a', user: ann.id }), ann, 10);
    await identities.putToken(token({ id: 'later', expiresAt: 9_000 }), null, 10);
    await identities.revokeUser(eve, 5_000);
    await identities.expire(3_000, null);
    expect(await identities.findToken('a')).toBeNull();
    expect(await identities.findToken('later')).not.toBeNull();
    expect(await identities.findUser(ann.id)).not.toBeNull();
    await identities.expire(3_000, 4_000);
    expect(await identities.findUser(ann.id)).toBeNull();
    expect(await identities.findUser(eve.id)).not.toBeNull();
  });
}

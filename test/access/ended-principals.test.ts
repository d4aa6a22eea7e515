import { describe, expect, it } from 'vitest';
import { type EndedOptions, findEndedPrincipals, findEndOf, findSuspectsBy } from '../../src/access/ended-principals.ts';
import { GatewayError } from '../../src/core/errors.ts';
import type { KeyStanding } from '../../src/storage/keys/keys.ts';

const standing = (id: string, more: Partial<KeyStanding> = {}): KeyStanding => ({
  id,
  team: 'search',
  expiresAt: null,
  revokedAt: null,
  development: false,
  ...more,
});

/** Says of each principal why it may ask for nothing any more; those in force are left out. */
async function endedOf(ids: readonly string[], keys: readonly KeyStanding[], more: Partial<EndedOptions> = {}) {
  const reads: (readonly string[])[] = [];
  const find = findEndedPrincipals({
    keys: {
      async standing(asked) {
        reads.push(asked);
        return keys.filter(({ id }) => asked.includes(id));
      },
    },
    issuers: ['login'],
    anonymous: true,
    development: true,
    now: () => 1_000,
    ...more,
  });
  const ended = await find(ids);
  for (const { code } of ended.values()) expect(code).toBe('UNAUTHENTICATED');
  return { ended: Object.fromEntries([...ended].map(([id, { message }]) => [id, message])), reads };
}

describe('principals whose permission has ended', () => {
  it('principals whose permission has ended are those of keys that were revoked, have expired, or are not there', async () => {
    const keys = [standing('good', { expiresAt: 1_001 }), standing('revoked', { revokedAt: 1 }), standing('expired', { expiresAt: 1_000 })];
    const { ended } = await endedOf(['key:good', 'key:revoked', 'key:expired', 'key:gone'], keys);
    expect(ended).toEqual({
      'key:revoked': expect.stringMatching(/^The key was revoked, /),
      'key:expired': expect.stringMatching(/^The key expired at 1970-01-01T00:00:01/),
      'key:gone': expect.stringMatching(/^The key was removed, /),
    });
  });

  it('principals whose permission has ended are users of a key that has ended, all of them, and those of one in force are not', async () => {
    const user = (key: string, name: string): string => `key:${key}:u_${name.padEnd(22, '-')}`;
    const keys = [standing('good'), standing('revoked', { revokedAt: 1 })];
    const ids = [user('good', 'ann'), 'key:good', user('revoked', 'ann'), user('revoked', 'bob'), 'key:revoked'];
    const { ended, reads } = await endedOf(ids, keys);
    expect(Object.keys(ended).toSorted()).toEqual([user('revoked', 'ann'), user('revoked', 'bob'), 'key:revoked'].toSorted());
    expect(reads).toEqual([['good', 'revoked']]);
  });

  it('principals whose permission has ended are those of development keys, where the gateway does not run in development', async () => {
    const keys = [standing('dev', { development: true }), standing('good')];
    expect((await endedOf(['key:dev', 'key:good'], keys)).ended).toEqual({});
    expect((await endedOf(['key:dev', 'key:good'], keys, { development: false })).ended).toEqual({
      'key:dev': expect.stringMatching(/^This is the key of development/),
    });
  });

  it('principals whose permission has ended are callers without a key, and users of an issuer, that the configuration accepts no longer', async () => {
    const ids = ['anonymous', 'jwt:login:ann', 'jwt:login2:ann', 'service:documents'];
    expect((await endedOf(ids, [])).ended).toEqual({ 'jwt:login2:ann': expect.stringMatching(/^The issuer of the token is not accepted/) });
    expect(Object.keys((await endedOf(ids, [], { issuers: [], anonymous: false })).ended)).toEqual([
      'anonymous',
      'jwt:login:ann',
      'jwt:login2:ann',
    ]);
  });

  it('principals whose permission has ended are found in reads of bounded size', async () => {
    const ids = Array.from({ length: 130 }, (_, index) => `key:${index}`);
    const { ended, reads } = await endedOf(
      ids,
      ids.slice(1).map((id) => standing(id.slice('key:'.length))),
    );
    expect(Object.keys(ended)).toEqual(['key:0']);
    expect(reads.map((read) => read.length)).toEqual([64, 64, 2]);
  });
});

describe('owners of queued work', () => {
  const user = (name: string): string => `u_${name.padEnd(22, '-')}`;
  const owners = [
    { owner: `jwt:login:${user('ann')}`, tenant: 'team:web' },
    { owner: `jwt:login:${user('bob')}`, tenant: 'team:shop' },
    { owner: `jwt:login:${user('eve')}`, tenant: `jwt:login:${user('eve')}` },
    { owner: `key:a:${user('ann')}`, tenant: 'team:web' },
    { owner: 'key:a', tenant: 'team:web' },
  ];
  const suspects = async (revoked: Readonly<Record<string, number | null>>, archived: readonly string[] = []) =>
    Object.fromEntries(
      await findSuspectsBy(
        async (kind, ids) => ids.flatMap((id) => (`${kind} ${id}` in revoked ? [{ id, revokedAt: revoked[`${kind} ${id}`] ?? null }] : [])),
        async () => archived,
      )(owners),
    );

  it('owners of queued work are asked about where their user was revoked at some time, and anew with each revocation', async () => {
    expect(await suspects({ [`user ${user('ann')}`]: 7, [`user ${user('bob')}`]: null })).toEqual({
      [`jwt:login:${user('ann')}`]: '7',
      [`key:a:${user('ann')}`]: '7',
    });
    expect(await suspects({})).toEqual({});
  });

  it('owners of queued work are asked about where a team of a login was archived; keys end with theirs by themselves', async () => {
    expect(Object.keys(await suspects({ 'team web': 0 }))).toEqual([`jwt:login:${user('ann')}`]);
  });

  it('owners of queued work are asked about where an organisation was archived and no team says that it is another, and anew with each', async () => {
    const eve = `jwt:login:${user('eve')}`;
    const [one, two] = [await suspects({}, ['acme']), await suspects({}, ['acme', 'beta'])];
    expect([Object.keys(one), Object.keys(two)]).toEqual([[eve], [eve]]);
    expect(one[eve]).not.toBe(two[eve]);
  });

  it('an owner of queued work has ended with his key, else with his user or his team', async () => {
    const ended = new GatewayError('UNAUTHENTICATED', 'The key was revoked.');
    const reason = new GatewayError('UNAUTHENTICATED', 'The team was archived.');
    const findEnd = findEndOf(async (ids) => new Map(ids.includes('key:a') ? [['key:a', ended]] : []), {
      reasonNow: async ({ team }) => (team === 'web' ? reason : null),
    });
    const of = (id: string, team: string | null) => findEnd({ id, kind: 'jwt', team, scopes: [], routes: null, limits: [] });
    expect(await Promise.all([of('key:a', 'web'), of('key:b', 'web'), of('key:b', null)])).toEqual([ended, reason, null]);
  });
});

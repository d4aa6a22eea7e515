/** Makes short-lived tokens, and takes back what tokens and users may do. */
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { NanoUsd } from '../../core/money.ts';
import type { Identities, TokenRecord } from '../../storage/identities/identities.ts';
import type { Keys } from '../../storage/keys/keys.ts';
import { type NoteChange, noNotes } from '../changes/change-notes.ts';
import { isUserScope, namedUser, realmOfTeam, userNameOf } from '../users/end-user.ts';
import { realmFor } from '../users/user-realm.ts';
import { checkPresentSecret, keyIdOf } from '../virtual-key.ts';
import { issueToken } from './short-lived-token.ts';

export interface NewToken {
  readonly ttlSeconds: number;
  /** Null: all that the maker may hand on. */
  readonly scopes: readonly string[] | null;
  /** Null: those of the maker. */
  readonly routes: readonly string[] | null;
  /** What may be spent with it; null: no limit of its own. */
  readonly budget: NanoUsd | null;
  /** As the backend calls him; null: whom the maker acts for, or nobody. */
  readonly user: string | null;
}

export interface IssuedToken {
  readonly id: string;
  /** Shown once. */
  readonly token: string;
  readonly expiresAt: number;
  readonly user: string | null;
}

export interface TokenDesk {
  /** Throws FORBIDDEN for what the maker may not hand on, BAD_REQUEST, and RATE_LIMITED for a key with 100,000 tokens in force. */
  issue(maker: Principal, token: NewToken): Promise<IssuedToken>;
  /** Ends the token and what it began. Null: there is none that the principal may revoke. */
  revokeToken(id: string, by: Principal): Promise<TokenRecord | null>;
  /** Ends the user's tokens and what runs for him; the pseudonym. `issuer`: of whose tokens he is a user; null: of the team's keys. */
  revokeUser(name: string, issuer: string | null, by: Principal): Promise<string>;
}

export interface TokenDeskOptions {
  readonly identities: Identities;
  readonly keys: Pick<Keys, 'find'>;
  /** Names of the issuers of the configuration. */
  readonly issuers: readonly string[];
  /** Called after a revocation is stored. It ends the work. */
  readonly onRevoked: () => Promise<void>;
  /** Default: nobody is told what was done. Tokens that are made are not: backends make them all day. */
  readonly note?: NoteChange;
  readonly now: () => number;
}

const maxTtlSeconds = 86_400;
/** In force at one time: neither expired nor revoked. */
const maxTokensOfKey = 100_000;

export function tokenDesk({ identities, keys, issuers, onRevoked, note = noNotes, now }: TokenDeskOptions): TokenDesk {
  /** Those of the own key, the token that is shown, and for who administers keys those of the team's keys or of all. */
  async function mayRevoke({ id, keyId }: TokenRecord, by: Principal): Promise<boolean> {
    if (by.token === id || by.scopes.includes('ai:keys:all')) return true;
    if (by.token === undefined && by.user === undefined && keyIdOf(by) === keyId) return true;
    return by.scopes.includes('ai:keys') && by.team !== null && (await keys.find(keyId))?.team === by.team;
  }

  return {
    async issue(maker, { ttlSeconds, scopes, routes, budget, user }) {
      const keyId = makerOf(maker);
      checkPresentSecret(maker);
      if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > maxTtlSeconds)
        throw new GatewayError('BAD_REQUEST', `ttlSeconds is ${ttlSeconds}. It must be a whole number from 1 to ${maxTtlSeconds}.`);
      const named = userOf(maker, user);
      const end = now() + ttlSeconds * 1_000;
      const { record, secret } = issueToken({
        keyId,
        user: named?.id ?? null,
        scopes: scopesOf(maker, scopes, named !== null),
        routes: routes === null ? maker.routes : routesOf(maker, routes),
        budget,
        createdAt: now(),
        expiresAt: Math.min(end, maker.expiresAt ?? end),
      });
      if (!(await identities.putToken(record, named, maxTokensOfKey))) throw tooMany();
      return { id: record.id, token: secret, expiresAt: record.expiresAt, user: named?.name ?? null };
    },
    async revokeToken(id, by) {
      const token = await identities.findToken(id);
      if (token === null || !(await mayRevoke(token, by))) return null;
      const revoked = await identities.revokeToken(id, now());
      await onRevoked();
      if (token.revokedAt === null) await note({ on: `token:${id}`, at: now(), by: by.id, action: 'revoked', parts: [], reason: null });
      return revoked;
    },
    async revokeUser(name, issuer, by) {
      const user = namedUser(realmFor(issuer, by, issuers, 'revoked'), name, identities);
      await identities.revokeUser(user, now());
      await onRevoked();
      await note({ on: `user:${user.id}`, at: now(), by: by.id, action: 'revoked', parts: [], reason: null });
      return user.id;
    },
  };

  function userOf(maker: Principal, name: string | null) {
    const acted = maker.user?.name ?? null;
    if (name === null && acted === null) return null;
    if (name !== null && acted !== null && name !== acted)
      throw new GatewayError('BAD_REQUEST', `You act for "${acted}" and ask for a token of another user. Send one of the two.`);
    // Who acts for a user has shown that he may.
    if (acted === null && !maker.scopes.includes('ai:act-as'))
      throw new GatewayError(
        'FORBIDDEN',
        'Your key may not make tokens for users. One with the scope ai:act-as may; without a user, the token is for the holder of your key.',
      );
    if (maker.team === null)
      throw new GatewayError('FORBIDDEN', 'Your key has no team, so it has no users. A key of a team may name them.');
    return namedUser(realmOfTeam(maker.team), acted ?? userNameOf(name ?? '', 'user'), identities);
  }
}

/** A key, and no token: a token could prolong itself for ever. */
function makerOf(maker: Principal): string {
  const id = maker.token === undefined ? keyIdOf(maker) : null;
  if (id !== null) return id;
  throw new GatewayError(
    'FORBIDDEN',
    'Tokens are made by virtual keys, and you do not show one. Ask with a key: `Authorization: Bearer fg_…`.',
  );
}

/** A token never acts for others, and that of a user administers nothing. */
function scopesOf({ scopes: held }: Principal, asked: readonly string[] | null, forUser: boolean): readonly string[] {
  const given = held.filter((scope) => (forUser ? isUserScope(scope) : scope !== 'ai:act-as'));
  const all = `You can give: ${given.join(', ') || 'none'}.`;
  if (asked === null && given.length > 0) return given;
  if (asked === null || asked.length === 0) throw new GatewayError('BAD_REQUEST', `A token without scopes may do nothing. ${all}`);
  const strange = asked.filter((scope) => !given.includes(scope));
  if (strange.length > 0) throw new GatewayError('FORBIDDEN', `You cannot give the scope ${strange.join(', ')}. ${all}`);
  return [...new Set(asked)];
}

/** Of the names alone: the resolver has judged by those that exist. */
function routesOf({ routes: held }: Principal, asked: readonly string[]): readonly string[] {
  return held === null ? asked : asked.filter((route) => held.includes(route));
}

const tooMany = (): GatewayError =>
  new GatewayError(
    'RATE_LIMITED',
    `Your key has ${maxTokensOfKey} tokens in force, the maximum. Tokens that live shorter leave room for more.`,
    { limit: 'tokens', retryAfterMs: 60_000 },
  );

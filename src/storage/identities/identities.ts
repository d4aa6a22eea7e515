/**
 * Who stands behind a credential: end users, and the short-lived tokens of browsers.
 *
 * The name of a user stands here and nowhere else: rows, completions and accounts have its pseudonym. Without its record, a pseudonym
 * names nobody. Times are milliseconds since 1970, UTC.
 */

import type { NanoUsd } from '../../core/money.ts';

/** A user as its backend or issuer knows it. The same name in two realms is two users. */
export interface NamedUser {
  /** The pseudonym: see {@link Identities.pseudonymOf}. */
  readonly id: string;
  /** Who gave the name: `team:<team>`, `jwt:<issuer>`. */
  readonly realm: string;
  readonly name: string;
}

/** `name`: empty where the user was erased and has not come again. */
export interface UserRecord extends NamedUser {
  /** What began before ends, and tokens that were made before are refused; null: never revoked. */
  readonly revokedAt: number | null;
}

/** A short-lived token as stored: the SHA-256 of its secret, never the secret. */
export interface TokenRecord {
  /** The public part: `fgt_<id>_<secret>`. */
  readonly id: string;
  readonly secretHash: string;
  /** Id of the key that made it: the token has no more than that one, and ends with it. */
  readonly keyId: string;
  /** Pseudonym of the user that it is for; null: for the holder of the key. */
  readonly user: string | null;
  readonly scopes: readonly string[];
  /** Null: the routes of the key. */
  readonly routes: readonly string[] | null;
  /** What may be spent with it, beside the budgets of its key and its user; null: no limit of its own. */
  readonly budget: NanoUsd | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

/** When a user or a token was revoked. */
export interface Revocation {
  readonly id: string;
  readonly revokedAt: number | null;
}

export interface Identities {
  /** The same for the same realm and name, as long as the state has its master key. It begins with `u_` and tells nothing of the name. */
  pseudonymOf(realm: string, name: string): string;
  /**
   * Keeps the name, and that the user was seen today: when it resolves, they survive kill -9. Never rejects: a name that could not be kept is
   * kept when the user comes again.
   */
  note(user: NamedUser): Promise<void> | void;
  findUser(id: string): Promise<UserRecord | null>;
  /** Pseudonyms of all who have that name, in any realm. */
  usersNamed(name: string): Promise<readonly string[]>;
  /** By pseudonym, of those that are known. */
  userNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Revokes the user's tokens too. */
  revokeUser(user: NamedUser, at: number): Promise<void>;
  /**
   * Forgets the name and deletes the tokens; the user stays revoked, so that what was issued for him before is refused. Returns how many tokens there
   * were. Who comes again after it is known anew.
   */
  eraseUser(user: NamedUser, at: number): Promise<number>;
  /** Users who were erased then or later, and when. */
  erasedSince(time: number): Promise<readonly { readonly id: string; readonly at: number }[]>;
  /** Keeps its user too. False, and nothing is stored: the key has `maxInForce` tokens already that have neither expired nor been revoked. */
  putToken(token: TokenRecord, user: NamedUser | null, maxInForce: number): Promise<boolean>;
  /** Also revoked and expired ones: the caller judges. */
  findToken(id: string): Promise<TokenRecord | null>;
  /** The token as it is now, or null when there is none. Revoking twice keeps the first time. */
  revokeToken(id: string, at: number): Promise<TokenRecord | null>;
  /** In one read: of those that there are. Asked often, for all in use. */
  revocations(kind: 'user' | 'token', ids: readonly string[]): Promise<readonly Revocation[]>;
  /** Another text whenever this process has revoked something. What other processes revoke, `Keys.version` shows. */
  version(): string;
  /** Deletes tokens that expired before `tokensBefore`, and users who were neither seen nor revoked since `usersBefore`; null: none. */
  expire(tokensBefore: number, usersBefore: number | null): Promise<void>;
  /** Keeps the names that wait. */
  close(): Promise<void>;
}

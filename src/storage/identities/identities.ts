/**
 * Who stands behind a credential: end users, and the short-lived tokens of browsers.
 *
 * The name of a user stands here and nowhere else: rows, completions and accounts have its pseudonym. Without its record, a pseudonym
 * names nobody. Times are milliseconds since 1970, UTC.
 */

import type { NanoUsd } from '../../core/money.ts';

/** A user as a backend or an issuer names the user. The same name in two realms is two users. */
export interface NamedUser {
  /** The pseudonym: see {@link Identities.pseudonymOf}. */
  readonly id: string;
  /** Who gave the name: `team:<team>`, `jwt:<issuer>`. */
  readonly realm: string;
  readonly name: string;
}

/** `name` is empty after the user was erased, until the user comes back. */
export interface UserRecord extends NamedUser {
  /** What began before this time is ended, and tokens from before it are refused. Null: never revoked. */
  readonly revokedAt: number | null;
}

/** A short-lived token as stored: the SHA-256 of its secret, never the secret. */
export interface TokenRecord {
  /** The public part: `fgt_<id>_<secret>`. */
  readonly id: string;
  readonly secretHash: string;
  /** Id of the key that made the token. The token may not do more than the key, and ends with it. */
  readonly keyId: string;
  /** Pseudonym of the user of the token. Null: the token acts for the holder of the key. */
  readonly user: string | null;
  readonly scopes: readonly string[];
  /** Null: the routes of the key. */
  readonly routes: readonly string[] | null;
  /** Maximum that may be spent with the token. The budgets of the key and the user apply too. Null: no maximum of its own. */
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
  /**
   * Always the same for the same realm and name, as long as the state has the same master key. It begins with `u_` and does not reveal the name.
   */
  pseudonymOf(realm: string, name: string): string;
  /**
   * Stores the user's name and the day of the visit; both survive kill -9 once this resolves. Never rejects: a name that could not be stored is
   * stored at the next visit.
   */
  note(user: NamedUser): Promise<void> | void;
  findUser(id: string): Promise<UserRecord | null>;
  /** Pseudonyms of all users with that name, in any realm. */
  usersNamed(name: string): Promise<readonly string[]>;
  /** Names by pseudonym. A pseudonym without a record is left out. */
  userNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Revokes the user's tokens too. */
  revokeUser(user: NamedUser, at: number): Promise<void>;
  /**
   * Deletes the user's name and tokens, and returns the number of tokens. The user stays revoked, so everything that was issued before is refused.
   * If the user comes back, the user is treated as new.
   */
  eraseUser(user: NamedUser, at: number): Promise<number>;
  /** Users who were erased at that time or later, with the time of the erasure. */
  erasedSince(time: number): Promise<readonly { readonly id: string; readonly at: number }[]>;
  /**
   * Stores the token together with its user. Returns false and stores nothing when the key has `maxInForce` tokens that are neither expired nor
   * revoked.
   */
  putToken(token: TokenRecord, user: NamedUser | null, maxInForce: number): Promise<boolean>;
  /** Returns revoked and expired tokens too; the caller decides. */
  findToken(id: string): Promise<TokenRecord | null>;
  /** Returns the token after the revocation, or null when it does not exist. A second revocation keeps the first time. */
  revokeToken(id: string, at: number): Promise<TokenRecord | null>;
  /** One read for all ids; ids without a revocation are left out. Called often, for every user and token in use. */
  revocations(kind: 'user' | 'token', ids: readonly string[]): Promise<readonly Revocation[]>;
  /** Returns a new text whenever this process has revoked something. `Keys.version` shows what other processes revoke. */
  version(): string;
  /** Deletes tokens that expired before `tokensBefore`, and users who were neither seen nor revoked since `usersBefore`. Null: deletes no users. */
  expire(tokensBefore: number, usersBefore: number | null): Promise<void>;
  /** Writes the names that are still waiting. */
  close(): Promise<void>;
}

import type { SessionCaps } from '../../core/call/call.ts';
import type { NanoUsd } from '../../core/money.ts';

/** A virtual key as stored: the SHA-256 of its secret, never the secret. Times are milliseconds since 1970, UTC. */
export interface KeyRecord {
  /** The public part: `fg_<id>_<secret>`. */
  readonly id: string;
  readonly secretHash: string;
  /** The secret before the last rotation. It is accepted until `until`. Null: there is none. */
  readonly former: { readonly secretHash: string; readonly until: number } | null;
  readonly name: string;
  readonly team: string;
  readonly scopes: readonly string[];
  /** Null: all routes. */
  readonly routes: readonly string[] | null;
  readonly monthlyBudget: NanoUsd | null;
  /** Maximum number of operations per minute. */
  readonly requestsPerMinute: number | null;
  /** Maximum number of model calls per minute. Null: the value of `requestsPerMinute`. */
  readonly callsPerMinute: number | null;
  /** Name of the agent that uses the key. Null: none. */
  readonly agent: string | null;
  /** Maximum for one session of the key's callers; the team's maximum applies too. Null: no limit of its own. */
  readonly session: SessionCaps | null;
  /** Id of the key that made this one. Calls draw on that key's accounts too, and this key ends with it. Null: no key made it. */
  readonly madeBy: string | null;
  /** Whether the key works only in development. Keys that it makes inherit this. */
  readonly development: boolean;
  readonly createdAt: number;
  /** Who made the key, such as `key:3f9a` or `shell`. Null: an earlier version did not record it. */
  readonly createdBy: string | null;
  /** When the key was last changed, rotated or revoked. Null: never. */
  readonly updatedAt: number | null;
  readonly updatedBy: string | null;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** When the key was last used, within a minute. Null: never, as far as is known. */
  readonly lastUsedAt: number | null;
  /** 1 at first; one more after each change, rotation and revocation, and not after a use. */
  readonly version: number;
}

/** What may end the permission of a key. `expiresAt` is the earliest expiry of the key and of the keys above it. */
export interface KeyStanding extends Pick<KeyRecord, 'id' | 'team' | 'expiresAt' | 'revokedAt' | 'development'> {
  /** A sentence that says why the key's team may do nothing. Absent: the team may. The key store does not know it. */
  readonly teamEnded?: string;
}

export interface Keys {
  /** Throws UNAUTHENTICATED when the key that makes this one is revoked, also at the same moment: otherwise the new key would outlive its maker. */
  put(key: KeyRecord): Promise<void>;
  /** Returns revoked and expired keys too; the caller decides. */
  find(id: string): Promise<KeyRecord | null>;
  list(): Promise<readonly KeyRecord[]>;
  /**
   * Replaces the key by what `change` returns, in one step: a change and a revocation at the same moment see each other. `change` may be called
   * more than once, and what it throws is thrown. Null when there is no such key. `change` cannot change the id and the time of last use.
   * Where it returns the key that it was given, nothing is stored, and the version stays.
   */
  change(id: string, change: (key: KeyRecord) => KeyRecord): Promise<KeyRecord | null>;
  /** Records when keys were used, by id. An earlier time than the recorded one is ignored. `version` may stay the same. */
  used(times: ReadonlyMap<string, number>): Promise<void>;
  /** One read for all ids; ids that do not exist are left out. Called often, for all keys in use. */
  standing(ids: readonly string[]): Promise<readonly KeyStanding[]>;
  /**
   * Returns a new text whenever any process has changed a key, and when another process has changed something in the storage's `Identities`. It may
   * also change without such a change. While it stays the same, keys that were read before are still valid. Called in nearly every turn of the
   * event loop.
   */
  version(): string | Promise<string>;
  /**
   * Revokes the key and every key that it has made. Returns the key after the revocation, or null when it does not exist. A second revocation keeps
   * the first time. `by`: who revokes, for `updatedBy`.
   */
  revoke(id: string, at: number, by?: string): Promise<KeyRecord | null>;
}

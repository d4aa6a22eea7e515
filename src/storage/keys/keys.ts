import type { SessionCaps } from '../../core/call/call.ts';
import type { NanoUsd } from '../../core/money.ts';

/** A virtual key as stored: the SHA-256 of its secret, never the secret. Times are milliseconds since 1970, UTC. */
export interface KeyRecord {
  /** The public part: `fg_<id>_<secret>`. */
  readonly id: string;
  readonly secretHash: string;
  /** The secret before the last rotation, which is accepted too until then; null: there is none. */
  readonly former: { readonly secretHash: string; readonly until: number } | null;
  readonly name: string;
  readonly team: string;
  readonly scopes: readonly string[];
  /** Null: all routes. */
  readonly routes: readonly string[] | null;
  readonly monthlyBudget: NanoUsd | null;
  /** Operations a minute. */
  readonly requestsPerMinute: number | null;
  /** Model calls a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute: number | null;
  /** Name of the agent that asks with it; null: none. */
  readonly agent: string | null;
  /** What one session of its callers may use, beside what its team says; null: there is no cap of its own. */
  readonly session: SessionCaps | null;
  /** Id of the key that made it: its calls draw on that one's accounts too, and it ends with it. Null: no key made it. */
  readonly madeBy: string | null;
  /** It works in development alone. So do the keys that it makes. */
  readonly development: boolean;
  readonly createdAt: number;
  /** Who made it, such as `key:3f9a` or `shell`; null: an older version did not write it down. */
  readonly createdBy: string | null;
  /** When and by whom it was changed, rotated or revoked last; null: never. */
  readonly updatedAt: number | null;
  readonly updatedBy: string | null;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** When it was used last, a minute more or less; null: never, as far as is known. */
  readonly lastUsedAt: number | null;
}

/** What may end the permission of a key. `expiresAt`: of the key or of one that it comes from, whichever comes first. */
export interface KeyStanding extends Pick<KeyRecord, 'id' | 'team' | 'expiresAt' | 'revokedAt' | 'development'> {
  /** Why the team of the key may do nothing, in a sentence. Default: it may. The store of keys does not know it. */
  readonly teamEnded?: string;
}

export interface Keys {
  /** Throws UNAUTHENTICATED for a key whose maker has been revoked, also when that happens at the same moment: it would outlive it. */
  put(key: KeyRecord): Promise<void>;
  /** Also revoked and expired ones: the caller judges. */
  find(id: string): Promise<KeyRecord | null>;
  list(): Promise<readonly KeyRecord[]>;
  /**
   * Puts in the place of the key what `change` makes of it, in one step: a change and a revocation at the same moment see each other. `change`
   * may be called more than once, and what it throws is thrown. Null: there is no such key. The id, and when it was used, stay.
   */
  change(id: string, change: (key: KeyRecord) => KeyRecord): Promise<KeyRecord | null>;
  /** Writes down when keys were used, by their ids. What comes late changes nothing. The version may stay. */
  used(times: ReadonlyMap<string, number>): Promise<void>;
  /** In one read: of those that there are. Asked often, for all keys in use. */
  standing(ids: readonly string[]): Promise<readonly KeyStanding[]>;
  /**
   * Another text whenever a key has changed, by whichever process, and when another process has changed something of the storage's
   * `Identities`; it may also change when nothing has. What was read of keys before holds
   * while it stays the same. Asked in nearly every turn of the event loop.
   */
  version(): Promise<string>;
  /**
   * The key as it is now, or null when there is none. Revokes every key that it has made too. Revoking twice keeps the first time. `by`: who
   * revokes, for `updatedBy`.
   */
  revoke(id: string, at: number, by?: string): Promise<KeyRecord | null>;
}

import type { NanoUsd } from '../../core/money.ts';

/** A virtual key as stored: the SHA-256 of its secret, never the secret. Times are milliseconds since 1970, UTC. */
export interface KeyRecord {
  /** The public part: `fg_<id>_<secret>`. */
  readonly id: string;
  readonly secretHash: string;
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
  /** Id of the key that made it: its calls draw on that one's accounts too, and it ends with it. Null: no key made it. */
  readonly madeBy: string | null;
  /** It works in development alone. So do the keys that it makes. */
  readonly development: boolean;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** What may end the permission of a key. */
export type KeyStanding = Pick<KeyRecord, 'id' | 'expiresAt' | 'revokedAt' | 'development'>;

export interface Keys {
  /** Throws UNAUTHENTICATED for a key whose maker has been revoked, also when that happens at the same moment: it would outlive it. */
  put(key: KeyRecord): Promise<void>;
  /** Also revoked and expired ones: the caller judges. */
  find(id: string): Promise<KeyRecord | null>;
  list(): Promise<readonly KeyRecord[]>;
  /** In one read: of those that there are. Asked often, for all keys in use. */
  standing(ids: readonly string[]): Promise<readonly KeyStanding[]>;
  /**
   * Another text whenever a key has changed, by whichever process; it may also change when none has. What was read of keys before holds
   * while it stays the same. Asked in nearly every turn of the event loop.
   */
  version(): Promise<string>;
  /** The key as it is now, or null when there is none. Revokes every key that it has made too. Revoking twice keeps the first time. */
  revoke(id: string, at: number): Promise<KeyRecord | null>;
}

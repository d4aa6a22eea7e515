import type { NanoUsd } from '../core/money.ts';

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
  readonly requestsPerMinute: number | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export interface Keys {
  put(key: KeyRecord): Promise<void>;
  /** Also revoked and expired ones: the caller judges. */
  find(id: string): Promise<KeyRecord | null>;
  list(): Promise<readonly KeyRecord[]>;
  /** The key as it is now, or null when there is none. Revoking twice keeps the first time. */
  revoke(id: string, at: number): Promise<KeyRecord | null>;
}

/**
 * Remembers whom credentials proved to be, for as long as the store of keys stands still.
 *
 * Each request asks twice, and each time a key would be hashed, read and made a principal. What the store says of its version is read
 * once in a turn of the event loop: a revocation therefore holds for the requests of the next turn. Expiry is looked at each time.
 */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Authenticate, Principal } from '../core/call/call.ts';
import type { Keys } from '../storage/keys/keys.ts';

interface Remembered {
  readonly principal: Principal;
  readonly version: string;
}

/** Some 10 MB. */
const maxRemembered = 10_000;

/** Refusals are not remembered: who guesses keys would fill the memory. */
export function rememberPrincipals(authenticate: Authenticate, keys: Pick<Keys, 'version'>, now: () => number): Authenticate {
  /** By the SHA-256 of the header: a secret is not kept in memory. */
  const known = new LRUCache<string, Remembered>({ max: maxRemembered });
  let ofThisTurn: Promise<string> | null = null;

  function versionNow(): Promise<string> {
    if (ofThisTurn === null) {
      ofThisTurn = keys.version();
      setImmediate(() => {
        ofThisTurn = null;
      });
    }
    return ofThisTurn;
  }

  return async (credentials) => {
    const { authorization } = credentials;
    if (authorization === null) return authenticate(credentials);
    // Before the key is read: what changes in between is read again the next time.
    const version = await versionNow();
    const digest = hash('sha256', authorization, 'base64');
    const found = known.get(digest);
    if (found?.version === version && (found.principal.expiresAt ?? Number.POSITIVE_INFINITY) > now()) return found.principal;
    known.delete(digest);
    const principal = await authenticate(credentials);
    known.set(digest, { principal, version });
    return principal;
  };
}

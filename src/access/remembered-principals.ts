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

/** About 10 MB of principals. */
const maxRemembered = 10_000;

interface Versioned {
  version(): string | Promise<string>;
}

/** The versions of all of them, joined. */
export const joinVersions = (...sources: readonly Versioned[]): Pick<Keys, 'version'> => ({
  version: async () => (await Promise.all(sources.map((source) => source.version()))).join(' '),
});

/**
 * Refusals are not remembered, because a caller who guesses keys would fill the memory. `used` is called once per turn for each caller with
 * credentials.
 */
export function rememberPrincipals(
  authenticate: Authenticate,
  keys: Pick<Keys, 'version'>,
  now: () => number,
  used: (principal: Principal) => void = () => {},
): Authenticate {
  /** The key of an entry is the SHA-256 of the header, so no secret is kept in memory. */
  const known = new LRUCache<string, Remembered>({ max: maxRemembered });
  /** The key of an entry is the header itself. The entry lasts for one turn, in which the requests hold the header anyway. */
  const ofThisTurn = new Map<string, Principal>();
  let reading: Promise<string> | null = null;

  function endTurn(): void {
    reading = null;
    ofThisTurn.clear();
  }

  function versionNow(): Promise<string> {
    if (reading === null) {
      reading = keys.version();
      setImmediate(endTurn);
    }
    return reading;
  }

  const isInForce = ({ expiresAt = Number.POSITIVE_INFINITY, credentialEndsAt = Number.POSITIVE_INFINITY }: Principal): boolean =>
    Math.min(expiresAt, credentialEndsAt) > now();

  async function found(authorization: string): Promise<Principal> {
    const turn = versionNow();
    // The version is read before the key, so a change in between is noticed the next time.
    const version = await turn;
    const digest = hash('sha256', authorization, 'base64');
    const remembered = known.get(digest);
    let principal = remembered?.principal;
    if (principal === undefined || remembered?.version !== version || !isInForce(principal)) {
      known.delete(digest);
      principal = await authenticate({ authorization });
      known.set(digest, { principal, version });
    }
    used(principal);
    // When reading the key took longer than a turn, the next turn reads it again.
    if (reading === turn) ofThisTurn.set(authorization, principal);
    return principal;
  }

  return (credentials) => {
    const { authorization } = credentials;
    if (authorization === null) return authenticate(credentials);
    const principal = ofThisTurn.get(authorization);
    return principal !== undefined && isInForce(principal) ? principal : found(authorization);
  };
}

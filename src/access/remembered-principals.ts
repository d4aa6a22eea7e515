/**
 * Remembers whom credentials proved to be, for as long as the store of keys stands still.
 *
 * Each request asks twice, and each time a key would be hashed, read and made a principal. What the store says of its version is read
 * once in a turn of the event loop: a revocation therefore holds for the requests of the next turn. Expiry is looked at each time.
 */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Authenticate, Principal } from '../core/call/call.ts';
import { atTurnEnd } from '../core/turns/turn-end.ts';
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

/** The versions of all of them, joined. It makes no new text while none of them is another one. */
export function joinVersions(...sources: readonly Versioned[]): Pick<Keys, 'version'> {
  let parts: readonly string[] = [];
  let joined = '';
  /** `part`: of the source at that place, which is the first that has another version. */
  function anew(at: number, part: string | Promise<string>): string | Promise<string> {
    const now = sources.map((source, index) => (index < at ? (parts[index] ?? '') : index === at ? part : source.version()));
    if (!now.every((part) => typeof part === 'string')) return Promise.all(now).then((texts) => texts.join(' '));
    parts = now;
    joined = now.join(' ');
    return joined;
  }
  return {
    version() {
      for (const [index, source] of sources.entries()) {
        const part = source.version();
        if (part !== parts[index]) return anew(index, part);
      }
      return joined;
    },
  };
}

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
  /** Of this turn; null: it was not asked for yet. */
  let reading: string | Promise<string> | null = null;
  let turn = 0;

  function endTurn(): void {
    reading = null;
    turn += 1;
    ofThisTurn.clear();
  }

  function versionNow(): string | Promise<string> {
    if (reading === null) {
      reading = keys.version();
      atTurnEnd(endTurn);
    }
    return reading;
  }

  const isInForce = ({ expiresAt = Number.POSITIVE_INFINITY, credentialEndsAt = Number.POSITIVE_INFINITY }: Principal): boolean =>
    Math.min(expiresAt, credentialEndsAt) > now();

  /** The next turn asks again for a key that took longer to read. */
  function told(authorization: string, principal: Principal, asked: number): Principal {
    used(principal);
    if (asked === turn) ofThisTurn.set(authorization, principal);
    return principal;
  }

  /** The version is read before the key, so that a change in between is read the next time. */
  function found(authorization: string, version: string, asked: number): Principal | Promise<Principal> {
    const digest = hash('sha256', authorization, 'base64');
    const remembered = known.get(digest);
    if (remembered?.version === version && isInForce(remembered.principal)) return told(authorization, remembered.principal, asked);
    known.delete(digest);
    return read(authorization, version, asked, digest);
  }

  async function read(authorization: string, version: string, asked: number, digest: string): Promise<Principal> {
    const principal = await authenticate({ authorization });
    known.set(digest, { principal, version });
    return told(authorization, principal, asked);
  }

  return (credentials) => {
    const { authorization } = credentials;
    if (authorization === null) return authenticate(credentials);
    const principal = ofThisTurn.get(authorization);
    if (principal !== undefined && isInForce(principal)) return principal;
    const asked = turn;
    const version = versionNow();
    return typeof version === 'string' ? found(authorization, version, asked) : version.then((text) => found(authorization, text, asked));
  };
}

/**
 * Limits WebSockets: in total, without a key, per address, per key, per team.
 *
 * A browser shows its key only after the WebSocket is open, in `connection_init`. Until then the WebSocket is pending and
 * has a place among those without a key. When these places are taken, the oldest pending one that had time to show its key
 * makes room, so that a client that shows no key keeps nobody out.
 */
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { HttpRefusal } from '../http/refusal.ts';
import type { ServerLimits } from '../server-limits.ts';

export interface Place {
  /**
   * Its credentials hold; called again when it shows them again, in `connection_init` after a header. Throws CONCURRENCY_LIMITED when the
   * principal has all the places it may have, and RATE_LIMITED without a key when its address has used up its requests.
   */
  accept(principal: Principal): void;
  /** Idempotent. */
  leave(): void;
}

export interface Entrant {
  readonly address: string;
  /** The address has used up its requests, so it gets one of a few places. */
  readonly beyondShare: GatewayError | null;
  /** The principal that a header has shown; null: `connection_init` may show one. */
  readonly principal: Principal | null;
  /** Called when another WebSocket has taken its place. */
  readonly evict: () => void;
}

export interface SocketPlaces {
  /** Throws RATE_LIMITED or CONCURRENCY_LIMITED (429), or 503. */
  enter(entrant: Entrant): Place;
}

type Limits = Pick<
  ServerLimits,
  'maxSockets' | 'maxSocketsWithoutKey' | 'maxSocketsPerAddress' | 'maxSocketsPerPrincipal' | 'maxSocketsPerTeam'
>;

/** Time for a pending WebSocket to show its key, before another may take its place. */
const graceMs = 1_000;
/** Pending WebSockets of an address that has used up its requests: somebody with a key may share it with strangers. */
const maxBeyondShare = 5;

interface Entry extends Entrant {
  readonly since: number;
  state: 'pending' | 'anonymous' | 'key' | 'left';
  readonly counted: string[];
}

export function socketPlaces(limits: Limits, now: () => number = () => performance.now()): SocketPlaces {
  const counts = new Map<string, number>();
  /** The oldest first. */
  const pending = new Set<Entry>();
  let all = 0;

  const count = (name: string): number => counts.get(name) ?? 0;
  function add(entry: Entry, name: string): void {
    counts.set(name, count(name) + 1);
    entry.counted.push(name);
  }
  function remove(entry: Entry): void {
    for (const name of entry.counted.splice(0)) {
      if (count(name) === 1) counts.delete(name);
      else counts.set(name, count(name) - 1);
    }
  }

  function leave(entry: Entry): void {
    if (entry.state === 'left') return;
    entry.state = 'left';
    pending.delete(entry);
    remove(entry);
    all -= 1;
  }

  function madeRoom(among: (entry: Entry) => boolean): boolean {
    const before = now() - graceMs;
    for (const entry of pending) {
      if (entry.since > before) return false;
      if (!among(entry)) continue;
      leave(entry);
      entry.evict();
      return true;
    }
    return false;
  }

  /** The shares that a principal draws on, with their limits. */
  const sharesOf = ({ id, team }: Principal): readonly (readonly [string, number, string])[] => [
    [`principal ${id}`, limits.maxSocketsPerPrincipal, 'Your key'],
    ...(team === null ? [] : [[`team ${team}`, limits.maxSocketsPerTeam, 'Your team'] as const]),
  ];

  /** `held` are the shares in which the WebSocket has a place already, when it shows its key a second time. */
  function checkShares(principal: Principal, held: readonly string[] = []): void {
    for (const [name, max, whose] of sharesOf(principal))
      if (count(name) >= max && !held.includes(name))
        throw new GatewayError('CONCURRENCY_LIMITED', `${whose} has ${max} WebSockets open, the maximum. Close one first.`, {
          limit: 'sockets',
          retryAfterMs: graceMs,
        });
  }

  function accept(entry: Entry, principal: Principal): void {
    if (entry.state === 'left') return;
    if (principal.kind === 'anonymous' && entry.beyondShare !== null) throw entry.beyondShare;
    if (principal.kind !== 'anonymous') {
      checkShares(principal, entry.counted);
      remove(entry);
      for (const [name] of sharesOf(principal)) add(entry, name);
    }
    pending.delete(entry);
    entry.state = principal.kind === 'anonymous' ? 'anonymous' : 'key';
  }

  function findPlaceWithoutKey({ address, beyondShare }: Entrant): void {
    const here = (entry: Entry): boolean => entry.address === address;
    const beyond = (entry: Entry): boolean => here(entry) && entry.beyondShare !== null;
    if (beyondShare !== null && count(`beyond ${address}`) >= maxBeyondShare && !madeRoom(beyond)) throw beyondShare;
    if (count(`address ${address}`) >= limits.maxSocketsPerAddress && !madeRoom(here))
      throw refused(429, `Your address has ${limits.maxSocketsPerAddress} WebSockets open on which no key was shown`);
    if (count('without key') >= limits.maxSocketsWithoutKey && !madeRoom(() => true))
      throw refused(503, `This gateway has ${limits.maxSocketsWithoutKey} WebSockets open on which no key was shown`);
  }

  return {
    enter(entrant) {
      if (entrant.principal === null) findPlaceWithoutKey(entrant);
      else checkShares(entrant.principal);
      if (all >= limits.maxSockets && !madeRoom(() => true)) throw refused(503, `This gateway has ${limits.maxSockets} WebSockets open`);
      const entry: Entry = { ...entrant, since: now(), state: 'pending', counted: [] };
      all += 1;
      pending.add(entry);
      add(entry, 'without key');
      add(entry, `address ${entrant.address}`);
      if (entrant.beyondShare !== null) add(entry, `beyond ${entrant.address}`);
      if (entrant.principal !== null) accept(entry, entrant.principal);
      return { accept: (principal) => accept(entry, principal), leave: () => leave(entry) };
    },
  };
}

const refused = (status: 429 | 503, what: string): HttpRefusal =>
  new HttpRefusal(status, `${what}, the maximum. Try again in a second.`, {}, 'CONCURRENCY_LIMITED', {
    retryAfterMs: graceMs,
    limit: 'sockets',
  });

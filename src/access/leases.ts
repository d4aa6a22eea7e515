/**
 * Ends the work of a key that was revoked or has expired, and of a token or user that was revoked.
 *
 * Those in use are looked up in the store twice a second, 64 per read. A revocation by another process or from the shell
 * therefore ends work here within two seconds; a revocation by this process ends it at once. Operations and calls look
 * nothing up themselves.
 *
 * When the store fails, nothing is ended, because a failure says nothing about a key; new operations are refused meanwhile.
 * When the store answers without the key, the key was removed, and its work ends.
 */
import { hasToken, type Principal } from '../core/call/call.ts';
import type { KeyWatch, Lease, Leases, LeaseUse } from '../core/call/lease.ts';
import { GatewayError } from '../core/errors.ts';
import { turnsOf } from '../core/turns/turns.ts';
import type { KeyStanding, Keys } from '../storage/keys/keys.ts';
import { expiringDeliveries } from './jwt/expiring-deliveries.ts';
import { type FindRevocations, openRevocations } from './users/revocations.ts';
import { endOf, keyIdOf } from './virtual-key.ts';

export interface LeaseBook extends Leases, KeyWatch {
  /** Checks now instead of at the next turn, because this process has revoked a key. Never rejects. */
  look(): Promise<void>;
  /** Why the principal may do nothing any more: its user was revoked, or its team was archived. Null: it may. Rejects when the store fails. */
  reasonNow(principal: Principal): Promise<GatewayError | null>;
  counts(): { readonly keys: number; readonly leases: number };
}

export interface LeaseOptions {
  readonly keys: Pick<Keys, 'standing'>;
  /** Finds revocations of tokens, users and teams. Default: there are none. */
  readonly findRevocations?: FindRevocations;
  readonly now?: () => number;
  readonly lookEveryMs?: number;
}

/** What ends together with a key. A token that expires ends only the delivery: see `jwt/expiring-deliveries.ts`. */
const endsWithKey: readonly LeaseUse[] = ['delivery', 'work'];

/** Number of keys whose standing is read in one turn of the event loop, about 0.1 ms. */
const keysPerTurn = 64;

interface KeyInUse {
  readonly leases: Set<Taken>;
  expiresAt: number | null;
  /** Why the key is not valid any more, as the end of a sentence that begins with "The key". Null while it is valid. */
  ended: string | null;
}

interface Taken {
  readonly use: LeaseUse;
  readonly end: (reason: GatewayError) => void;
}

export function openLeases({ keys, findRevocations = async () => [], now = Date.now, lookEveryMs = 500 }: LeaseOptions): LeaseBook {
  const inUse = new Map<string, KeyInUse>();
  const revocations = openRevocations(findRevocations);
  const ofTokens = expiringDeliveries({ now, lookEveryMs });
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;

  function end(key: KeyInUse, why: string): void {
    if (key.ended !== null) return;
    key.ended = why;
    for (const { use, end } of key.leases) if (endsWithKey.includes(use)) end(endedBecause(why));
  }

  /** Expiry is compared with the system time at each check. A timer would be wrong after somebody set the clock. */
  function endExpired(): void {
    for (const key of inUse.values()) {
      const why = endOf({ revokedAt: null, expiresAt: key.expiresAt }, now());
      if (why !== null) end(key, why);
    }
  }

  function judge(id: string, standing: KeyStanding | undefined): void {
    const key = inUse.get(id);
    if (key === undefined) return;
    const why = standing === undefined ? 'was removed' : endOf(standing, now());
    if (standing !== undefined) key.expiresAt = standing.expiresAt;
    if (why !== null) end(key, why);
  }

  async function lookAtAll(): Promise<void> {
    const turns = turnsOf({ unitsPerTurn: keysPerTurn });
    const ids = [...inUse.keys()];
    for (let start = 0; start < ids.length; start += keysPerTurn) {
      const some = ids.slice(start, start + keysPerTurn);
      const found = new Map((await keys.standing(some)).map((standing) => [standing.id, standing]));
      for (const id of some) judge(id, found.get(id));
      await turns.spend(some.length);
    }
    await revocations.look(turns);
  }

  function lookOnce(): Promise<void> {
    looking ??= lookAtAll()
      .catch(() => {})
      .finally(() => {
        looking = null;
      });
    return looking;
  }

  function atTurn(): void {
    endExpired();
    void lookOnce();
  }

  function letGo(id: string, key: KeyInUse, taken: Taken): void {
    key.leases.delete(taken);
    if (key.leases.size > 0 || inUse.get(id) !== key) return;
    inUse.delete(id);
    restIfIdle();
  }

  function restIfIdle(): void {
    if (inUse.size > 0 || revocations.inUse() > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  }

  function takenBy(id: string, principal: Principal, taken: Taken): KeyInUse {
    let key = inUse.get(id);
    if (key === undefined) {
      key = { leases: new Set(), expiresAt: principal.expiresAt ?? null, ended: null };
      inUse.set(id, key);
    }
    key.leases.add(taken);
    timer ??= setInterval(atTurn, lookEveryMs).unref();
    return key;
  }

  const whyEnded = ({ ended, expiresAt }: KeyInUse): string | null =>
    ended ?? (expiresAt === null ? null : endOf({ revokedAt: null, expiresAt }, now()));

  /** Watches what ends with a revocation of the principal's token, user or team. Returns a function that stops watching. */
  function watchRevocation(principal: Principal, ended: (reason: GatewayError) => void): () => void {
    const letGo = revocations.watch(principal, ended);
    if (letGo === null) return () => {};
    timer ??= setInterval(atTurn, lookEveryMs).unref();
    return () => {
      letGo();
      restIfIdle();
    };
  }

  function watchKey(principal: Principal, use: LeaseUse, ended: (reason: GatewayError) => void): () => void {
    const id = keyIdOf(principal);
    if (id === null) return () => {};
    const taken: Taken = { use, end: ended };
    const key = takenBy(id, principal, taken);
    const why = whyEnded(key);
    if (why !== null) ended(endedBecause(why));
    return () => letGo(id, key, taken);
  }

  const watchExpiry = (principal: Principal, use: LeaseUse, ended: (reason: GatewayError) => void): (() => void) =>
    use === 'delivery' && hasToken(principal)
      ? ofTokens.watch({ expiresAt: principal.credentialEndsAt ?? principal.expiresAt }, ended)
      : () => {};

  /** A lease whose signal is the parent's. */
  function takenOf(principal: Principal, use: LeaseUse, signal: AbortSignal, abort: (reason: GatewayError) => void): Lease {
    const ofKey = watchKey(principal, use, abort);
    const ofUser = watchRevocation(principal, abort);
    return {
      signal,
      abort,
      release() {
        ofKey();
        ofUser();
      },
    };
  }

  return {
    take(principal, use, parent, abort) {
      if (abort !== undefined) return takenOf(principal, use, parent, abort);
      if (keyIdOf(principal) === null && principal.user === undefined) return { signal: parent, release() {} };
      const controller = new AbortController();
      const onAbort = (): void => controller.abort(parent.reason);
      if (parent.aborted) onAbort();
      else parent.addEventListener('abort', onAbort, { once: true });
      const end = (reason: GatewayError): void => controller.abort(reason);
      const ofKey = watchKey(principal, use, end);
      const ofUser = watchRevocation(principal, end);
      return {
        signal: controller.signal,
        abort: end,
        release() {
          parent.removeEventListener('abort', onAbort);
          ofKey();
          ofUser();
        },
      };
    },
    watch(principal, use, end) {
      let ended = false;
      const endOnce = (reason: GatewayError): void => {
        if (ended) return;
        ended = true;
        end(reason);
      };
      const ofKey = watchKey(principal, use, endOnce);
      if (!hasToken(principal) && principal.user === undefined) return ofKey;
      const others = [watchRevocation(principal, endOnce), watchExpiry(principal, use, endOnce)];
      return () => {
        ofKey();
        for (const release of others) release();
      };
    },
    async look() {
      // A running check may have read the key before its revocation.
      await looking;
      await lookOnce();
    },
    reasonNow: revocations.reasonNow,
    counts: () => ({
      keys: inUse.size,
      leases: [...inUse.values()].reduce((sum, { leases }) => sum + leases.size, ofTokens.count()),
    }),
  };
}

/** `why`: the end of a sentence that begins with "The key". */
export const endedBecause = (why: string): GatewayError =>
  new GatewayError('UNAUTHENTICATED', `The key ${why}, so what it began was ended. Ask again with a key in force.`);

/**
 * Limits how often one address may ask without valid credentials. A caller with a valid key is never refused here, however
 * many other callers share the address, because keys have limits of their own.
 */
import { LRUCache } from 'lru-cache';
import { asGatewayError } from '../../core/errors.ts';
import { HttpRefusal } from '../http/refusal.ts';

export interface AnonymousRate {
  /** Counts one request of the address; throws RATE_LIMITED (429, Retry-After) when it has had its share. */
  take(address: string): void;
  /** Takes the count back, because the credentials of the request hold after all. */
  giveBack(address: string): void;
  /** Does the work, and counts it when the credentials did not hold. Otherwise keys could be guessed at any speed. */
  charged<T>(address: string, work: () => T | Promise<T>): T | Promise<T>;
}

/** Maximum number of addresses that are remembered, about 2 MB. The address that was silent longest is forgotten first. */
const defaultMaxAddresses = 20_000;
const minuteMs = 60_000;

export interface AnonymousRateOptions {
  /** The share of a minute may be used at once. It comes back evenly over the minute. */
  readonly requestsPerMinute: number;
  /** Milliseconds of a clock that is never set back. */
  readonly now?: () => number;
  readonly maxAddresses?: number;
}

export const anyAnonymousRate: AnonymousRate = { take() {}, giveBack() {}, charged: (_, work) => work() };

/** A bucket for each address, of which only the time when it will be full again is kept. */
export function limitAnonymousRate({
  requestsPerMinute,
  now = () => performance.now(),
  maxAddresses = defaultMaxAddresses,
}: AnonymousRateOptions): AnonymousRate {
  const everyMs = minuteMs / requestsPerMinute;
  const fullAt = new LRUCache<string, number>({ max: maxAddresses });

  function take(address: string): void {
    const time = now();
    const next = Math.max(fullAt.peek(address) ?? 0, time) + everyMs;
    const tooEarlyMs = next - time - minuteMs;
    if (tooEarlyMs > 0.001) throw refused(requestsPerMinute, tooEarlyMs);
    fullAt.set(address, next);
  }

  return {
    take,
    giveBack(address) {
      const full = fullAt.peek(address);
      if (full !== undefined) fullAt.set(address, full - everyMs);
    },
    charged(address, work) {
      const count = (error: unknown): never => {
        if (asGatewayError(error).code === 'UNAUTHENTICATED') take(address);
        throw error;
      };
      try {
        const done = work();
        return done instanceof Promise ? done.catch(count) : done;
      } catch (error) {
        return count(error);
      }
    },
  };
}

const refused = (perMinute: number, retryAfterMs: number): HttpRefusal =>
  new HttpRefusal(
    429,
    `Without a key in force, an address may ask ${perMinute} times a minute. Send a key, as "Authorization: Bearer fg_…", or try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    {},
    'RATE_LIMITED',
    { retryAfterMs: Math.ceil(retryAfterMs), limit: 'address' },
  );

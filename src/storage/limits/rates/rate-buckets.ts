/**
 * Requests and calls per minute as token buckets, one per kind and name. A bucket holds one minute's worth and refills
 * steadily, so that no window edge lets twice the rate pass. A refused request takes nothing.
 */

import type { Limit } from '../../../core/call/hold.ts';
import { GatewayError } from '../../../core/errors.ts';
import { monotonicMs } from '../../../core/turns/monotonic.ts';

export type RateLimit = Extract<Limit, { kind: 'requests' | 'calls' }>;

export const minuteMs = 60_000;
const sweepAbove = 10_000;

/** Filled in place: each request looks at several. */
interface Bucket {
  perMinute: number;
  tokens: number;
  at: number;
}

export interface RateBuckets {
  /** One token of every bucket, or RATE_LIMITED with `retryAfterMs`, having taken none. */
  take(limits: readonly RateLimit[]): void;
  /** Gives one token back to each: the request was not let in after all. */
  giveBack(limits: readonly RateLimit[]): void;
  /** Tokens that the limit's bucket has. */
  level(limit: RateLimit): number;
  /** What is known better elsewhere. */
  put(limit: RateLimit, tokens: number): void;
}

const names = new WeakMap<RateLimit, string>();

/** The same text each time, not another one that is equal: it is looked up for each request. */
export function bucketOf(limit: RateLimit): string {
  const known = names.get(limit);
  if (known !== undefined) return known;
  const name = `${limit.kind} ${limit.name}`;
  names.set(limit, name);
  return name;
}
const counted: Readonly<Record<RateLimit['kind'], string>> = { requests: 'requests', calls: 'model calls' };

/** `now`: milliseconds of a clock that nobody sets back; else a full bucket would be empty for as long as it was set back. */
export function rateBuckets(now: () => number = monotonicMs): RateBuckets {
  const buckets = new Map<string, Bucket>();
  /** As full as it is at that time. */
  const filled = (limit: RateLimit, at: number): Bucket => {
    const { perMinute } = limit;
    const name = bucketOf(limit);
    const known = buckets.get(name);
    if (known === undefined) {
      const full = { perMinute, tokens: perMinute, at };
      buckets.set(name, full);
      return full;
    }
    known.tokens = Math.min(perMinute, known.tokens + (Math.max(0, at - known.at) * perMinute) / minuteMs);
    known.perMinute = perMinute;
    known.at = at;
    return known;
  };
  /** A full bucket is as good as none. */
  const sweep = (): void => {
    for (const [name, { perMinute, tokens, at }] of buckets) {
      if (tokens + ((now() - at) * perMinute) / minuteMs >= perMinute) buckets.delete(name);
    }
  };
  return {
    take(limits) {
      if (buckets.size > sweepAbove) sweep();
      const at = now();
      for (const limit of limits) {
        const { tokens } = filled(limit, at);
        if (tokens < 1) throw rateRefusal(limit, tokens);
      }
      for (const limit of limits) filled(limit, at).tokens -= 1;
    },
    giveBack(limits) {
      const at = now();
      for (const limit of limits) {
        const bucket = filled(limit, at);
        bucket.tokens = Math.min(limit.perMinute, bucket.tokens + 1);
      }
    },
    level: (limit) => filled(limit, now()).tokens,
    put: (limit, tokens) => void buckets.set(bucketOf(limit), { perMinute: limit.perMinute, tokens, at: now() }),
  };
}

/** `tokens`: what the bucket has, less than one. */
export function rateRefusal({ kind, name, perMinute }: RateLimit, tokens: number): GatewayError {
  if (perMinute < 1)
    return new GatewayError('RATE_LIMITED', `No ${counted[kind]} are allowed for "${name}".`, { limit: name, retryable: false });
  const retryAfterMs = Math.ceil(((1 - tokens) * minuteMs) / perMinute);
  return new GatewayError(
    'RATE_LIMITED',
    `"${name}" may make ${perMinute} ${counted[kind]} a minute, and they are used up. The next is accepted in ${retryAfterMs} ms.`,
    { limit: name, retryAfterMs },
  );
}

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

interface Bucket {
  readonly perMinute: number;
  readonly tokens: number;
  readonly at: number;
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

export const bucketOf = ({ kind, name }: RateLimit): string => `${kind} ${name}`;
const counted: Readonly<Record<RateLimit['kind'], string>> = { requests: 'requests', calls: 'model calls' };

/** `now`: milliseconds of a clock that nobody sets back; else a full bucket would be empty for as long as it was set back. */
export function rateBuckets(now: () => number = monotonicMs): RateBuckets {
  const buckets = new Map<string, Bucket>();
  const filled = (limit: RateLimit): Bucket => {
    const at = now();
    const { perMinute } = limit;
    const known = buckets.get(bucketOf(limit));
    if (known === undefined) return { perMinute, tokens: perMinute, at };
    const gained = (Math.max(0, at - known.at) * perMinute) / minuteMs;
    return { perMinute, tokens: Math.min(perMinute, known.tokens + gained), at };
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
      const all = limits.map((limit) => ({ limit, bucket: filled(limit) }));
      for (const { limit, bucket } of all) if (bucket.tokens < 1) throw rateRefusal(limit, bucket.tokens);
      for (const { limit, bucket } of all) buckets.set(bucketOf(limit), { ...bucket, tokens: bucket.tokens - 1 });
    },
    giveBack(limits) {
      for (const limit of limits) {
        const bucket = filled(limit);
        buckets.set(bucketOf(limit), { ...bucket, tokens: Math.min(limit.perMinute, bucket.tokens + 1) });
      }
    },
    level: (limit) => filled(limit).tokens,
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

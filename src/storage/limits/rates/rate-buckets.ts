/**
 * Requests, calls and tokens per minute as token buckets, one per kind and name. A bucket holds one minute's worth and refills
 * steadily, so that no window edge lets twice the rate pass. A refused request takes nothing.
 *
 * The arithmetic is exact: a level is a whole number of units, and each microsecond brings `perMinute` of them. However often a bucket is looked
 * at, it has what the time has brought, up to 50 million a minute.
 */

import type { Limit } from '../../../core/call/hold.ts';
import { GatewayError } from '../../../core/errors.ts';
import { monotonicMs } from '../../../core/turns/monotonic.ts';

export type RateLimit = Extract<Limit, { kind: 'requests' | 'calls' | 'tokens' }>;

export const minuteMs = 60_000;
export const minuteMicros = 60_000_000;
/** Of one request, call or token: as many as a minute has microseconds. */
export const unitsOfOne = 60_000_000;
const sweepAbove = 10_000;

/** Filled in place: each request looks at several. */
interface Bucket {
  perMinute: number;
  /** Units; negative when more tokens were used than had been asked for. */
  level: number;
  /** Whole microseconds. */
  at: number;
}

export interface RateBuckets {
  /**
   * Of every bucket one, of those of tokens so many; or RATE_LIMITED with `retryAfterMs`, having taken none. What can use more than a
   * minute's worth takes a whole bucket.
   */
  take(limits: readonly RateLimit[], tokens: number): void;
  /** Gives back what `take` took for that, but for the tokens that were used. When more were used, more is taken. */
  giveBack(limits: readonly RateLimit[], tokens: number, usedTokens: number): void;
  /** Units that the limit's bucket has. */
  level(limit: RateLimit): number;
  /** What is known better elsewhere, in units. */
  put(limit: RateLimit, level: number): void;
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
const counted: Readonly<Record<RateLimit['kind'], string>> = { requests: 'requests', calls: 'model calls', tokens: 'tokens' };

export const unitsTaken = ({ kind, perMinute }: RateLimit, tokens: number): number =>
  (kind === 'tokens' ? Math.min(tokens, perMinute) : 1) * unitsOfOne;
/** Negative: more was used than had been taken. */
export const unitsBack = (limit: RateLimit, tokens: number, usedTokens: number): number =>
  unitsTaken(limit, tokens) - (limit.kind === 'tokens' ? usedTokens * unitsOfOne : 0);
export const fullOf = ({ perMinute }: Pick<RateLimit, 'perMinute'>): number => perMinute * unitsOfOne;

/** What a bucket with that level has after so many microseconds. */
export const levelAfter = (level: number, micros: number, { perMinute }: Pick<RateLimit, 'perMinute'>): number =>
  Math.min(fullOf({ perMinute }), level + (micros >= minuteMicros && level >= 0 ? fullOf({ perMinute }) : Math.max(0, micros) * perMinute));

/** `now`: milliseconds of a clock that nobody sets back; else a full bucket would be empty for as long as it was set back. */
export function rateBuckets(now: () => number = monotonicMs): RateBuckets {
  const buckets = new Map<string, Bucket>();
  const microsNow = (): number => Math.floor(now() * 1_000);
  /** As full as it is at that time. */
  const filled = (limit: RateLimit, at: number): Bucket => {
    const { perMinute } = limit;
    const name = bucketOf(limit);
    const known = buckets.get(name);
    if (known === undefined) {
      const full = { perMinute, level: fullOf(limit), at };
      buckets.set(name, full);
      return full;
    }
    known.level = levelAfter(known.level, at - known.at, limit);
    known.perMinute = perMinute;
    known.at = at;
    return known;
  };
  /** A full bucket is as good as none. */
  const sweep = (): void => {
    for (const [name, bucket] of buckets) {
      if (levelAfter(bucket.level, microsNow() - bucket.at, bucket) >= fullOf(bucket)) buckets.delete(name);
    }
  };
  return {
    take(limits, tokens) {
      if (buckets.size > sweepAbove) sweep();
      const at = microsNow();
      for (const limit of limits) {
        const { level } = filled(limit, at);
        if (level < unitsTaken(limit, tokens)) throw rateRefusal(limit, level, tokens);
      }
      for (const limit of limits) filled(limit, at).level -= unitsTaken(limit, tokens);
    },
    giveBack(limits, tokens, usedTokens) {
      const at = microsNow();
      for (const limit of limits) {
        const bucket = filled(limit, at);
        bucket.level = Math.min(fullOf(limit), bucket.level + unitsBack(limit, tokens, usedTokens));
      }
    },
    level: (limit) => filled(limit, microsNow()).level,
    put: (limit, level) => void buckets.set(bucketOf(limit), { perMinute: limit.perMinute, level, at: microsNow() }),
  };
}

/** `level`: what the bucket has, less than is asked for. */
export function rateRefusal(limit: RateLimit, level: number, tokens: number): GatewayError {
  const { kind, name, perMinute } = limit;
  if (perMinute < 1)
    return new GatewayError('RATE_LIMITED', `No ${counted[kind]} are allowed for "${name}".`, { limit: name, retryable: false });
  const retryAfterMs = Math.ceil((unitsTaken(limit, tokens) - level) / perMinute / 1_000);
  const asks =
    kind === 'tokens'
      ? `may use ${perMinute} tokens a minute, and this call can use up to ${tokens}`
      : `may make ${perMinute} ${counted[kind]} a minute`;
  const next = kind === 'tokens' ? 'It is accepted' : 'The next is accepted';
  return new GatewayError(
    'RATE_LIMITED',
    `"${name}" ${asks}, and they are used up. ${next} in ${retryAfterMs} ms${kind === 'tokens' ? ', less text or a smaller maxOutputTokens sooner' : ''}.`,
    { limit: name, retryAfterMs },
  );
}

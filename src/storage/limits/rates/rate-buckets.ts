/**
 * Requests, calls and tokens per minute as token buckets, one per kind and name. A bucket holds the amount of one minute and refills steadily, so
 * no edge of a window lets twice the rate pass. A refused request takes nothing.
 *
 * The arithmetic is exact: a level is a whole number of units, and each microsecond adds `perMinute` units. The result does not depend on how often
 * a bucket is read, up to 50 million per minute.
 */

import type { Limit } from '../../../core/call/hold.ts';
import { GatewayError } from '../../../core/errors.ts';
import { monotonicMs } from '../../../core/turns/monotonic.ts';

export type RateLimit = Extract<Limit, { kind: 'requests' | 'calls' | 'tokens' }>;

export const minuteMs = 60_000;
export const minuteMicros = 60_000_000;
/** Units of one request, call or token: the number of microseconds in a minute. */
export const unitsOfOne = 60_000_000;
const sweepAbove = 10_000;

/** Changed in place, because each request reads several buckets. */
interface Bucket {
  perMinute: number;
  /** In units. Negative after more tokens were used than had been asked for. */
  level: number;
  /** In whole microseconds. */
  at: number;
}

export interface RateBuckets {
  /**
   * Takes one of every bucket of requests and calls, and `tokens` of every bucket of tokens. Otherwise takes nothing and throws RATE_LIMITED with
   * `retryAfterMs`. A request for more than a minute's amount takes a full bucket.
   */
  take(limits: readonly RateLimit[], tokens: number): void;
  /** Gives back what `take` took, except the used tokens. If more tokens were used than taken, the rest is taken now. */
  giveBack(limits: readonly RateLimit[], tokens: number, usedTokens: number): void;
  /** Units in the limit's bucket. */
  level(limit: RateLimit): number;
  /** Sets a level that is known better elsewhere, in units. */
  put(limit: RateLimit, level: number): void;
}

const names = new WeakMap<RateLimit, string>();

/** Always returns the same string object, because it is looked up for each request. */
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
/** Negative when more was used than taken. */
export const unitsBack = (limit: RateLimit, tokens: number, usedTokens: number): number =>
  unitsTaken(limit, tokens) - (limit.kind === 'tokens' ? usedTokens * unitsOfOne : 0);
export const fullOf = ({ perMinute }: Pick<RateLimit, 'perMinute'>): number => perMinute * unitsOfOne;

/** Level of a bucket after `micros` microseconds. */
export const levelAfter = (level: number, micros: number, { perMinute }: Pick<RateLimit, 'perMinute'>): number =>
  Math.min(fullOf({ perMinute }), level + (micros >= minuteMicros && level >= 0 ? fullOf({ perMinute }) : Math.max(0, micros) * perMinute));

/** `now`: milliseconds of a clock that cannot be set back. A clock that is set back would keep buckets empty for that time. */
export function rateBuckets(now: () => number = monotonicMs): RateBuckets {
  const buckets = new Map<string, Bucket>();
  const microsNow = (): number => Math.floor(now() * 1_000);
  /** The bucket, refilled up to that time. */
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
  /** A full bucket can be forgotten, because a new bucket is full. */
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

/** `level`: units in the bucket, which are fewer than asked for. */
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

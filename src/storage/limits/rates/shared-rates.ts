/**
 * The buckets of `rate-buckets.ts` as database rows, for several processes on one state folder. A process that is alone
 * keeps its buckets in memory, which costs nothing.
 */
import { machineMs } from '../../../core/turns/monotonic.ts';
import type { Row, Statements } from '../../database/database.ts';
import { bucketOf, minuteMs, type RateBuckets, type RateLimit, rateRefusal } from './rate-buckets.ts';

export interface SharedRates {
  /** One token of every bucket, or RATE_LIMITED, having taken none. `local`: this process's own buckets, which are kept in step. */
  take(tx: Statements, limits: readonly RateLimit[], local: Pick<RateBuckets, 'level' | 'put'>): Promise<void>;
  giveBack(tx: Statements, limits: readonly RateLimit[]): Promise<void>;
  /** This process is alone again: at the next time its own buckets count once more. */
  leave(): void;
  /** Deletes buckets that are full by now. */
  forget(tx: Statements): Promise<void>;
}

const put = `insert into rate_levels (bucket, tokens, at) values ($1, $2, $3)
  on conflict (bucket) do update set tokens = excluded.tokens, at = excluded.at`;

export function sharedRates(now: () => number = machineMs): SharedRates {
  /** Buckets into which what this process took while it was alone has been counted. */
  const joined = new Set<string>();

  async function levelOf(tx: Statements, limit: RateLimit): Promise<number | null> {
    const [row] = await tx.all('select tokens, at from rate_levels where bucket = $1', [bucketOf(limit)]);
    return row === undefined ? null : filled(row, limit.perMinute, now());
  }

  return {
    async take(tx, limits, local) {
      const levels: { readonly limit: RateLimit; readonly tokens: number }[] = [];
      for (const limit of limits) {
        const stored = await levelOf(tx, limit);
        const tokens = joined.has(bucketOf(limit)) && stored !== null ? stored : Math.min(stored ?? limit.perMinute, local.level(limit));
        if (tokens < 1) throw rateRefusal(limit, tokens);
        levels.push({ limit, tokens });
      }
      for (const { limit, tokens } of levels) {
        await tx.run(put, [bucketOf(limit), tokens - 1, now()]);
        local.put(limit, tokens - 1);
        joined.add(bucketOf(limit));
      }
    },
    async giveBack(tx, limits) {
      for (const limit of limits) {
        const tokens = await levelOf(tx, limit);
        if (tokens !== null) await tx.run(put, [bucketOf(limit), Math.min(limit.perMinute, tokens + 1), now()]);
      }
    },
    leave: () => joined.clear(),
    forget: async (tx) => void (await tx.run('delete from rate_levels where at < $1 or at > $2', [now() - minuteMs, now()])),
  };
}

/** A time that is still to come is of before the machine was started: nothing is known of what has passed since. */
function filled(row: Row, perMinute: number, nowMs: number): number {
  const gained = (Math.max(0, nowMs - Number(row['at'])) * perMinute) / minuteMs;
  return Math.min(perMinute, Number(row['tokens']) + gained);
}

/**
 * The buckets of `rate-buckets.ts` as rows of the database, for several processes on one state folder. A process that is alone keeps its buckets in
 * memory, which is faster.
 */
import { machineMicros } from '../../../core/turns/monotonic.ts';
import type { Row, Statements } from '../../database/database.ts';
import {
  bucketOf,
  fullOf,
  levelAfter,
  minuteMicros,
  type RateBuckets,
  type RateLimit,
  rateRefusal,
  unitsBack,
  unitsTaken,
} from './rate-buckets.ts';

export interface SharedRates {
  /** Like `RateBuckets.take`. `local`: the buckets of this process, which are set to the same levels. */
  take(tx: Statements, limits: readonly RateLimit[], tokens: number, local: Pick<RateBuckets, 'level' | 'put'>): Promise<void>;
  giveBack(tx: Statements, limits: readonly RateLimit[], tokens: number, usedTokens: number): Promise<void>;
  /** This process is alone again. When others return, its own buckets are counted once more. */
  leave(): void;
  /** Deletes the buckets that are full by now. */
  forget(tx: Statements): Promise<void>;
}

const put = `insert into rate_units (bucket, level, at) values ($1, $2, $3)
  on conflict (bucket) do update set level = excluded.level, at = excluded.at`;

export function sharedRates(now: () => number = machineMicros): SharedRates {
  /** Buckets that already contain what this process took while it was alone. */
  const joined = new Set<string>();

  async function levelOf(tx: Statements, limit: RateLimit): Promise<number | null> {
    const [row] = await tx.all('select level, at from rate_units where bucket = $1', [bucketOf(limit)]);
    return row === undefined ? null : filled(row, limit, now());
  }

  return {
    async take(tx, limits, tokens, local) {
      const levels: { readonly limit: RateLimit; readonly left: number }[] = [];
      for (const limit of limits) {
        const stored = await levelOf(tx, limit);
        const level = joined.has(bucketOf(limit)) && stored !== null ? stored : Math.min(stored ?? fullOf(limit), local.level(limit));
        if (level < unitsTaken(limit, tokens)) throw rateRefusal(limit, level, tokens);
        levels.push({ limit, left: level - unitsTaken(limit, tokens) });
      }
      for (const { limit, left } of levels) {
        await tx.run(put, [bucketOf(limit), left, now()]);
        local.put(limit, left);
        joined.add(bucketOf(limit));
      }
    },
    async giveBack(tx, limits, tokens, usedTokens) {
      for (const limit of limits) {
        const level = await levelOf(tx, limit);
        if (level !== null)
          await tx.run(put, [bucketOf(limit), Math.min(fullOf(limit), level + unitsBack(limit, tokens, usedTokens)), now()]);
      }
    },
    leave: () => joined.clear(),
    forget: async (tx) =>
      void (await tx.run('delete from rate_units where (at < $1 and level >= 0) or at > $2', [now() - minuteMicros, now()])),
  };
}

/** A time in the future was written before the last start of the machine, so nothing is known about the time since then. */
const filled = (row: Row, limit: RateLimit, nowMicros: number): number =>
  levelAfter(Number(row['level']), nowMicros - Number(row['at']), limit);

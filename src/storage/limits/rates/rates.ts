/**
 * Requests, calls and tokens per minute: kept in memory while this process is the only one on the state folder, in the database
 * while another process uses it too.
 */
import type { Database } from '../../database/database.ts';
import type { Commit } from '../../database/group-commit.ts';
import type { Owner } from '../../state/owner.ts';
import { minuteMs, type RateLimit, rateBuckets } from './rate-buckets.ts';
import { sharedRates } from './shared-rates.ts';

/** How soon a process learns that another has opened the state, or has left it. */
const lookEveryMs = 1_000;

export interface Rates {
  /**
   * Of every bucket one, of those of tokens so many; or RATE_LIMITED with `retryAfterMs`, having taken none: thrown, or what the promise
   * rejects with. Null: they were taken at once.
   */
  take(limits: readonly RateLimit[], tokens: number): Promise<void> | null;
  /** Gives back what `take` took for that, but for the tokens that were used. When more were used, more is taken. */
  giveBack(limits: readonly RateLimit[], tokens: number, usedTokens: number): Promise<void>;
  /** Looks now who else has the state open. */
  look(): Promise<void>;
  close(): void;
}

export interface RatesOptions {
  readonly database: Database;
  readonly commit: Commit;
  readonly owner: Pick<Owner, 'living'>;
  readonly monotonicMs: () => number;
}

export function openRates({ database, commit, owner, monotonicMs }: RatesOptions): Rates {
  const own = rateBuckets(monotonicMs);
  const shared = sharedRates();
  let others = false;
  let closed = false;

  let lastSeenMs = Number.NEGATIVE_INFINITY;

  async function lookNow(): Promise<void> {
    if ((await owner.living()).size > 1) lastSeenMs = monotonicMs();
    // For a minute after the other has gone its share counts: by then every bucket would be full again.
    const found = monotonicMs() - lastSeenMs < minuteMs;
    if (others && !found) {
      shared.leave();
      await database.tx((tx) => shared.forget(tx));
    }
    others = found;
  }
  /** A store that does not answer says nothing of others. */
  const look = (): Promise<void> => lookNow().catch(() => {});
  /** The first request waits for it: a process that has just begun does not know who else is there. */
  let first: Promise<void> | null = look().finally(() => {
    first = null;
  });
  const timer = setInterval(() => {
    if (!closed) void look();
  }, lookEveryMs);
  timer.unref();

  async function takeLater(limits: readonly RateLimit[], tokens: number): Promise<void> {
    if (first !== null) await first;
    if (others) await commit((tx) => shared.take(tx, limits, tokens, own));
    else own.take(limits, tokens);
  }

  return {
    take(limits, tokens) {
      if (limits.length === 0) return null;
      if (first !== null || others) return takeLater(limits, tokens);
      own.take(limits, tokens);
      return null;
    },
    async giveBack(limits, tokens, usedTokens) {
      own.giveBack(limits, tokens, usedTokens);
      if (others) await commit((tx) => shared.giveBack(tx, limits, tokens, usedTokens)).catch(() => {});
    },
    look,
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}

/**
 * Requests, calls and tokens per minute. The buckets are in memory while this process is alone on the state folder, and in the database while other
 * processes use it too.
 */
import type { Database } from '../../database/database.ts';
import type { Commit } from '../../database/group-commit.ts';
import type { Owner } from '../../state/owner.ts';
import { minuteMs, type RateLimit, rateBuckets } from './rate-buckets.ts';
import { sharedRates } from './shared-rates.ts';

/** How soon a process learns that another process has opened or left the state folder. */
const lookEveryMs = 1_000;

export interface Rates {
  /**
   * Takes one of every bucket of requests and calls, and `tokens` of every bucket of tokens. Otherwise takes nothing, and throws or rejects with
   * RATE_LIMITED and `retryAfterMs`. Null: taken at once.
   */
  take(limits: readonly RateLimit[], tokens: number): Promise<void> | null;
  /** Gives back what `take` took, except the used tokens. If more tokens were used than taken, the rest is taken now. */
  giveBack(limits: readonly RateLimit[], tokens: number, usedTokens: number): Promise<void>;
  /** Checks now which other processes have the state open. */
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
    // The share of a process that has left counts for one more minute. After that, every bucket would be full again.
    const found = monotonicMs() - lastSeenMs < minuteMs;
    if (others && !found) {
      shared.leave();
      await database.tx((tx) => shared.forget(tx));
    }
    others = found;
  }
  /** When the database does not answer, the number of processes stays as it was. */
  const look = (): Promise<void> => lookNow().catch(() => {});
  /** The first request waits for the check, because a new process does not know which others exist. */
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

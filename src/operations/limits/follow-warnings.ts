/**
 * Tells callers that a part of a budget is spent, whichever process noticed it. While somebody follows, the store is asked once a second for
 * all of them.
 */
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../../core/errors.ts';
import type { Stream } from '../../core/pull-stream.ts';
import { interruptible } from '../../core/stream.ts';
import type { BudgetWarning, BudgetWarnings } from '../../storage/limits/warnings/budget-warnings.ts';

export interface WarningFeed {
  /** Those that were reached at `since` (milliseconds since 1970) or later, the oldest first, then each as it comes. It ends with the signal alone. */
  follow(since: number, signal: AbortSignal): Stream<BudgetWarning>;
  /** How many follow. */
  followers(): number;
}

export interface WarningFeedOptions {
  /** Null: the store has none. */
  readonly warnings: Pick<BudgetWarnings, 'reachedSince'> | null;
  readonly now: () => number;
  readonly lookEveryMs?: number;
  readonly warn?: (sentence: string, cause: unknown) => void;
}

/** One process writes a warning this much after another one that it noticed before, at most. */
const overlapMs = 10_000;
const perRead = 500;
/** What waits for a follower who reads slowly. */
const maxWaiting = 2_000;
/** More than are reached in `overlapMs`, or they would be told again. */
const maxSeen = 10_000;

interface Follower {
  readonly since: number;
  readonly seen: LRUCache<string, true>;
  readonly waiting: BudgetWarning[];
  isTooSlow: boolean;
  wake: () => void;
}

export function warningFeed({ warnings, now, lookEveryMs = 1_000, warn = () => {} }: WarningFeedOptions): WarningFeed {
  const all = new Set<Follower>();
  let timer: NodeJS.Timeout | null = null;

  async function look(): Promise<void> {
    const found = (await warnings?.reachedSince(now() - overlapMs, maxSeen)) ?? [];
    for (const follower of all) hear(follower, found);
  }

  function lookSoon(): void {
    timer = setTimeout(() => {
      look()
        .catch((cause: unknown) => warn('Warnings of budgets cannot be read, so nobody is told of them: it is tried again.', cause))
        .finally(() => {
          if (all.size > 0) lookSoon();
          else timer = null;
        });
    }, lookEveryMs).unref();
  }

  async function* events(since: number, signal: AbortSignal): AsyncGenerator<BudgetWarning> {
    // The bound is a size and not a number: for a number, the cache would reserve all places at once.
    const seen = new LRUCache<string, true>({ maxSize: maxSeen, sizeCalculation: () => 1 });
    const follower: Follower = { since, seen, waiting: [], isTooSlow: false, wake: () => {} };
    const onAbort = (): void => follower.wake();
    signal.addEventListener('abort', onAbort, { once: true });
    all.add(follower);
    if (timer === null) lookSoon();
    try {
      yield* backlog(follower, since);
      while (!signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        follower.wake = resolve;
        if (follower.waiting.length === 0 && !follower.isTooSlow) await promise;
        yield* follower.waiting.splice(0);
        if (follower.isTooSlow) throw tooSlow();
      }
    } finally {
      all.delete(follower);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async function* backlog(follower: Follower, since: number): AsyncGenerator<BudgetWarning> {
    for (let from = since, size = perRead; ; ) {
      const found = (await warnings?.reachedSince(from, size)) ?? [];
      const fresh = found.filter(({ id }) => !follower.seen.has(id));
      for (const { id } of fresh) follower.seen.set(id, true);
      yield* fresh;
      if (found.length < size) return;
      const last = found.at(-1)?.reachedAt ?? from;
      // More than one read has of one moment: the next one is longer.
      size = last === from ? size * 2 : perRead;
      from = last;
    }
  }

  return {
    follow: (since, signal) => interruptible((stop) => events(since, stop), { signal }),
    followers: () => all.size,
  };
}

function hear(follower: Follower, found: readonly BudgetWarning[]): void {
  const fresh = found.filter(({ id, reachedAt }) => reachedAt >= follower.since && !follower.seen.has(id));
  if (fresh.length === 0) return;
  if (follower.waiting.length + fresh.length > maxWaiting) follower.isTooSlow = true;
  else {
    for (const warning of fresh) follower.seen.set(warning.id, true);
    follower.waiting.push(...fresh);
  }
  follower.wake();
}

const tooSlow = (): GatewayError =>
  new GatewayError(
    'RESUME_EXPIRED',
    `More than ${maxWaiting} warnings wait to be read. Ask again with \`since\`, the last reachedAt that you have.`,
  );

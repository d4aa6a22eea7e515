/**
 * Notices that a part of a budget is spent. A call only notes its cost in memory. The spent amount of the budget is read a moment later, and only
 * when the next part can have been reached since the last reading.
 */
import { LRUCache } from 'lru-cache';
import type { BudgetLimit } from '../../../core/call/hold.ts';
import type { NanoUsd } from '../../../core/money.ts';
import type { Database } from '../../database/database.ts';
import { type Account, accountOf, idOf } from '../accounts.ts';
import type { Window } from '../calendar.ts';
import type { BudgetWarning, BudgetWarnings } from './budget-warnings.ts';
import { claimWarnings, delayWarning, endWarning, insertWarning, warningsSince } from './warning-rows.ts';

/** Delay between a call and the check. Calls in between share one check. */
const lookAfterMs = 200;
/** Number of budgets in memory. For a budget that was dropped, the spent amount is read again. */
const maxNoted = 10_000;

export interface SpendingWatch extends BudgetWarnings {
  /** Notes what a call has cost of a budget. */
  note(budget: BudgetLimit, window: Window, cost: NanoUsd): void;
  /** Checks now what was noted until now. */
  look(): Promise<void>;
  close(): void;
}

export interface SpendingOptions {
  readonly database: Database;
  readonly spentOf: (account: Account) => Promise<NanoUsd>;
  /** Number of other living processes, which spend from the same budgets. */
  readonly others: () => number;
  readonly now: () => number;
  readonly warn?: (sentence: string, cause?: unknown) => void;
}

interface Noted {
  /** Amount noted here since the spent amount was last read. */
  since: NanoUsd;
  /** Amount that is missing until the next part is reached. 0: the spent amount was never read. Infinity: all parts are reached. */
  missing: NanoUsd;
}

interface Pending {
  readonly budget: BudgetLimit;
  readonly window: Window;
}

export function watchSpending({ database, spentOf, others, now, warn = () => {} }: SpendingOptions): SpendingWatch {
  const noted = new LRUCache<string, Noted>({ max: maxNoted });
  let pending = new Map<string, Pending>();
  let timer: NodeJS.Timeout | null = null;
  let listener: (warning: BudgetWarning) => void = () => {};
  let isClosed = false;

  const lookSoon = (): void => {
    if (timer !== null || isClosed) return;
    timer = setTimeout(() => {
      timer = null;
      void look();
    }, lookAfterMs);
    timer.unref();
  };

  async function look(): Promise<void> {
    const looked = pending;
    pending = new Map();
    for (const [id, one] of looked) {
      try {
        await lookAt(id, one);
      } catch (cause) {
        warn('It could not be read whether a budget has reached a part that is warned of: it is tried again.', cause);
        noted.delete(id);
        if (!isClosed) pending.set(id, one);
      }
    }
    if (pending.size > 0) lookSoon();
  }

  async function lookAt(id: string, { budget, window }: Pending): Promise<void> {
    const account = accountOf(budget, window);
    const spent = await spentOf(account);
    const amountOf = (at: number): NanoUsd => Math.ceil(at * budget.most);
    const parts = budget.warnAt ?? [];
    for (const at of parts) if (spent >= amountOf(at)) await announce(account, warningOf(budget, window, at, spent));
    const next = Math.min(...parts.map(amountOf).filter((amount) => amount > spent), Number.POSITIVE_INFINITY);
    noted.set(id, { since: 0, missing: next - spent });
  }

  const warningOf = (
    { name, per, timeZone = 'UTC', most }: BudgetLimit,
    { begin, end }: Window,
    at: number,
    spent: NanoUsd,
  ): BudgetWarning => ({
    id: crypto.randomUUID(),
    ...{ name, per, timeZone, at, limit: most, spent },
    periodBegin: begin,
    periodEnd: Number.isFinite(end) ? end : null,
    reachedAt: now(),
  });

  async function announce(account: Account, warning: BudgetWarning): Promise<void> {
    if (await database.tx((tx) => insertWarning(tx, account, warning))) listener(warning);
  }

  return {
    note(budget, window, cost) {
      if (budget.warnAt === undefined || budget.warnAt.length === 0 || cost === 0) return;
      const id = idOf(accountOf(budget, window));
      const known = noted.get(id);
      if (known !== undefined) {
        known.since += cost;
        // With several processes, one of them must have spent at least its share of the missing amount.
        if (known.since < known.missing / (1 + others())) return;
      }
      pending.set(id, { budget, window });
      lookSoon();
    },
    look,
    watch(told) {
      listener = told;
    },
    reachedSince: (time, most) => warningsSince(database, time, most),
    claim: (claimMs, most) => database.tx((tx) => claimWarnings(tx, now(), now() + claimMs, most)),
    done: async (id) => void (await database.tx((tx) => endWarning(tx, id))),
    failed: async (id, dueAt) => void (await database.tx((tx) => delayWarning(tx, id, dueAt))),
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

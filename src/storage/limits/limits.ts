import type { Hold, Limit, Period } from '../../core/call/hold.ts';
import type { NanoUsd } from '../../core/money.ts';
import type { FindSession } from './quotas/session-windows.ts';
import type { BudgetWarnings } from './warnings/budget-warnings.ts';

/** Atomic: two calls racing for the last cent must not both get it. */
export interface Limits {
  /**
   * Takes one of every rate of requests and of calls, so many of every rate of tokens, and one slot of every concurrency limit; or throws
   * RATE_LIMITED or CONCURRENCY_LIMITED, with `retryAfterMs` and the limit's name, having taken none. Of a quota it takes one, or the
   * tokens, or throws BUDGET_EXCEEDED. Budgets among the limits are ignored. An account that is there twice counts once, at its smallest number. `tokens`: default 0.
   */
  admit(limits: readonly Limit[], tokens?: number): Promise<Admission>;
  /** The same, at once where nothing must be waited for, in memory alone. It throws or rejects. Default: `admit` is asked. */
  admitAtOnce?(limits: readonly Limit[], tokens?: number): AdmissionAtOnce | Promise<Admission>;
  /** Reserves `most` in every budget among the limits, or throws BUDGET_EXCEEDED having reserved nothing. 0 reserves nothing yet. */
  hold(limits: readonly Limit[], most: NanoUsd): Promise<Hold>;
  /** State of the budgets among the limits, in their order. */
  budgets(limits: readonly Limit[]): Promise<readonly BudgetState[]>;
  /** State of the quotas among the limits. Default: it is not shown. */
  quotas?(limits: readonly Limit[]): Promise<readonly QuotaState[]>;
  /** From when to when the session lasts, which begins now if it is not under way. Default: sessions begin when the clock says so. */
  readonly session?: FindSession;
  /** Says when parts of budgets are spent (`warnAt`). Default: nobody is warned. */
  readonly warnings?: BudgetWarnings;
  /**
   * Ends what a dead process left: each call without a ledger row gets one, with outcome LOST and what it had settled, or an
   * estimate; the rest of its ceiling stays held for a while. Called at start-up and
   * on a timer. Returns how many.
   */
  recover(): Promise<number>;
  close(): Promise<void>;
}

export interface Admission {
  /**
   * Frees the slots; requests and calls stay counted. Tokens that were taken and not used go back, and what was used beyond is taken.
   * Default: all were used. Idempotent.
   */
  release(usedTokens?: number): Promise<void>;
}

export interface AdmissionAtOnce {
  /** As `Admission.release`. */
  free(usedTokens?: number): void;
}

export interface QuotaState {
  readonly name: string;
  readonly of: 'tokens' | 'calls' | 'turns';
  readonly per: Period;
  readonly limit: number;
  readonly used: number;
  /** By calls that run: the most that they can still use. */
  readonly held: number;
  readonly resetsAt: number | null;
}

export interface BudgetState {
  readonly name: string;
  readonly per: Period;
  /** Of the calendar that says when the period ends. */
  readonly timeZone: string;
  readonly limit: NanoUsd;
  readonly spent: NanoUsd;
  /** For calls that run, and for a while for calls that were lost. */
  readonly held: NanoUsd;
  /** When the period ends, in milliseconds since 1970, UTC; null: never. */
  readonly resetsAt: number | null;
  /** What will be spent by then if it goes on as until now; null: there is nothing to tell it from. */
  readonly forecast: NanoUsd | null;
  /** Parts of the limit that are warned of, and whether as much is spent. */
  readonly warnings: readonly { readonly at: number; readonly isReached: boolean }[];
}

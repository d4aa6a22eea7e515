import type { Hold, Limit, Period } from '../../core/call/hold.ts';
import type { NanoUsd } from '../../core/money.ts';
import type { FindSession } from './quotas/session-windows.ts';
import type { BudgetWarnings } from './warnings/budget-warnings.ts';

/** Every method is atomic: when two calls want the last cent, only one of them gets it. */
export interface Limits {
  /**
   * Takes one of every rate of requests and of calls, so many of every rate of tokens, and one slot of every concurrency limit; or throws
   * RATE_LIMITED or CONCURRENCY_LIMITED, with `retryAfterMs` and the limit's name, having taken none. Of a quota it takes one, or the
   * tokens, or throws BUDGET_EXCEEDED. Budgets among the limits are ignored. An account that is there twice counts once, at its smallest number. `tokens`: default 0.
   */
  admit(limits: readonly Limit[], tokens?: number): Promise<Admission>;
  /** Does the same without waiting where memory alone can answer. Throws, or returns a promise that rejects. Default: `admit` is called. */
  admitAtOnce?(limits: readonly Limit[], tokens?: number): AdmissionAtOnce | Promise<Admission>;
  /** Reserves `most` in every budget among the limits, or reserves nothing and throws BUDGET_EXCEEDED. `most` may be 0. */
  hold(limits: readonly Limit[], most: NanoUsd): Promise<Hold>;
  /** State of each budget among the limits, in their order. */
  budgets(limits: readonly Limit[]): Promise<readonly BudgetState[]>;
  /** State of each quota among the limits. Default: quotas are not shown. */
  quotas?(limits: readonly Limit[]): Promise<readonly QuotaState[]>;
  /** Begin and end of a session. A session that is not under way begins now. Default: sessions begin by the clock. */
  readonly session?: FindSession;
  /** Reports when parts of budgets are spent (`warnAt`). Default: no warnings. */
  readonly warnings?: BudgetWarnings;
  /**
   * Finishes the calls of dead processes. A call without a ledger row gets one with outcome LOST: what it had settled, or an estimate. The rest of
   * its ceiling stays held for a while. Called at the start and on a timer. Returns the number of calls.
   */
  recover(): Promise<number>;
  close(): Promise<void>;
}

export interface Admission {
  /**
   * Frees the slots. Requests and calls stay counted. Unused tokens go back to their buckets, and tokens beyond the taken ones are taken now.
   * Default: all tokens were used. A second call does nothing.
   */
  release(usedTokens?: number): Promise<void>;
}

export interface AdmissionAtOnce {
  /** Like `Admission.release`. */
  free(usedTokens?: number): void;
}

export interface QuotaState {
  readonly name: string;
  readonly of: 'tokens' | 'calls' | 'turns';
  readonly per: Period;
  readonly limit: number;
  readonly used: number;
  /** Maximum that running calls can still use. */
  readonly held: number;
  readonly resetsAt: number | null;
}

export interface BudgetState {
  readonly name: string;
  readonly per: Period;
  /** Time zone of the calendar that ends the period. */
  readonly timeZone: string;
  readonly limit: NanoUsd;
  readonly spent: NanoUsd;
  /** Held for running calls, and for a while for lost calls. */
  readonly held: NanoUsd;
  /** When the period ends, in milliseconds since 1970, UTC. Null: never. */
  readonly resetsAt: number | null;
  /** Expected spending at the end of the period if it continues as before. Null: there is not enough to say. */
  readonly forecast: NanoUsd | null;
  /** Parts of the limit with a warning, and whether each is reached. */
  readonly warnings: readonly { readonly at: number; readonly isReached: boolean }[];
}

import type { Hold, Limit } from '../../core/call/hold.ts';
import type { NanoUsd } from '../../core/money.ts';

/** Atomic: two calls racing for the last cent must not both get it. */
export interface Limits {
  /**
   * Takes one of every rate (of requests, of calls) and one slot of every concurrency limit, or throws RATE_LIMITED or
   * CONCURRENCY_LIMITED, with `retryAfterMs` and the limit's name, having taken none. Budgets among the limits are ignored.
   */
  admit(limits: readonly Limit[]): Promise<Admission>;
  /** The same, at once where nothing must be waited for, in memory alone. It throws or rejects. Default: `admit` is asked. */
  admitAtOnce?(limits: readonly Limit[]): AdmissionAtOnce | Promise<Admission>;
  /** Reserves `most` in every budget among the limits, or throws BUDGET_EXCEEDED having reserved nothing. 0 reserves nothing yet. */
  hold(limits: readonly Limit[], most: NanoUsd): Promise<Hold>;
  /** State of the budgets among the limits, in their order. */
  budgets(limits: readonly Limit[]): Promise<readonly BudgetState[]>;
  /**
   * Ends what a dead process left: each call without a ledger row gets one, with outcome LOST and what it had settled, or an
   * estimate; the rest of its ceiling stays held for a while. Called at start-up and
   * on a timer. Returns how many.
   */
  recover(): Promise<number>;
  close(): Promise<void>;
}

export interface Admission {
  /** Frees the slots; what was counted stays counted. Idempotent. */
  release(): Promise<void>;
}

export interface AdmissionAtOnce {
  /** Idempotent. */
  free(): void;
}

export interface BudgetState {
  readonly name: string;
  readonly limit: NanoUsd;
  readonly spent: NanoUsd;
  /** For calls that run, and for a while for calls that were lost. */
  readonly held: NanoUsd;
  /** Milliseconds since 1970, UTC. */
  readonly resetsAt: number;
}

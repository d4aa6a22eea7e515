/** Warnings for operators: a part of a budget is spent. Each part is warned of once per period, whichever process notices it. */
import type { Period } from '../../../core/call/hold.ts';
import type { NanoUsd } from '../../../core/money.ts';

export interface BudgetWarning {
  /** Stays the same when the warning is sent again. */
  readonly id: string;
  /** Name of the account, such as `team:search`. */
  readonly name: string;
  readonly per: Period;
  readonly timeZone: string;
  /** The part that is reached: 0.8 is four fifths. */
  readonly at: number;
  readonly limit: NanoUsd;
  /** Amount spent at the time of the warning. */
  readonly spent: NanoUsd;
  /** In milliseconds since 1970, UTC. */
  readonly periodBegin: number;
  /** Null: the period never ends. */
  readonly periodEnd: number | null;
  readonly reachedAt: number;
}

/** A warning that must still be sent to somebody outside. */
export interface DueWarning extends BudgetWarning {
  /** Number of failed attempts to send it. */
  readonly failures: number;
}

export interface BudgetWarnings {
  /** Calls the listener with each warning that this process notices first, a moment after the call that caused it. */
  watch(listener: (warning: BudgetWarning) => void): void;
  /** Warnings of all processes since that time (milliseconds since 1970, UTC), the oldest first. */
  reachedSince(time: number, most: number): Promise<readonly BudgetWarning[]>;
  /** Warnings that must be sent now, the oldest first. For `claimMs` they belong to this process; after that another process may take them. */
  claim(claimMs: number, most: number): Promise<readonly DueWarning[]>;
  /** The warning was sent, or never will be, and is not due any more. */
  done(id: string): Promise<void>;
  /** Sending failed again. The warning is due again at `dueAt`, in milliseconds since 1970, UTC. */
  failed(id: string, dueAt: number): Promise<void>;
}

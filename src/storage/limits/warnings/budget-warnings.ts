/** What operators are warned of: that a part of a budget is spent. Each part is warned of once in a period, whatever process sees it. */
import type { Period } from '../../../core/call/hold.ts';
import type { NanoUsd } from '../../../core/money.ts';

export interface BudgetWarning {
  /** Stays the same when it is told again. */
  readonly id: string;
  /** The account, such as `team:search`. */
  readonly name: string;
  readonly per: Period;
  readonly timeZone: string;
  /** The part that is reached: 0.8 is four fifths. */
  readonly at: number;
  readonly limit: NanoUsd;
  /** What was spent when it was noticed. */
  readonly spent: NanoUsd;
  /** Milliseconds since 1970. */
  readonly periodBegin: number;
  /** Null: the budget never begins anew. */
  readonly periodEnd: number | null;
  readonly reachedAt: number;
}

/** A warning that waits to be told to somebody outside. */
export interface DueWarning extends BudgetWarning {
  /** How often that has failed. */
  readonly failures: number;
}

export interface BudgetWarnings {
  /** Told of each warning that this process is the first to notice, some time after the call that caused it. */
  watch(listener: (warning: BudgetWarning) => void): void;
  /** Those that were reached then or later, in milliseconds since 1970, the oldest first, and by whatever process. */
  reachedSince(time: number, most: number): Promise<readonly BudgetWarning[]>;
  /** Warnings that are to be told now, the oldest first. For so long they are this process's; after that, another may take them. */
  claim(claimMs: number, most: number): Promise<readonly DueWarning[]>;
  /** It was told, or never will be: it is not due any more. */
  done(id: string): Promise<void>;
  /** Telling it failed once more: it is due again then, in milliseconds since 1970. */
  failed(id: string, dueAt: number): Promise<void>;
}

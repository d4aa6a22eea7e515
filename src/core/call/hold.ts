/**
 * A Hold: money set aside before it is spent.
 *
 * An operation opens one Hold on the budgets of its principal. Every attempt at a provider draws its maximum cost from the
 * Hold and settles its real cost. Draws are durable before dispatch: after a crash, each draw without a ledger row becomes a
 * row with outcome LOST.
 */
import type { NanoUsd } from '../money.ts';
import type { UsageRow } from './usage-row.ts';

/** Weeks begin on Monday. A `total` never begins anew; a `session` lasts as long as its limit says. */
export type Period = 'day' | 'week' | 'month' | 'total' | 'session';

/** What a budget and a quota have in common. */
interface PeriodLimit {
  readonly name: string;
  readonly per: Period;
  /** Time zone of the calendar by which periods begin, such as `Europe/Berlin`. Default: UTC. */
  readonly timeZone?: string;
  /** Of a `session`: from when to when it lasts, in milliseconds since 1970. */
  readonly session?: { readonly start: number; readonly end: number };
  /** Parts of the limit, above 0 and up to 1, at which operators are warned. Default: none. */
  readonly warnAt?: readonly number[];
  /** Callers who may know nothing of each other draw on it: a refusal does not tell what is left. Default: false. */
  readonly isShared?: boolean;
}

export interface BudgetLimit extends PeriodLimit {
  readonly kind: 'budget';
  readonly most: NanoUsd;
}

export interface QuotaLimit extends PeriodLimit {
  readonly kind: 'quota';
  /** Tokens of input and output together, calls of models, or operations, which are the turns of an agent. */
  readonly of: 'tokens' | 'calls' | 'turns';
  readonly most: number;
}

/** What a principal may use. `name` is the account that is charged, such as `key:3f9a` or `team:search`. */
export type Limit =
  | BudgetLimit
  /** So many in a period, each counted before it is made. */
  | QuotaLimit
  /** Operations, each counted once before it runs, whatever it asks for. */
  | { readonly kind: 'requests'; readonly name: string; readonly perMinute: number }
  /** Calls of models, each counted once in the pipeline, hits of the cache included. */
  | { readonly kind: 'calls'; readonly name: string; readonly perMinute: number }
  /** Tokens of input and output together. A call takes what it can use at most, and gives back what it did not. */
  | { readonly kind: 'tokens'; readonly name: string; readonly perMinute: number }
  | { readonly kind: 'concurrency'; readonly name: string; readonly most: number };

export interface Hold {
  /** Whether any budget stands behind it: an unpriced call is then refused. */
  readonly budgeted: boolean;
  /**
   * Sets `most` aside for one attempt: first from what the hold has reserved, then, atomically, from the budgets.
   * Throws BUDGET_EXCEEDED or COST_LIMIT_EXCEEDED, having taken nothing.
   */
  draw(attempt: DrawnAttempt): Promise<Draw>;
  /**
   * Throws BUDGET_EXCEEDED when a draw of `most` would be refused now, and takes nothing: for work that is to be done before the
   * draw. Absent where no budget stands behind the hold.
   */
  checkRoom?(most: NanoUsd): Promise<void>;
  /** Gives back up to `amount` of what is still undrawn: a part of the work has cost less than was reserved. */
  giveBack(amount: NanoUsd): Promise<void>;
  /** Gives back everything that is undrawn. Open draws stay until they settle. A second call does nothing. */
  release(): Promise<void> | void;
}

export interface DrawnAttempt {
  readonly callId: string;
  /** Maximum cost of the attempt. */
  readonly most: NanoUsd;
  /** Cost of the input alone: the part of `most` that is certainly spent if the process dies. Default: all of it. */
  readonly inputCost?: NanoUsd;
  /** Ledger rows to write if the process dies: the attempt at its maximum cost. */
  readonly rows: readonly UsageRow[];
  /** Fields whose own budgets are drawn on too, in addition to those of the hold. Default: none. */
  readonly fields?: readonly FieldShare[];
  /** A draw that this one replaces, in one transaction. The replaced draw settles at 0, and its money is free. */
  readonly instead?: Draw;
}

/** A field that the attempt serves. Its budgets have room for the whole of it, and bear a share of what it costs. */
export interface FieldShare {
  readonly limits: readonly Limit[];
  shareOf(cost: NanoUsd): NanoUsd;
}

export interface Draw {
  /** Names it to the store that keeps it; a hold that wraps another passes it on. */
  readonly id?: string;
  /** Books the cost, which may exceed the draw by the error of one estimate, and frees the rest. Idempotent; never throws for a cost. */
  settle(cost: NanoUsd): Promise<void>;
}

import type { Limit } from '../../core/call/hold.ts';

export type BudgetLimit = Extract<Limit, { kind: 'budget' }>;

/** Milliseconds since 1970: `start` inclusive, `end` exclusive. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** The calendar day or month, in UTC, in which spending counts against a budget. */
export function windowOf(per: BudgetLimit['per'], time: number): Window {
  const date = new Date(time);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  return per === 'day'
    ? { start: Date.UTC(year, month, day), end: Date.UTC(year, month, day + 1) }
    : { start: Date.UTC(year, month), end: Date.UTC(year, month + 1) };
}

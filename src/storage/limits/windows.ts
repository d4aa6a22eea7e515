import type { Limit } from '../../core/call/hold.ts';

export type BudgetLimit = Extract<Limit, { kind: 'budget' }>;

/** Milliseconds since 1970: `start` inclusive, `end` exclusive. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

const lastWindows: { [Per in BudgetLimit['per']]?: Window } = {};

/** The calendar day or month, in UTC, in which spending counts against a budget. It is the same object for as long as it lasts. */
export function windowOf(per: BudgetLimit['per'], time: number): Window {
  const last = lastWindows[per];
  if (last !== undefined && time >= last.start && time < last.end) return last;
  const window = newWindow(per, time);
  lastWindows[per] = window;
  return window;
}

function newWindow(per: BudgetLimit['per'], time: number): Window {
  const date = new Date(time);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  return per === 'day'
    ? { start: Date.UTC(year, month, day), end: Date.UTC(year, month, day + 1) }
    : { start: Date.UTC(year, month), end: Date.UTC(year, month + 1) };
}

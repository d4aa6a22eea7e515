import type { BudgetLimit, Period } from '../../core/call/hold.ts';
import { type CalendarPeriod, calendarWindow, type Window } from './calendar.ts';

/** What determines the period in which an amount counts. */
export type Periodic = Pick<BudgetLimit, 'per' | 'timeZone' | 'session'>;

const total: Window = { start: 0, begin: 0, end: Number.POSITIVE_INFINITY };

type Windows = { [Per in CalendarPeriod]?: Window };
/** The last window of each period, in UTC and by time zone. */
const inUtc: Windows = {};
const inZones = new Map<string, Windows>();

/** The window in which spending at that time counts. It is the same object while the window lasts. */
export function windowOf({ per, timeZone, session }: Periodic, time: number): Window {
  if (per === 'total') return total;
  if (per === 'session') return session === undefined ? total : { ...session, begin: session.start };
  const known = timeZone === undefined ? inUtc : windowsIn(timeZone);
  const last = known[per];
  if (last !== undefined && time >= last.begin && time < last.end) return last;
  const window = calendarWindow(per, timeZone ?? 'UTC', time);
  known[per] = window;
  return window;
}

function windowsIn(timeZone: string): Windows {
  const known = inZones.get(timeZone) ?? {};
  inZones.set(timeZone, known);
  return known;
}

/** A forecast from a smaller part of the period would be a guess. */
const leastPart = 0.01;

/** Expected spending at the end of the window if it continues as before. Null: the window has no end, has just begun, or nothing was spent. */
export function forecastOf(spent: number, { begin, end }: Window, time: number): number | null {
  const part = (time - begin) / (end - begin);
  if (!Number.isFinite(end) || spent === 0 || part < leastPart) return null;
  return Math.min(Number.MAX_SAFE_INTEGER, Math.round(spent / Math.min(1, part)));
}

/** Milliseconds until the period ends. Null: it never ends. */
export const resetsInMs = ({ end }: Window, time: number): number | null => (Number.isFinite(end) ? end - time : null);

/** The period within a sentence: `5.00 a day`, `5.00 in total`. */
export const perWords: Readonly<Record<Period, string>> = {
  day: 'a day',
  week: 'a week',
  month: 'a month',
  total: 'in total',
  session: 'a session',
};

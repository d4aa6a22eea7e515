/**
 * Days, weeks and months of a time zone, as instants. A day is whatever the clocks there call it: it may have 23 or 25 hours, may begin
 * at one o'clock, and may be missing.
 */
import { oncePer } from '../../core/once.ts';

/** Milliseconds since 1970. */
export interface Window {
  /**
   * Names the window in its account: of a calendar's, its first day as if it began in UTC. So a budget whose time zone is changed
   * goes on, and does not begin anew.
   */
  readonly start: number;
  /** Inclusive. */
  readonly begin: number;
  /** Exclusive; Infinity: it never ends. */
  readonly end: number;
}

export type CalendarPeriod = 'day' | 'week' | 'month';

const dayMs = 24 * 3_600_000;
/** No clock is further from UTC. */
const maxOffsetMs = 26 * 3_600_000;

export function calendarWindow(per: CalendarPeriod, timeZone: string, time: number): Window {
  const day = dayIn(timeZone, time);
  const start = firstDay(per, day);
  const next = nextFirstDay(per, start);
  return timeZone === 'UTC' ? { start, begin: start, end: next } : { start, begin: beginOf(start, timeZone), end: beginOf(next, timeZone) };
}

/** The calendar's day at that time, as the midnight of the same date in UTC. */
function dayIn(timeZone: string, time: number): number {
  if (timeZone === 'UTC') return time - (((time % dayMs) + dayMs) % dayMs);
  const [month = 1, day = 1, year = 1970] = formatIn(timeZone).format(time).split('/').map(Number);
  return Date.UTC(year, month - 1, day);
}

const formatIn = oncePer(
  (timeZone) => new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', year: 'numeric', month: 'numeric', day: 'numeric' }),
);

/** Days are midnights in UTC here, so that months and weeks are plain arithmetic. */
function firstDay(per: CalendarPeriod, day: number): number {
  const date = new Date(day);
  if (per === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  return per === 'day' ? day : day - ((date.getUTCDay() + 6) % 7) * dayMs;
}

function nextFirstDay(per: CalendarPeriod, first: number): number {
  const date = new Date(first);
  if (per === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  return first + (per === 'day' ? 1 : 7) * dayMs;
}

/** The first instant at which the calendar shows that day or, where it is missing, a later one. */
function beginOf(day: number, timeZone: string): number {
  let before = day - maxOffsetMs;
  let reached = day + maxOffsetMs;
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (dayIn(timeZone, middle) >= day) reached = middle;
    else before = middle;
  }
  return reached;
}

/** Whether it is the name of a time zone, such as `Europe/Berlin` or `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    formatIn(name);
    return true;
  } catch {
    return false;
  }
}

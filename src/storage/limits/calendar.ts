/**
 * Days, weeks and months of a time zone as instants. A day is what the clocks of the zone show: it may have 23 or 25 hours, may begin at one
 * o'clock, and may be missing.
 */
import { oncePer } from '../../core/once.ts';

/** Times are milliseconds since 1970, UTC. */
export interface Window {
  /**
   * Name of the window in its account. For a calendar window it is the first day as if the day began in UTC, so that a budget whose time zone is
   * changed continues and does not start again.
   */
  readonly start: number;
  /** Inclusive. */
  readonly begin: number;
  /** Exclusive; Infinity: it never ends. */
  readonly end: number;
}

export type CalendarPeriod = 'day' | 'week' | 'month';

const dayMs = 24 * 3_600_000;
/** No clock on Earth differs more from UTC. */
const maxOffsetMs = 26 * 3_600_000;

export function calendarWindow(per: CalendarPeriod, timeZone: string, time: number): Window {
  const day = dayIn(timeZone, time);
  const start = firstDay(per, day);
  const next = nextFirstDay(per, start);
  return timeZone === 'UTC' ? { start, begin: start, end: next } : { start, begin: beginOf(start, timeZone), end: beginOf(next, timeZone) };
}

/** The date in the time zone at that instant, given as midnight UTC of the same date. */
function dayIn(timeZone: string, time: number): number {
  if (timeZone === 'UTC') return time - (((time % dayMs) + dayMs) % dayMs);
  const [month = 1, day = 1, year = 1970] = formatIn(timeZone).format(time).split('/').map(Number);
  return Date.UTC(year, month - 1, day);
}

const formatIn = oncePer(
  (timeZone) => new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', year: 'numeric', month: 'numeric', day: 'numeric' }),
);

/** Dates are midnights in UTC here, so months and weeks are plain arithmetic. */
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

/** The first instant at which the clocks of the zone show that date, or a later date when it is missing. */
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

/** Whether the text names a time zone, such as `Europe/Berlin` or `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    formatIn(name);
    return true;
  } catch {
    return false;
  }
}

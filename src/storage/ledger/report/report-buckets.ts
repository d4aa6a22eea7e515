/** The times of a usage report: one for each interval, and what of it lies in the range. Days and months are those of a time zone. */
import { calendarWindow } from '../../limits/calendar.ts';
import type { UsageQuery } from '../ledger.ts';
import { hourMs, minuteMs, startOf } from '../roll-ups.ts';

/** Milliseconds since 1970. */
export interface Bucket {
  /** When the interval begins, also where that is before the range; 0: all time is one. Null: there are many, of `eachMs` each. */
  readonly start: number | null;
  readonly eachMs: number;
  readonly from: number;
  readonly to: number;
}

type Times = Pick<UsageQuery, 'from' | 'to' | 'interval' | 'timeZone'>;

/** In order. Hours and minutes are whole ones of UTC. */
export function* bucketsOf({ from, to, interval, timeZone = 'UTC' }: Times): Generator<Bucket> {
  if (from >= to) return;
  if (interval === null) yield { start: 0, eachMs: 0, from, to };
  else if (interval === 'minute' || interval === 'hour') yield { start: null, eachMs: eachMs[interval], from, to };
  else {
    for (let time = from; time < to; ) {
      const { begin, end } = calendarWindow(interval, timeZone, time);
      yield { start: begin, eachMs: 0, from: time, to: Math.min(end, to) };
      time = end;
    }
  }
}

const eachMs = { minute: minuteMs, hour: hourMs };

/** Groups of intervals that begin before this are whole, once all rows of the bucket before the time have been read. */
export const wholeBefore = ({ start, eachMs, to }: Bucket, readUntil: number): number =>
  start === null ? startOf(readUntil, eachMs) : readUntil < to ? start : to;

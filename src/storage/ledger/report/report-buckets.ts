/** Splits the time range of a report into buckets: one per interval, cut at the ends of the range. Days and months are those of a time zone. */
import { calendarWindow } from '../../limits/calendar.ts';
import type { UsageQuery } from '../ledger.ts';
import { hourMs, minuteMs, startOf } from '../roll-ups.ts';

/** Times are milliseconds since 1970, UTC. */
export interface Bucket {
  /** Start of the interval, which may lie before the range. 0: the report has no intervals. Null: the bucket has many intervals of `eachMs`. */
  readonly start: number | null;
  readonly eachMs: number;
  readonly from: number;
  readonly to: number;
}

type Times = Pick<UsageQuery, 'from' | 'to' | 'interval' | 'timeZone'>;

/** Buckets in the order of time. Hours and minutes are those of UTC. */
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

/** When all rows of the bucket before `readUntil` have been read, the groups of intervals that begin before the returned time are complete. */
export const wholeBefore = ({ start, eachMs, to }: Bucket, readUntil: number): number =>
  start === null ? startOf(readUntil, eachMs) : readUntil < to ? start : to;

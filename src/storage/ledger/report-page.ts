/**
 * Adds up the groups of one page of a usage report while rows are read. It keeps only the groups that the page needs: a
 * group beyond a full page cannot enter it later, because groups only grow.
 */
import { addUsage } from '../../core/money.ts';
import type { Row } from '../database/database.ts';
import type { UsageQuery, UsageTotal } from './ledger.ts';
import type { ReportColumn } from './report-columns.ts';
import { compare, type Place } from './report-cursor.ts';
import { dayOf, hourMs, minuteMs, monthOf, startOf } from './usage-rows.ts';

interface Group {
  readonly place: Place;
  readonly total: UsageTotal;
}

export interface UsagePageBuilder {
  add(row: Row): void;
  /** Whether all groups of the page are in it, once every row before the time has been added. */
  isFullBefore(time: number): boolean;
  found(): { readonly groups: readonly Group[]; readonly more: boolean };
}

export function usagePage(
  { first, interval }: Pick<UsageQuery, 'first' | 'interval'>,
  columns: readonly ReportColumn[],
  after: Place | null,
): UsagePageBuilder {
  const groups = new Map<string, Group>();
  /** The last place that may still come into the page, or begin the next. */
  let last: Place | null = null;

  const sorted = (): Group[] => [...groups.values()].sort((a, b) => compare(a.place, b.place));
  const prune = (): void => {
    for (const [index, { place }] of sorted().entries()) {
      if (index === first) last = place;
      if (index > first) groups.delete(JSON.stringify(place));
    }
  };

  return {
    add(row) {
      const place: Place = [Number(row['bucket']), ...columns.map(({ alias }) => String(row[alias]))];
      if (after !== null && compare(place, after) <= 0) return;
      if (last !== null && compare(place, last) > 0) return;
      const id = JSON.stringify(place);
      groups.set(id, { place, total: totalOf(row, groups.get(id)?.total, interval, columns) });
      if (groups.size > 2 * (first + 1)) prune();
    },
    isFullBefore(time) {
      if (groups.size <= first) return false;
      const open = bucketOf(interval, time);
      let whole = 0;
      for (const { place } of groups.values()) if (place[0] < open) whole += 1;
      return whole > first;
    },
    found() {
      const all = sorted();
      return { groups: all.slice(0, first), more: all.length > first };
    },
  };
}

/** Start of the interval in which the time lies; 0 where all time is one. */
export function bucketOf(interval: UsageQuery['interval'], time: number): number {
  if (interval === null) return 0;
  return { minute: startOf(time, minuteMs), hour: startOf(time, hourMs), day: dayOf(time), month: monthOf(time) }[interval];
}

function totalOf(row: Row, sofar: UsageTotal | undefined, interval: UsageQuery['interval'], columns: readonly ReportColumn[]): UsageTotal {
  const number = (column: string): number => Number(row[column]);
  const usage = {
    freshInputTokens: number('fresh_input'),
    cacheReadTokens: number('cache_read'),
    cacheWriteTokens: number('cache_write'),
    outputTokens: number('output'),
    reasoningTokens: number('reasoning'),
  };
  return {
    key: keyOf(row, columns),
    from: interval === null ? null : number('bucket'),
    calls: number('calls') + (sofar?.calls ?? 0),
    usage: sofar === undefined ? usage : addUsage(sofar.usage, usage),
    estimated: number('estimated') > 0 || sofar?.estimated === true,
    cost: number('priced') === 0 ? (sofar?.cost ?? null) : number('cost') + (sofar?.cost ?? 0),
    unpricedCalls: number('calls') - number('priced') + (sofar?.unpricedCalls ?? 0),
    savedCost: number('saved_cost') + (sofar?.savedCost ?? 0),
    failures: number('failures') + (sofar?.failures ?? 0),
  };
}

function keyOf(row: Row, columns: readonly ReportColumn[]): UsageTotal['key'] {
  const valueAt = (alias: string): string | null => (row[alias] === '' ? null : String(row[alias]));
  const dimensions = columns.flatMap(({ alias, of }) => ('dimension' in of ? [[of.dimension, valueAt(alias)] as const] : []));
  const tags = columns.flatMap(({ alias, of }) => ('tag' in of ? [[of.tag, valueAt(alias)] as const] : []));
  return { ...Object.fromEntries(dimensions), ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags) }) };
}

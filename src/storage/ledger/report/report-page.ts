/**
 * Sums the groups of one page of a report while rows are read. Sorted by names, it keeps only the groups that the page needs: a group that is
 * behind a full page cannot enter it later. In any other order it keeps all groups, up to a maximum.
 */
import { GatewayError } from '../../../core/errors.ts';
import type { Row } from '../../database/database.ts';
import type { UsageQuery, UsageTotal } from '../ledger.ts';
import type { ReportColumn } from './report-columns.ts';
import { compare, type Place, placeBetween } from './report-cursor.ts';
import { addRow, emptySum, type GroupSum, measureOf, totalOf } from './report-sums.ts';

interface Group {
  readonly bucket: number;
  readonly values: readonly string[];
  readonly key: UsageTotal['key'];
  readonly sum: GroupSum;
}

interface FoundGroup {
  readonly place: Place;
  readonly total: UsageTotal;
}

export interface UsagePageBuilder {
  add(row: Row): void;
  /** Whether the page is complete once every row of the intervals that begin before that time has been added. */
  isFullBefore(time: number): boolean;
  found(): { readonly groups: readonly FoundGroup[]; readonly more: boolean };
}

/** All of these groups are in memory, about 500 bytes each. */
const maxGroups = 50_000;

export function usagePage(query: UsageQuery, columns: readonly ReportColumn[], after: Place | null): UsagePageBuilder {
  const { first, interval, orderBy = 'key' } = query;
  const groups = new Map<string, Group>();
  /** The last place that can still be on the page or begin the next one. */
  let last: Place | null = null;

  const placeOf = ({ bucket, values, sum }: Group): Place => placeBetween(bucket, measureOf(sum, orderBy), values);
  const sorted = (): { readonly place: Place; readonly group: Group }[] =>
    [...groups.values()].map((group) => ({ place: placeOf(group), group })).sort((a, b) => compare(a.place, b.place));
  const prune = (): void => {
    for (const [index, { place, group }] of sorted().entries()) {
      if (index === first) last = place;
      if (index > first) groups.delete(idOf(group));
    }
  };

  return {
    add(row) {
      const bucket = Number(row['bucket']);
      const values = columns.map(({ alias }) => String(row[alias]));
      if (orderBy === 'key') {
        const place = placeBetween(bucket, 0, values);
        if (after !== null && compare(place, after) <= 0) return;
        if (last !== null && compare(place, last) > 0) return;
      }
      const id = idOf({ bucket, values });
      const group = groups.get(id) ?? { bucket, values, key: keyOf(row, columns), sum: emptySum() };
      addRow(group.sum, row);
      groups.set(id, group);
      if (orderBy === 'key' && groups.size > 2 * (first + 1)) prune();
      else if (groups.size > maxGroups) throw tooMany();
    },
    isFullBefore(time) {
      if (orderBy !== 'key' || groups.size <= first) return false;
      let whole = 0;
      for (const { bucket } of groups.values()) if (bucket < time) whole += 1;
      return whole > first;
    },
    found() {
      const all = sorted().filter(({ place }) => after === null || compare(place, after) > 0);
      const page = all.slice(0, first).map(({ place, group: { bucket, key, sum } }) => ({
        place,
        total: totalOf(sum, { key, from: interval === null ? null : bucket }, query),
      }));
      return { groups: page, more: all.length > first };
    },
  };
}

const idOf = ({ bucket, values }: Pick<Group, 'bucket' | 'values'>): string => JSON.stringify([bucket, ...values]);

const tooMany = (): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `The usage report has more than ${maxGroups} rows, which are too many to be sorted. A shorter range, fewer dimensions, a filter, or the order KEY would be accepted.`,
  );

function keyOf(row: Row, columns: readonly ReportColumn[]): UsageTotal['key'] {
  const valueAt = (alias: string): string | null => (row[alias] === '' ? null : String(row[alias]));
  const dimensions = columns.flatMap(({ alias, of }) => ('dimension' in of ? [[of.dimension, valueAt(alias)] as const] : []));
  const tags = columns.flatMap(({ alias, of }) => ('tag' in of ? [[of.tag, valueAt(alias)] as const] : []));
  return { ...Object.fromEntries(dimensions), ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags) }) };
}

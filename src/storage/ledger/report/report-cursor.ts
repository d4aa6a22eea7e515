/** The cursor of a usage report: continues after the last total of a page, regardless of rows added since. */
import { createHash } from 'node:crypto';
import { GatewayError } from '../../../core/errors.ts';
import type { UsageQuery } from '../ledger.ts';
import type { ReportColumn } from './report-columns.ts';

/** Position of a total among the others: its interval, its distance from the largest measure, then the values of its dimensions ('' for null). */
export type Place = readonly [bucket: number, behind: number, ...values: string[]];

/** `measure`: the number by which totals are sorted, the largest first. */
export const placeBetween = (bucket: number, measure: number, values: readonly string[]): Place => [bucket, 0 - measure, ...values];

export function compare(a: Place, b: Place): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? '';
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

export function cursorOf(place: Place, query: UsageQuery, groups: readonly ReportColumn[]): string {
  return Buffer.from(JSON.stringify([queryDigest(query, groups), ...place])).toString('base64url');
}

export function placeOf(cursor: string, query: UsageQuery, groups: readonly ReportColumn[]): Place {
  const parts = parsed(cursor);
  if (Array.isArray(parts) && parts[0] === queryDigest(query, groups) && parts.length === groups.length + 3) {
    const [, bucket, behind, ...values]: readonly unknown[] = parts;
    if (typeof bucket === 'number' && typeof behind === 'number' && values.every((value) => typeof value === 'string'))
      return [bucket, behind, ...values];
  }
  throw new GatewayError(
    'BAD_REQUEST',
    'The cursor "after" does not belong to this usage report. The endCursor of its page before would be accepted.',
  );
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

/** `from` and `to` are not part of the digest, because the range may move between two pages. */
function queryDigest(
  { interval, timeZone = 'UTC', orderBy = 'key', only, where = {} }: UsageQuery,
  groups: readonly ReportColumn[],
): string {
  return createHash('sha256')
    .update(JSON.stringify([interval, timeZone, orderBy, only, where, groups]))
    .digest('base64url')
    .slice(0, 12);
}

/**
 * Totals of the ledger: whole hours from the roll-up, what is left at both ends from the rows. A year costs as much as
 * its hours have different keys, however many calls there were.
 */
import { createHash } from 'node:crypto';
import { GatewayError } from '../core/errors.ts';
import type { Row, SqlValue, Statements } from './database.ts';
import type { UsageDimension, UsagePage, UsageQuery, UsageTotal } from './ledger.ts';
import { dayOf, hourMs, monthOf, startOf } from './usage-rows.ts';

const minuteMs = 60_000;
const firstMost = 1_000;
/** Minutes are counted from the rows: a longer range would hold up everybody else. */
const minutesRangeMs = 7 * 24 * hourMs;

const dimensions: readonly UsageDimension[] = [
  'coordinate',
  'operation',
  'client',
  'principal',
  'team',
  'route',
  'deployment',
  'model',
  'outcome',
  'cache',
];

/** Throws BAD_REQUEST for a page, a range or a cursor that cannot be. */
export async function usageTotals(statements: Statements, query: UsageQuery): Promise<UsagePage> {
  const groupBy = dimensions.filter((dimension) => query.groupBy.includes(dimension));
  check(query);
  const values: SqlValue[] = [];
  const bound = (value: SqlValue): string => `$${values.push(value)}`;
  const parts = partsOf(query, bound);
  const after = query.after === null ? null : placeOf(query.after, query, groupBy);
  if (parts.length === 0) return { totals: [], endCursor: null };
  const only = onlyOf(query.only, bound);
  const place = ['bucket', ...groupBy];
  const behind = after === null ? '' : `where (${place.join(', ')}) > (${after.map(bound).join(', ')})`;
  const rows = await statements.all(
    `select * from (
       select u.bucket as bucket, ${groupBy.map((dimension) => `k.${dimension} as ${dimension}, `).join('')}
         sum(calls) as calls, sum(fresh_input) as fresh_input, sum(cache_read) as cache_read, sum(cache_write) as cache_write,
         sum(output) as output, sum(reasoning) as reasoning, sum(estimated) as estimated, sum(priced) as priced,
         sum(cost) as cost, sum(saved_cost) as saved_cost,
         sum(case when k.outcome in ('OK', 'CANCELLED') then 0 else calls end) as failures
       from (${parts.join(' union all ')}) u join usage_keys k on k.id = u.key_id
       ${only}
       group by ${['u.bucket', ...groupBy.map((dimension) => `k.${dimension}`)].join(', ')}
       having sum(calls) > 0
     ) grouped ${behind} order by ${place.join(', ')} limit ${bound(query.first + 1)}`,
    values,
  );
  const page = rows.slice(0, query.first);
  const last = page.at(-1);
  return {
    totals: page.map((row) => totalOf(row, groupBy, query.interval)),
    endCursor: rows.length > page.length && last !== undefined ? cursorOf(last, query, groupBy) : null,
  };
}

function check({ from, to, first, interval }: UsageQuery): void {
  const wrong = (sentence: string): never => {
    throw new GatewayError('BAD_REQUEST', sentence);
  };
  if (!Number.isInteger(first) || first < 1 || first > firstMost) {
    wrong(`A usage report has between 1 and ${firstMost} rows a page; ${first} were asked for.`);
  }
  if (!Number.isFinite(from) || !Number.isFinite(to) || from > to) {
    wrong('A usage report goes from a time to a later one; the times given do not.');
  }
  if (interval === 'minute' && to - from > minutesRangeMs) {
    wrong('A usage report by the minute covers at most 7 days. A shorter range, or the interval HOUR, would be accepted.');
  }
}

/** Selects of (bucket, key_id, sums...). */
function partsOf(query: UsageQuery, bound: (value: SqlValue) => string): string[] {
  const from = Math.ceil(query.from);
  const to = Math.ceil(query.to);
  if (from >= to) return [];
  const parts: string[] = [];
  const rows = (start: number, end: number): void => {
    if (start >= end) return;
    parts.push(`select ${rowBucket(query.interval, start, bound)} as bucket, key_id, 1 as calls, fresh_input, cache_read, cache_write, output, reasoning,
      estimated, case when cost is null then 0 else 1 end as priced, coalesce(cost, 0) as cost, saved_cost
      from usage_rows where time >= ${bound(start)} and time < ${bound(end)}`);
  };
  const firstHour = Math.ceil(from / hourMs) * hourMs;
  const lastHour = startOf(to, hourMs);
  if (query.interval === 'minute' || firstHour > lastHour) {
    rows(from, to);
    return parts;
  }
  rows(from, firstHour);
  if (firstHour < lastHour) {
    parts.push(`select ${query.interval ?? '0'} as bucket, key_id, calls, fresh_input, cache_read, cache_write, output, reasoning,
      estimated, priced, cost, saved_cost from usage_hours where hour >= ${bound(firstHour)} and hour < ${bound(lastHour)}`);
  }
  rows(lastHour, to);
  return parts;
}

/** Rows are read for parts of one hour, which lies in one day and one month, or for minutes. */
function rowBucket(interval: UsageQuery['interval'], start: number, bound: (value: SqlValue) => string): string {
  if (interval === 'minute') return `time - time % ${minuteMs}`;
  if (interval === null) return '0';
  const bucket = { hour: startOf(start, hourMs), day: dayOf(start), month: monthOf(start) }[interval];
  return `cast(${bound(bucket)} as bigint)`;
}

function onlyOf(only: UsageQuery['only'], bound: (value: SqlValue) => string): string {
  if (only === null) return '';
  // '' is how rows without a team are stored: it is nobody's.
  return 'team' in only ? `where k.team = ${bound(only.team)} and k.team <> ''` : `where k.principal = ${bound(only.principal)}`;
}

function totalOf(row: Row, groupBy: readonly UsageDimension[], interval: UsageQuery['interval']): UsageTotal {
  const number = (column: string): number => Number(row[column]);
  return {
    key: Object.fromEntries(groupBy.map((dimension) => [dimension, row[dimension] === '' ? null : String(row[dimension])])),
    from: interval === null ? null : number('bucket'),
    calls: number('calls'),
    usage: {
      freshInputTokens: number('fresh_input'),
      cacheReadTokens: number('cache_read'),
      cacheWriteTokens: number('cache_write'),
      outputTokens: number('output'),
      reasoningTokens: number('reasoning'),
    },
    estimated: number('estimated') > 0,
    cost: number('priced') === 0 ? null : number('cost'),
    savedCost: number('saved_cost'),
    failures: number('failures'),
  };
}

function cursorOf(row: Row, query: UsageQuery, groupBy: readonly UsageDimension[]): string {
  const place = [queryDigest(query, groupBy), Number(row['bucket']), ...groupBy.map((dimension) => String(row[dimension]))];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function placeOf(cursor: string, query: UsageQuery, groupBy: readonly UsageDimension[]): SqlValue[] {
  const place = parsed(cursor);
  const fits = (value: unknown, index: number): boolean => (index === 0 ? Number.isSafeInteger(value) : typeof value === 'string');
  if (Array.isArray(place) && place[0] === queryDigest(query, groupBy) && place.length === groupBy.length + 2) {
    const values: unknown[] = place.slice(1);
    if (values.every(fits)) return values as SqlValue[];
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

/** The range may move on between two pages. */
function queryDigest({ interval, only }: UsageQuery, groupBy: readonly UsageDimension[]): string {
  return createHash('sha256')
    .update(JSON.stringify([interval, only, groupBy]))
    .digest('base64url')
    .slice(0, 12);
}

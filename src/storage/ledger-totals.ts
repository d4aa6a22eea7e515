/**
 * Totals of the ledger: whole hours from the roll-up, what is left at both ends from the rows. A long range is read piece
 * by piece, so that nobody waits for a report, and a report by time only as far as its page goes.
 */
import { setImmediate as letOthers } from 'node:timers/promises';
import { GatewayError } from '../core/errors.ts';
import { addUsage } from '../core/money.ts';
import type { Row, SqlValue, Statements } from './database.ts';
import type { UsageDimension, UsagePage, UsageQuery, UsageTotal } from './ledger.ts';
import { compare, cursorOf, type Place, placeOf } from './ledger-cursor.ts';
import { dayOf, hourMs, keyColumns, monthOf, startOf } from './usage-rows.ts';

const minuteMs = 60_000;
const firstMost = 1_000;
/** Minutes are counted from the rows. */
const minutesRangeMs = 7 * 24 * hourMs;
const pieceMs = 4 * 24 * hourMs;

const dimensions: readonly UsageDimension[] = keyColumns.filter((column) => column !== 'provider');

interface Group {
  readonly place: Place;
  readonly total: UsageTotal;
}

/** In the order of time, then of the dimensions. Throws BAD_REQUEST for a page, a range or a cursor that cannot be. */
export async function usageTotals(statements: Statements, query: UsageQuery): Promise<UsagePage> {
  check(query);
  const groupBy = dimensions.filter((dimension) => query.groupBy.includes(dimension));
  const after = query.after === null ? null : placeOf(query.after, query, groupBy);
  const groups = new Map<string, Group>();
  const behindCursor = ({ place }: Group): boolean => after === null || compare(place, after) > 0;
  const used = await timeOfUse(statements);
  const from = Math.max(Math.ceil(query.from), after?.[0] ?? 0, used.from);
  const to = Math.min(Math.ceil(query.to), used.to);
  const longest = query.interval === 'minute' ? hourMs : pieceMs;
  for (let start = from; start < to; start = startOf(start, longest) + longest) {
    const end = Math.min(to, startOf(start, longest) + longest);
    for (const row of await rowsOf(statements, { ...query, from: start, to: end }, groupBy)) add(groups, row, query, groupBy);
    const open = bucketOf(query.interval, end);
    const whole = [...groups.values()].filter((group) => group.place[0] < open && behindCursor(group));
    if (whole.length > query.first) break;
    await letOthers();
  }
  const found = [...groups.values()].filter(behindCursor).sort((a, b) => compare(a.place, b.place));
  const page = found.slice(0, query.first);
  const last = page.at(-1);
  return {
    totals: page.map(({ total }) => total),
    endCursor: found.length > page.length && last !== undefined ? cursorOf(last.place, query, groupBy) : null,
  };
}

/** From the first hour to the end of the last: who asks for all time would else be answered piece by empty piece. */
async function timeOfUse(statements: Statements): Promise<{ readonly from: number; readonly to: number }> {
  const [row] = await statements.all(
    'select (select min(hour) from usage_hours) as first_hour, (select max(hour) from usage_hours) as last_hour',
  );
  const { first_hour: first = null, last_hour: last = null } = row ?? {};
  return first === null || last === null ? { from: 0, to: 0 } : { from: Number(first), to: Number(last) + hourMs };
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

function rowsOf(statements: Statements, query: UsageQuery, groupBy: readonly UsageDimension[]): Promise<readonly Row[]> {
  const values: SqlValue[] = [];
  const bound = (value: SqlValue): string => `$${values.push(value)}`;
  const parts = partsOf(query, bound);
  const keys = groupBy.map((dimension) => `k.${dimension}`);
  return statements.all(
    `select ${['u.bucket', ...keys].join(', ')}, sum(calls) as calls, sum(fresh_input) as fresh_input, sum(cache_read) as cache_read,
       sum(cache_write) as cache_write, sum(output) as output, sum(reasoning) as reasoning, sum(estimated) as estimated,
       sum(priced) as priced, sum(cost) as cost, sum(saved_cost) as saved_cost,
       sum(case when k.outcome in ('OK', 'CANCELLED') then 0 else calls end) as failures
     from (${parts.join(' union all ')}) u join usage_keys k on k.id = u.key_id
     ${onlyOf(query.only, bound)}
     group by ${['u.bucket', ...keys].join(', ')} having sum(calls) > 0`,
    values,
  );
}

/** Selects of (bucket, key_id, sums...). */
function partsOf({ from, to, interval }: UsageQuery, bound: (value: SqlValue) => string): string[] {
  const parts: string[] = [];
  const rows = (start: number, end: number): void => {
    if (start >= end) return;
    const bucket = interval === 'minute' ? `time - time % ${minuteMs}` : `cast(${bound(bucketOf(interval, start))} as bigint)`;
    parts.push(`select ${bucket} as bucket, key_id, 1 as calls, fresh_input, cache_read, cache_write, output, reasoning,
      estimated, case when cost is null then 0 else 1 end as priced, coalesce(cost, 0) as cost, saved_cost
      from usage_rows where time >= ${bound(start)} and time < ${bound(end)}`);
  };
  const firstHour = Math.ceil(from / hourMs) * hourMs;
  const lastHour = startOf(to, hourMs);
  if (interval === 'minute' || firstHour > lastHour) {
    rows(from, to);
    return parts;
  }
  rows(from, firstHour);
  if (firstHour < lastHour) {
    parts.push(`select ${interval ?? '0'} as bucket, key_id, calls, fresh_input, cache_read, cache_write, output, reasoning,
      estimated, priced, cost, saved_cost from usage_hours where hour >= ${bound(firstHour)} and hour < ${bound(lastHour)}`);
  }
  rows(lastHour, to);
  return parts;
}

/** Start of the interval in which the time lies; 0 where all time is one. */
function bucketOf(interval: UsageQuery['interval'], time: number): number {
  if (interval === null) return 0;
  return { minute: startOf(time, minuteMs), hour: startOf(time, hourMs), day: dayOf(time), month: monthOf(time) }[interval];
}

function onlyOf(only: UsageQuery['only'], bound: (value: SqlValue) => string): string {
  if (only === null) return '';
  // '' is how rows without a team are stored: it is nobody's.
  return 'team' in only ? `where k.team = ${bound(only.team)} and k.team <> ''` : `where k.principal = ${bound(only.principal)}`;
}

function add(groups: Map<string, Group>, row: Row, { interval }: UsageQuery, groupBy: readonly UsageDimension[]): void {
  const number = (column: string): number => Number(row[column]);
  const place: Place = [number('bucket'), ...groupBy.map((dimension) => String(row[dimension]))];
  const id = JSON.stringify(place);
  const sofar = groups.get(id)?.total;
  const usage = {
    freshInputTokens: number('fresh_input'),
    cacheReadTokens: number('cache_read'),
    cacheWriteTokens: number('cache_write'),
    outputTokens: number('output'),
    reasoningTokens: number('reasoning'),
  };
  const total: UsageTotal = {
    key: Object.fromEntries(groupBy.map((dimension) => [dimension, row[dimension] === '' ? null : String(row[dimension])])),
    from: interval === null ? null : number('bucket'),
    calls: number('calls') + (sofar?.calls ?? 0),
    usage: sofar === undefined ? usage : addUsage(sofar.usage, usage),
    estimated: number('estimated') > 0 || sofar?.estimated === true,
    cost: number('priced') === 0 ? (sofar?.cost ?? null) : number('cost') + (sofar?.cost ?? 0),
    savedCost: number('saved_cost') + (sofar?.savedCost ?? 0),
    failures: number('failures') + (sofar?.failures ?? 0),
  };
  groups.set(id, { place, total });
}

/**
 * Splits a range of the ledger into pieces in the order of time: whole days of UTC, whole eighths of days and whole quarters of an hour from
 * their roll-ups, the minutes at both ends from the rows.
 *
 * A piece has a maximum number of rows, however many fall into one quarter, because SQLite blocks the event loop while it reads
 * a piece.
 */
import type { Row, SqlValue, Statements } from '../../database/database.ts';
import type { UsageQuery } from '../ledger.ts';
import { dayMs, eighthMs, quarterMs, startOf, sums } from '../roll-ups.ts';
import { timesSql } from '../time-classes.ts';
import { type Bucket, bucketsOf, wholeBefore } from './report-buckets.ts';
import { keyConditions, needsRows, type ReportColumn, rowConditions, sqlOf } from './report-columns.ts';

export interface Piece {
  /** Sums by interval and dimensions. */
  readonly rows: readonly Row[];
  /** Every row of the intervals that begin before this time has been read. */
  readonly wholeBefore: number;
}

type Range = Pick<UsageQuery, 'from' | 'to' | 'interval' | 'timeZone' | 'only' | 'groupBy' | 'tags' | 'where' | 'percentiles'>;

export async function* piecesOf(
  statements: Statements,
  range: Range,
  groups: readonly ReportColumn[],
  rowsPerPiece: number,
): AsyncGenerator<Piece> {
  for (const bucket of bucketsOf(range)) {
    for (const segment of segmentsOf(bucket, range)) {
      let begin = segment.begin;
      for (let end: Place | null = begin; end !== null; ) {
        end = await placeBehind(statements, segment, begin, rowsPerPiece);
        const rows = await sumsOf(statements, segment, { begin, end }, range, groups);
        yield { rows, wholeBefore: wholeBefore(bucket, end === null ? segment.to : Number(end[0])) };
        if (end !== null) begin = end;
      }
    }
  }
}

/** Values of the columns by which a table is sorted. */
type Place = readonly [time: number, ...rest: SqlValue[]];

interface Segment {
  readonly table: 'usage_rows' | RollUp['table'];
  /** Its order: the first is a time. */
  readonly order: readonly string[];
  /** Reads the place from a row that has the order's columns as text (`its_time` and so on). */
  readonly place: (row: Row) => Place;
  readonly to: number;
  /** A place before every row of the segment. */
  readonly begin: Place;
  readonly bucket: string;
  readonly sums: string;
}

interface RollUp {
  readonly table: 'usage_quarters' | 'usage_eighths' | 'usage_days';
  readonly lengthMs: number;
}

/** The longest first. */
const rollUps: readonly RollUp[] = [
  { table: 'usage_days', lengthMs: dayMs },
  { table: 'usage_eighths', lengthMs: eighthMs },
  { table: 'usage_quarters', lengthMs: quarterMs },
];

function segmentsOf(bucket: Bucket, range: Range): readonly Segment[] {
  const { from, to, start, eachMs } = bucket;
  const usable = needsRows(range) ? [] : rollUps.filter(({ lengthMs }) => start !== null || eachMs % lengthMs === 0);
  const covered = (begin: number, end: number, [longest, ...shorter]: readonly RollUp[]): readonly Segment[] => {
    if (begin >= end) return [];
    if (longest === undefined) return [rowsBetween(begin, end, bucket, needsRows(range))];
    const whole = wholeOnes(begin, end, longest.lengthMs);
    if (whole === null) return covered(begin, end, shorter);
    return [
      ...covered(begin, whole.from, shorter),
      rolledUpBetween(longest.table, whole.from, whole.to, bucket),
      ...covered(whole.to, end, shorter),
    ];
  };
  return covered(from, to, usable);
}

/** Null when the range contains no whole interval. */
function wholeOnes(from: number, to: number, lengthMs: number): { readonly from: number; readonly to: number } | null {
  const ones = { from: Math.ceil(from / lengthMs) * lengthMs, to: startOf(to, lengthMs) };
  return ones.from < ones.to ? ones : null;
}

const bucketSql = (column: string, { start, eachMs }: Bucket): string =>
  start === null ? `${column} - ${column} % ${eachMs}` : String(start);

const rowsBetween = (from: number, to: number, bucket: Bucket, details: boolean): Segment => ({
  table: 'usage_rows',
  order: ['time', 'call_id', 'use'],
  place: (row) => [Number(row['its_time']), String(row['its_call_id']), Number(row['its_use'])],
  to,
  begin: [from - 1, lastText, 0],
  bucket: bucketSql('time', bucket),
  sums: `1 as calls, fresh_input, cache_read, cache_write, output, reasoning, estimated,
    case when cost is null then 0 else 1 end as priced, coalesce(cost, 0) as cost, saved_cost,
    case when counts is null then 0 else 1 end as counted, case when counts = 2 then 1 else 0 end as operations,
    case when counts > 0 then 1 else 0 end as field_operations${details ? ', end_user, session, tags' : ''}`,
});

/** Sorts behind the id of every call, because ids are ASCII. */
const lastText = '\u{10ffff}';

/** `key_id` has 64 bits. */
const rolledUpBetween = (table: RollUp['table'], from: number, to: number, bucket: Bucket): Segment => ({
  table,
  order: ['start', 'key_id'],
  place: (row) => [Number(row['its_start']), BigInt(String(row['its_key_id']))],
  to,
  begin: [from - 1, 2n ** 63n - 1n],
  bucket: bucketSql('start', bucket),
  sums: sums.join(', '),
});

/** The place where a piece ends that begins behind `begin`. Null: the piece ends with the segment. */
async function placeBehind(
  statements: Statements,
  { table, order, place, to }: Segment,
  begin: Place,
  rows: number,
): Promise<Place | null> {
  const values: SqlValue[] = [];
  const bound = (value: SqlValue): string => `$${values.push(value)}`;
  const columns = order.map((column) => `cast(${column} as text) as its_${column}`).join(', ');
  const [row] = await statements.all(
    `select ${columns} from ${table} where (${order.join(', ')}) > (${begin.map(bound).join(', ')}) and ${order[0]} < ${bound(to)}
     order by ${order.join(', ')} limit 1 offset ${bound(rows - 1)}`,
    values,
  );
  return row === undefined ? null : place(row);
}

function sumsOf(
  statements: Statements,
  { table, order, to, bucket, sums: columns }: Segment,
  { begin, end }: { readonly begin: Place; readonly end: Place | null },
  range: Range,
  groups: readonly ReportColumn[],
): Promise<readonly Row[]> {
  const values: SqlValue[] = [];
  const bound = (value: SqlValue): string => `$${values.push(value)}`;
  const keys = groups.map((column) => sqlOf(column, bound));
  const until = end === null ? `${order[0]} < ${bound(to)}` : `(${order.join(', ')}) <= (${end.map(bound).join(', ')})`;
  const times = range.percentiles !== true ? '' : `, ${table === 'usage_rows' ? timesSql : 'times'} as times`;
  return statements.all(
    `select ${['u.bucket', ...keys, ...sums.map((sum) => `sum(u.${sum}) as ${sum}`)].join(', ')},
       sum(case when k.outcome in ('OK', 'CANCELLED') then 0 else u.calls end) as failures,
       sum(case when k.outcome in ('OK', 'CANCELLED') then 0 else u.cost end) as failed_cost
       ${times === '' ? '' : `, string_agg(u.times, ',') as times`}
     from (select ${bucket} as bucket, key_id, ${columns}${times} from ${table} r
       where (${order.join(', ')}) > (${begin.map(bound).join(', ')}) and ${until}${rowConditions(range, bound)}) u join usage_keys k on k.id = u.key_id
     where ${keyConditions(range, bound)}
     group by ${['u.bucket', ...groups.map((_, index) => String(index + 2))].join(', ')} having sum(u.calls) > 0`,
    values,
  );
}

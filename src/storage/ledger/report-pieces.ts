/**
 * Splits a range of the ledger into pieces in the order of time: whole hours from the hourly roll-up, the minutes at both
 * ends from the rows.
 *
 * A piece has a maximum number of rows, however many fall into one hour, because SQLite blocks the event loop while it reads
 * a piece.
 */
import type { Row, SqlValue, Statements } from '../database/database.ts';
import type { UsageQuery } from './ledger.ts';
import { needsRows, type ReportColumn, rowConditions, sqlOf } from './report-columns.ts';
import { bucketOf } from './report-page.ts';
import { hourMs, minuteMs, startOf } from './usage-rows.ts';

export interface Piece {
  /** Sums by interval and dimensions. */
  readonly rows: readonly Row[];
  /** Every row before this time has been read. */
  readonly readUntil: number;
}

type Range = Pick<UsageQuery, 'from' | 'to' | 'interval' | 'only' | 'groupBy' | 'tags' | 'where'>;

export async function* piecesOf(
  statements: Statements,
  range: Range,
  groups: readonly ReportColumn[],
  rowsPerPiece: number,
): AsyncGenerator<Piece> {
  for (const segment of segmentsOf(range)) {
    let begin = segment.begin;
    for (let end: Place | null = begin; end !== null; ) {
      end = await placeBehind(statements, segment, begin, rowsPerPiece);
      const rows = await sumsOf(statements, segment, { begin, end }, range, groups);
      yield { rows, readUntil: end === null ? segment.to : Number(end[0]) };
      if (end !== null) begin = end;
    }
  }
}

/** Values of the columns by which a table is in order. */
type Place = readonly [time: number, ...rest: SqlValue[]];

interface Segment {
  readonly table: 'usage_rows' | 'usage_hours';
  /** Its order: the first is a time. */
  readonly order: readonly string[];
  /** From a row that has the order's columns as text, `its_time` and so on. */
  readonly place: (row: Row) => Place;
  readonly to: number;
  /** Before all that is read. */
  readonly begin: Place;
  readonly bucket: string;
  readonly sums: string;
}

function segmentsOf(range: Range): Segment[] {
  const { from, to, interval } = range;
  const firstHour = Math.ceil(from / hourMs) * hourMs;
  const lastHour = startOf(to, hourMs);
  const segments = needsRows(range)
    ? [withDetails(rowsBetween(from, to, interval))]
    : interval === 'minute' || firstHour > lastHour
      ? [rowsBetween(from, to, interval)]
      : [rowsBetween(from, firstHour, interval), hoursBetween(firstHour, lastHour, interval), rowsBetween(lastHour, to, interval)];
  return segments.filter((segment) => segment.begin[0] + 1 < segment.to);
}

const rowsBetween = (from: number, to: number, interval: Range['interval']): Segment => ({
  table: 'usage_rows',
  order: ['time', 'call_id', 'use'],
  place: (row) => [Number(row['its_time']), String(row['its_call_id']), Number(row['its_use'])],
  to,
  begin: [from - 1, lastText, 0],
  bucket: interval === 'minute' ? `time - time % ${minuteMs}` : String(bucketOf(interval, from)),
  sums: `1 as calls, fresh_input, cache_read, cache_write, output, reasoning, estimated,
    case when cost is null then 0 else 1 end as priced, coalesce(cost, 0) as cost, saved_cost`,
});

const withDetails = (segment: Segment): Segment => ({ ...segment, sums: `${segment.sums}, end_user, session, tags` });

/** Behind the id of every call, which is ASCII. */
const lastText = '\u{10ffff}';

/** `key_id` has 64 bits. */
const hoursBetween = (from: number, to: number, interval: Range['interval']): Segment => ({
  table: 'usage_hours',
  order: ['hour', 'key_id'],
  place: (row) => [Number(row['its_hour']), BigInt(String(row['its_key_id']))],
  to,
  begin: [from - 1, 2n ** 63n - 1n],
  bucket: interval ?? '0',
  sums: 'calls, fresh_input, cache_read, cache_write, output, reasoning, estimated, priced, cost, saved_cost',
});

/** Where a piece ends that begins behind `begin`; null: at the end of the segment. */
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
  { table, order, to, bucket, sums }: Segment,
  { begin, end }: { readonly begin: Place; readonly end: Place | null },
  range: Range,
  groups: readonly ReportColumn[],
): Promise<readonly Row[]> {
  const values: SqlValue[] = [];
  const bound = (value: SqlValue): string => `$${values.push(value)}`;
  const keys = groups.map((column) => sqlOf(column, bound));
  const until = end === null ? `${order[0]} < ${bound(to)}` : `(${order.join(', ')}) <= (${end.map(bound).join(', ')})`;
  return statements.all(
    `select ${['u.bucket', ...keys].join(', ')}, sum(calls) as calls, sum(fresh_input) as fresh_input, sum(cache_read) as cache_read,
       sum(cache_write) as cache_write, sum(output) as output, sum(reasoning) as reasoning, sum(estimated) as estimated,
       sum(priced) as priced, sum(cost) as cost, sum(saved_cost) as saved_cost,
       sum(case when k.outcome in ('OK', 'CANCELLED') then 0 else calls end) as failures
     from (select ${bucket} as bucket, key_id, ${sums} from ${table}
       where (${order.join(', ')}) > (${begin.map(bound).join(', ')}) and ${until}${rowConditions(range, bound)}) u join usage_keys k on k.id = u.key_id
     ${range.only === null ? '' : `where ${onlyOf(range.only, bound)}`}
     group by ${['u.bucket', ...groups.map((_, index) => String(index + 2))].join(', ')} having sum(calls) > 0`,
    values,
  );
}

/** A condition on the keys of rows; empty: all. */
export function onlyOf(only: UsageQuery['only'], bound: (value: SqlValue) => string): string {
  if (only === null) return '';
  // '' is how rows without a team and an organisation are stored: it is nobody's.
  if ('team' in only) return `k.team = ${bound(only.team)} and k.team <> ''`;
  if ('organisation' in only) return `k.organisation = ${bound(only.organisation)} and k.organisation <> ''`;
  return `k.principal = ${bound(only.principal)}`;
}

/**
 * Finds calls in the ledger: pages of them, the newest first, or one by an id. Rows are looked through a piece at a time, so that other
 * requests are served in between; quarters of an hour in which no call fits are skipped by their roll-up.
 */
import type { UsageRow } from '../../core/call/usage-row.ts';
import { GatewayError } from '../../core/errors.ts';
import { othersFirst } from '../../core/turns/others-first.ts';
import type { Row, SqlValue, Statements } from '../database/database.ts';
import { keyNames } from '../keys/key-names.ts';
import type { CallPage, CallQuery, StoredCall, UsageQuery } from './ledger.ts';
import { keyConditions, maxRowsRangeMs, needsRows, rowConditions } from './report/report-columns.ts';
import { dayMs, quarterMs } from './roll-ups.ts';
import { selectRow, usageRowOf } from './usage-rows.ts';

const maxCalls = 100;
/** About 5 ms of work. */
const rowsPerPiece = 2_000;
/** Uses of all calls of a page: a page ends early where they have more. A call that has more by itself is a page. */
const maxUses = rowsPerPiece;

/** The next call is older than this place, or as old with a smaller id. */
interface Place {
  readonly time: number;
  readonly callId: string;
}

interface Found extends Place {
  /** How many of its uses fit. */
  readonly uses: number;
}

/** Throws BAD_REQUEST for a page, a range or a cursor that cannot be, and when the signal fires. */
export async function storedCalls(statements: Statements, query: CallQuery, signal?: AbortSignal): Promise<CallPage> {
  const { first, from, to, after } = query;
  if (!Number.isInteger(first) || first < 1 || first > maxCalls)
    throw wrong(`A list of calls has between 1 and ${maxCalls} a page; ${first} were asked for.`);
  if (!Number.isFinite(from) || !Number.isFinite(to) || from > to) throw wrong('A list of calls goes from a time to a later one.');
  // The roll-ups cannot tell where such rows are, so a filter that matches nothing would read the whole ledger.
  if (needsRows({ ...query, groupBy: [] }) && to - from > maxRowsRangeMs)
    throw wrong(
      'A list of calls by user, session or tag, and one of a user, covers at most 31 days. A shorter range, or a list without them, would be accepted.',
    );
  const found: Found[] = [];
  let uses = 0;
  const end: Place = { time: to, callId: '' };
  let behind: Place | null = after === null ? end : placeOf(after);
  // A list has only calls before `to`, whatever a cursor says.
  if (behind.time >= to) behind = end;
  /** The last one found is there to tell that there are more. */
  const isFull = (): boolean => found.length > first || (found.length > 1 && uses > maxUses);
  while (behind !== null && !isFull()) {
    const piece = await callsBehind(statements, behind, query);
    for (const place of piece.calls) {
      if (isFull()) break;
      found.push(place);
      uses += place.uses;
    }
    behind = piece.end;
    if (behind !== null && piece.calls.length === 0) behind = await nextQuarter(statements, behind, query, signal);
    await othersFirst(signal);
  }
  const page = isFull() ? found.slice(0, -1) : found;
  const last = page.at(-1);
  return {
    calls: await withRows(statements, page, query, signal),
    endCursor: isFull() && last !== undefined ? cursorOf(last) : null,
  };
}

/** By its own id, or by that of the failure that its caller saw. Null: there is none, or it is another's. */
export async function storedCall(
  statements: Statements,
  id: string,
  only: UsageQuery['only'],
  signal?: AbortSignal,
): Promise<StoredCall | null> {
  for (const column of ['call_id', 'error_id']) {
    const [row] = await statements.all(`select time, call_id from usage_rows where ${column} = $1 limit 1`, [id]);
    if (row === undefined) continue;
    const [call] = await withRows(statements, [placeIn(row)], { only }, signal);
    return call ?? null;
  }
  return null;
}

type Fits = Pick<CallQuery, 'where' | 'only'>;

/** Reads the calls of one piece of rows. `end`: where the next piece begins; null: there is none. */
async function callsBehind(
  statements: Statements,
  { time, callId }: Place,
  query: CallQuery,
): Promise<{ readonly calls: readonly Found[]; readonly end: Place | null }> {
  const piece = `select time, call_id from usage_rows where (time, call_id) < ($1, $2) and time >= $3
    order by time desc, call_id desc limit ${rowsPerPiece}`;
  const [last] = await statements.all(
    `select time, call_id, read from (select time, call_id, count(*) over () as read from (${piece}) p) q order by time, call_id limit 1`,
    [time, callId, query.from],
  );
  if (last === undefined) return { calls: [], end: null };
  const end = placeIn(last);
  // The last call is read to its last use, also where the piece ends in the middle of the call.
  const values: SqlValue[] = [time, callId, end.time, end.callId];
  const bound = (value: SqlValue): string => `$${values.push(value)}`;
  const rows = await statements.all(
    `select r.time, r.call_id, count(*) as uses from usage_rows r join usage_keys k on k.id = r.key_id
     where (r.time, r.call_id) < ($1, $2) and (r.time, r.call_id) >= ($3, $4) and ${keyConditions(query, bound)}${rowConditions(query, bound)}
     group by r.time, r.call_id order by r.time desc, r.call_id desc`,
    values,
  );
  return {
    calls: rows.map((row) => ({ ...placeIn(row), uses: Number(row['uses']) })),
    end: Number(last['read']) < rowsPerPiece ? null : end,
  };
}

/**
 * Where to read on: from the end of the last quarter that has a call of such a key; null: there is none. The days are looked through for it,
 * a piece at a time, then the quarters of the day that has one.
 */
async function nextQuarter(statements: Statements, behind: Place, query: CallQuery, signal?: AbortSignal): Promise<Place | null> {
  const day = await lastStart(statements, 'usage_days', { from: query.from - dayMs, to: behind.time }, query, signal);
  if (day === null) return null;
  const within = { from: Math.max(day - 1, query.from - quarterMs), to: Math.min(day + dayMs - 1, behind.time) };
  const quarter = await lastStart(statements, 'usage_quarters', within, query, signal);
  // The day has calls of such a key alone that are not of this time.
  if (quarter === null) return day <= query.from ? null : { time: day, callId: '' };
  const end = quarter + quarterMs;
  return end <= behind.time ? { time: end, callId: '' } : behind;
}

/** The last start of a roll-up, later than `from` and not later than `to`, that has a call of such a key. */
async function lastStart(
  statements: Statements,
  table: 'usage_days' | 'usage_quarters',
  { from, to }: { readonly from: number; readonly to: number },
  query: CallQuery,
  signal?: AbortSignal,
): Promise<number | null> {
  let behind: readonly SqlValue[] = [to, 2n ** 63n - 1n];
  for (;;) {
    const values: SqlValue[] = [...behind, from];
    const bound = (value: SqlValue): string => `$${values.push(value)}`;
    const [piece] = await statements.all(
      `select max(case when ${keyConditions(query, bound)} then p.start end) as found, count(*) as read,
         min(p.start) as its_start, (select cast(key_id as text) from (select key_id from ${table} where (start, key_id) < ($1, $2) and start > $3
           order by start desc, key_id desc limit 1 offset ${rowsPerPiece - 1}) l) as its_key
       from (select start, key_id from ${table} where (start, key_id) < ($1, $2) and start > $3
         order by start desc, key_id desc limit ${rowsPerPiece}) p join usage_keys k on k.id = p.key_id`,
      values,
    );
    const found = piece?.['found'] ?? null;
    if (found !== null) return Number(found);
    const key = piece?.['its_key'] ?? null;
    if (key === null) return null;
    behind = [Number(piece?.['its_start']), BigInt(String(key))];
    await othersFirst(signal);
  }
}

/** With those of its rows alone that fit. Calls that are together have no more than {@link maxUses}. */
async function withRows(
  statements: Statements,
  places: readonly Place[],
  fits: Fits,
  signal?: AbortSignal,
): Promise<readonly StoredCall[]> {
  if (places.length === 0) return [];
  const rows: UsageRow[] = [];
  for (;;) {
    const behind = rows.at(-1)?.use ?? -1;
    const values: SqlValue[] = [];
    const bound = (value: SqlValue): string => `$${values.push(value)}`;
    // Where a piece does not hold all rows, there is one call alone.
    const piece = await statements.all(
      `${selectRow} where r.call_id in (${places.map(({ callId }) => bound(callId)).join(', ')}) and r.use > ${bound(behind)}
         and ${keyConditions(fits, bound)}${rowConditions(fits, bound)}
       order by r.use limit ${maxUses}`,
      values,
    );
    for (const row of piece) rows.push(usageRowOf(row));
    if (places.length > 1 || piece.length < maxUses) break;
    await othersFirst(signal);
  }
  const byCall = Map.groupBy(rows, ({ callId }) => callId);
  const names = await keyNames(
    statements,
    [...byCall.values()].flatMap(([row]) => row?.principal ?? []),
  );
  return places.flatMap(({ callId }) => {
    const uses = byCall.get(callId) ?? [];
    const [row] = uses;
    return row === undefined ? [] : [{ uses: [row, ...uses.slice(1)], principalName: names.get(row.principal) ?? null }];
  });
}

const placeIn = (row: Row): Place => ({ time: Number(row['time']), callId: String(row['call_id']) });

const cursorOf = ({ time, callId }: Place): string => Buffer.from(JSON.stringify([time, callId])).toString('base64url');

function placeOf(cursor: string): Place {
  try {
    const [time, callId]: readonly unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Number.isSafeInteger(time) && typeof time === 'number' && typeof callId === 'string') return { time, callId };
  } catch {}
  throw wrong('The cursor "after" does not belong to a list of calls. The endCursor of its page before would be accepted.');
}

const wrong = (sentence: string): GatewayError => new GatewayError('BAD_REQUEST', sentence);

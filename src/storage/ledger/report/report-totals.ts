/**
 * Computes the totals of the ledger: whole days and quarters of an hour from the roll-ups, the rest at both ends from the rows. A report is read in
 * pieces, so that other requests are served in between. A report without an order and without the total of all pages is read only as far as its
 * page needs. The total is summed from the same rows, so the rows of all pages add up to it.
 */
import { GatewayError } from '../../../core/errors.ts';
import { othersFirst } from '../../../core/turns/others-first.ts';
import type { Row, Statements } from '../../database/database.ts';
import { keyNames } from '../../keys/key-names.ts';
import { isTimeZone } from '../../limits/calendar.ts';
import type { UsagePage, UsageQuery } from '../ledger.ts';
import { hourMs, quarterMs } from '../roll-ups.ts';
import { addTimes, type TimeCounts, textOfTimes } from '../time-classes.ts';
import { columnsOf, maxRowsRangeMs, needsRows } from './report-columns.ts';
import { cursorOf, placeOf } from './report-cursor.ts';
import { usagePage } from './report-page.ts';
import { piecesOf } from './report-pieces.ts';
import { addRow, emptySum, totalOf } from './report-sums.ts';

const firstMost = 1_000;
/** Maximum range of a report by minutes, which are counted from the rows. */
const minutesRangeMs = 7 * 24 * hourMs;
/** Maximum number of rows (of a roll-up or the ledger) in one piece, about 10 ms of work. */
const maxRowsPerPiece = 2_000;
/** Maximum length of the texts of times that are added up in one turn, about 10 ms of work. A row of a busy key has a thousand characters. */
const maxLettersPerTurn = 200_000;

/** In the order of time, then of the dimensions. Throws BAD_REQUEST for a page, a range or a cursor that cannot be, and when the signal fires. */
export async function usageTotals(
  statements: Statements,
  query: UsageQuery,
  { rowsPerPiece = maxRowsPerPiece, signal }: { readonly rowsPerPiece?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<UsagePage> {
  check(query);
  const groups = columnsOf(query);
  const after = query.after === null ? null : placeOf(query.after, query, groups);
  const page = usagePage(query, groups, after);
  const used = await timeOfUse(statements);
  const { total: wanted = false } = query;
  const all = emptySum();
  const readsAll = wanted || (query.orderBy ?? 'key') !== 'key';
  const from = Math.max(Math.ceil(query.from), readsAll ? 0 : (after?.[0] ?? 0), used.from);
  const to = Math.min(Math.ceil(query.to), used.to);
  for await (const { rows, wholeBefore } of piecesOf(statements, { ...query, from, to }, groups, rowsPerPiece)) {
    let letters = 0;
    for (const found of rows) {
      const { times = null } = found;
      letters += typeof times === 'string' ? times.length : 0;
      const isLong = letters > maxLettersPerTurn;
      const row = isLong ? await withShortTimes(found, signal) : found;
      if (isLong) letters = 0;
      page.add(row);
      if (wanted) addRow(all, row);
    }
    if (!readsAll && page.isFullBefore(wholeBefore)) break;
    await othersFirst(signal);
  }
  const { groups: found, more } = page.found();
  const last = found.at(-1);
  const names = await keyNames(
    statements,
    found.flatMap(({ total }) => total.key.principal ?? []),
  );
  return {
    totals: found.map(({ total }) => {
      const principalName = names.get(total.key.principal ?? '');
      return principalName === undefined ? total : { ...total, principalName };
    }),
    ...(wanted ? { total: totalOf(all, { key: {}, from: null }, { ...query, groupBy: [], tags: [] }) } : {}),
    endCursor: more && last !== undefined ? cursorOf(last.place, query, groups) : null,
  };
}

/** The same row with each class of times once. Others have their turn between the stretches of a long text. */
async function withShortTimes(row: Row, signal: AbortSignal | undefined): Promise<Row> {
  const text = String(row['times']);
  const times: TimeCounts = new Map();
  for (let at = 0; at < text.length; ) {
    const comma = text.indexOf(',', at + maxLettersPerTurn);
    const end = comma < 0 ? text.length : comma;
    addTimes(times, text.slice(at, end));
    at = end + 1;
    await othersFirst(signal);
  }
  return { ...row, times: textOfTimes(times) };
}

/** From the first used quarter of an hour to the end of the last one. Outside of it there is nothing to read. */
async function timeOfUse(statements: Statements): Promise<{ readonly from: number; readonly to: number }> {
  const [row] = await statements.all(
    'select (select min(start) from usage_quarters) as first_start, (select max(start) from usage_quarters) as last_start',
  );
  const { first_start: first = null, last_start: last = null } = row ?? {};
  return first === null || last === null ? { from: 0, to: 0 } : { from: Number(first), to: Number(last) + quarterMs };
}

function check(query: UsageQuery): void {
  const { from, to, first, interval, timeZone = 'UTC' } = query;
  const wrong = (sentence: string): never => {
    throw new GatewayError('BAD_REQUEST', sentence);
  };
  if (!Number.isInteger(first) || first < 1 || first > firstMost) {
    wrong(`A usage report has between 1 and ${firstMost} rows a page; ${first} were asked for.`);
  }
  if (!Number.isFinite(from) || !Number.isFinite(to) || from > to) {
    wrong('A usage report goes from a time to a later one; the times given do not.');
  }
  if (!isTimeZone(timeZone)) wrong(`There is no time zone "${timeZone}". An IANA name such as "Europe/Berlin" or "UTC" would be accepted.`);
  if (interval === 'minute' && to - from > minutesRangeMs) {
    wrong('A usage report by the minute covers at most 7 days. A shorter range, or the interval HOUR, would be accepted.');
  }
  if (needsRows(query) && to - from > maxRowsRangeMs) {
    wrong('A usage report by user, session or tag covers at most 31 days. A shorter range, or a report without them, would be accepted.');
  }
}

/**
 * Computes the totals of the ledger: whole hours from the roll-up, the rest at both ends from the rows. A report is read in
 * pieces, so that other requests are served in between; a report grouped by time is read only as far as its page needs.
 */
import { setImmediate as letOthers } from 'node:timers/promises';
import { GatewayError } from '../../core/errors.ts';
import type { Statements } from '../database/database.ts';
import { keyNames } from '../keys/key-names.ts';
import type { UsagePage, UsageQuery } from './ledger.ts';
import { columnsOf, needsRows } from './report-columns.ts';
import { cursorOf, placeOf } from './report-cursor.ts';
import { usagePage } from './report-page.ts';
import { piecesOf } from './report-pieces.ts';
import { hourMs } from './usage-rows.ts';

const firstMost = 1_000;
/** Minutes, users and tags are counted from the rows. */
const minutesRangeMs = 7 * 24 * hourMs;
const rowsRangeMs = 31 * 24 * hourMs;
/** Of the roll-up or the ledger: some 10 ms of work. */
const maxRowsPerPiece = 2_000;

/** In the order of time, then of the dimensions. Throws BAD_REQUEST for a page, a range or a cursor that cannot be. */
export async function usageTotals(
  statements: Statements,
  query: UsageQuery,
  { rowsPerPiece = maxRowsPerPiece }: { readonly rowsPerPiece?: number } = {},
): Promise<UsagePage> {
  check(query);
  const groups = columnsOf(query);
  const after = query.after === null ? null : placeOf(query.after, query, groups);
  const page = usagePage(query, groups, after);
  const used = await timeOfUse(statements);
  const from = Math.max(Math.ceil(query.from), after?.[0] ?? 0, used.from);
  const to = Math.min(Math.ceil(query.to), used.to);
  for await (const { rows, readUntil } of piecesOf(statements, { ...query, from, to }, groups, rowsPerPiece)) {
    for (const row of rows) page.add(row);
    if (page.isFullBefore(readUntil)) break;
    await letOthers();
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
    endCursor: more && last !== undefined ? cursorOf(last.place, query, groups) : null,
  };
}

/** From the first hour to the end of the last: there is nothing to be read beside it. */
async function timeOfUse(statements: Statements): Promise<{ readonly from: number; readonly to: number }> {
  const [row] = await statements.all(
    'select (select min(hour) from usage_hours) as first_hour, (select max(hour) from usage_hours) as last_hour',
  );
  const { first_hour: first = null, last_hour: last = null } = row ?? {};
  return first === null || last === null ? { from: 0, to: 0 } : { from: Number(first), to: Number(last) + hourMs };
}

function check(query: UsageQuery): void {
  const { from, to, first, interval } = query;
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
  if (needsRows(query) && to - from > rowsRangeMs) {
    wrong('A usage report by user, session or tag covers at most 31 days. A shorter range, or a report without them, would be accepted.');
  }
}

/**
 * Manages outbox files: how much of each is in the database, how the files of dead processes are adopted, and when a file
 * can be deleted.
 */
import { renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate as letOthers } from 'node:timers/promises';
import type { UsageRow } from '../../core/call/usage-row.ts';
import { noUsage } from '../../core/money.ts';
import type { Database } from '../database/database.ts';
import { outboxLines } from './outbox.ts';
import { storeUsageRows } from './usage-rows.ts';

/** Rows that one transaction stores: some 10 ms. A call that served many fields has as many in one line. */
const maxRowsAtOnce = 500;

/** The first of the lines, as many as one transaction stores: at least one. */
export function batchOf<T extends { readonly rows: readonly UsageRow[] }>(lines: readonly T[]): readonly T[] {
  let rows = 0;
  const next = lines.findIndex((line, index) => {
    rows += line.rows.length;
    return index > 0 && rows > maxRowsAtOnce;
  });
  return next === -1 ? lines.slice() : lines.slice(0, next);
}

export const setPosition = `insert into outboxes (file, position) values ($1, $2)
  on conflict (file) do update set position = excluded.position`;

/** Stores what the database has not of it, and deletes it. */
export async function adoptFile(database: Database, path: string, warn: (sentence: string) => void): Promise<void> {
  const file = basename(path);
  const [stored] = await database.all('select position from outboxes where file = $1', [file]);
  let rows: UsageRow[] = [];
  let end = 0;
  let torn = 0;
  let strange = 0;
  const store = (): Promise<void> =>
    database.tx(async (tx) => {
      await storeUsageRows(tx, rows);
      await tx.run(setPosition, [file, end]);
    });
  for await (const line of outboxLines(path, Number(stored?.['position'] ?? 0))) {
    end = line.end;
    const found = line.text === null ? null : rowsIn(line.text);
    if (line.text === null) torn += 1;
    else if (found === null) strange += 1;
    else rows.push(...found);
    if (rows.length >= maxRowsAtOnce) {
      await store();
      rows = [];
      await letOthers();
    }
  }
  if (rows.length > 0) await store();
  if (torn > 0) warn(`${torn} torn line(s) at the end of an outbox were left out: their calls are recovered from their draws.`);
  if (strange === 0) return discard(database, path);
  const kept = `${path}.unread`;
  renameSync(path, kept);
  await database.run('delete from outboxes where file = $1', [file]);
  warn(
    `${strange} line(s) of an outbox were left out: they are whole, and no rows that this version knows. The file is kept as "${kept}".`,
  );
}

/** Null: whole, and nothing that this version wrote: a newer one did. */
function rowsIn(text: string): readonly UsageRow[] | null {
  try {
    const rows: unknown = JSON.parse(text);
    return Array.isArray(rows) && rows.every(isRow) ? (rows as UsageRow[]) : null;
  } catch {
    return null;
  }
}

/** What the database would refuse, and with it the whole batch. */
const required: Partial<Record<keyof UsageRow, 'string' | 'number' | 'object'>> = {
  time: 'number',
  callId: 'string',
  use: 'number',
  coordinate: 'string',
  principal: 'string',
  route: 'string',
  usage: 'object',
  savedCost: 'number',
  cache: 'string',
  attempts: 'number',
  outcome: 'string',
  latencyMs: 'number',
  tags: 'object',
};

function isRow(row: unknown): boolean {
  if (typeof row !== 'object' || row === null) return false;
  const fields = row as Readonly<Record<string, unknown>>;
  return (
    Object.entries(required).every(([name, type]) => typeof fields[name] === type && fields[name] !== null) &&
    Object.keys(noUsage).every((name) => typeof (fields['usage'] as Readonly<Record<string, unknown>>)[name] === 'number')
  );
}

/** The file first: a position without a file is harmless. */
export async function discard(database: Database, path: string): Promise<void> {
  rmSync(path, { force: true });
  await database.run('delete from outboxes where file = $1', [basename(path)]);
}

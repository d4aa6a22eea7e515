/** Outbox files and the database: how much of each is stored, what to do with those of dead processes, and when one may go. */
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { UsageRow } from '../core/usage-row.ts';
import type { Database } from './database.ts';
import { outboxLines } from './outbox.ts';
import { storeUsageRows } from './usage-rows.ts';

/** Lines that one transaction stores. */
export const batchLines = 500;

export const setPosition = `insert into outboxes (file, position) values ($1, $2)
  on conflict (file) do update set position = excluded.position`;

/** Stores what the database has not of it, and deletes it. */
export async function adoptFile(database: Database, path: string, warn: (sentence: string) => void): Promise<void> {
  const file = basename(path);
  const [stored] = await database.all('select position from outboxes where file = $1', [file]);
  let rows: UsageRow[] = [];
  let end = 0;
  let lines = 0;
  let torn = 0;
  const store = (): Promise<void> =>
    database.tx(async (tx) => {
      await storeUsageRows(tx, rows);
      await tx.run(setPosition, [file, end]);
    });
  for await (const line of outboxLines(path, Number(stored?.['position'] ?? 0))) {
    end = line.end;
    if (line.text === null) torn += 1;
    else rows.push(...(JSON.parse(line.text) as UsageRow[]));
    lines += 1;
    if (lines % batchLines === 0) {
      await store();
      rows = [];
    }
  }
  if (rows.length > 0) await store();
  if (torn > 0) warn(`${torn} torn line(s) at the end of an outbox were left out: their calls are recovered from their draws.`);
  await discard(database, path);
}

/** The file first: a position without a file is harmless. */
export async function discard(database: Database, path: string): Promise<void> {
  rmSync(path, { force: true });
  await database.run('delete from outboxes where file = $1', [basename(path)]);
}

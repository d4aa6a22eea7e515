/**
 * Books what dead processes left in their journals, and hands over their open draws. The owner is condemned before, so that a process that was only
 * slow cannot go on under that owner's name.
 *
 * The work may be cut at any point, and several processes may do it at the same time: each line has a number, and the database keeps the number of
 * the last booked line.
 */
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as letOthers } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { storeUsageRows } from '../ledger/usage-rows.ts';
import type { Owner } from '../state/owner.ts';
import { bookLines, rowsIn } from './book-lines.ts';
import { linesIn } from './journal-file.ts';
import { type JournalLine, lineOf } from './journal-line.ts';
import { handOver, type LeftDraws, leftDraws } from './left-draws.ts';

/** Matches journal files of this version and of earlier ones. */
const isJournal = (file: string): boolean => file.endsWith('.journal') || file.endsWith('.outbox');
/** Maximum number of lines that one transaction books. */
const maxLinesAtOnce = 100;

export interface AdoptOptions {
  readonly database: Database;
  readonly owner: Pick<Owner, 'census'>;
  /** Folder of the files. Null: there are no files. */
  readonly folder: string | null;
  readonly warn: (sentence: string) => void;
}

export interface DeadOwner {
  readonly id: string;
  /** Deletes the owner's files. Call it when nothing in them is needed any more. */
  discard(): void;
}

export async function adoptJournals({ database, owner, folder, warn }: AdoptOptions): Promise<readonly DeadOwner[]> {
  // Files and holders are listed before the owners: an owner registers before it writes anything.
  const files = folder === null ? [] : readdirSync(folder).filter(isJournal).toSorted();
  const holders = (await database.all(holdersOfMoney)).map((row) => String(row['owner']));
  const { living, dead } = await owner.census();
  const ofOwner = Map.groupBy(files, (file) => file.split('.')[0] ?? '');
  const isOver = (id: string): boolean => !living.has(id);
  const over = new Set([...dead, ...[...holders, ...ofOwner.keys()].filter(isOver)]);
  const adopted: DeadOwner[] = [];
  for (const id of over) {
    const paths = (ofOwner.get(id) ?? []).map((file) => join(folder ?? '', file));
    const draws = leftDraws();
    for (const path of paths) await adoptFile(database, id, path, draws, warn);
    await database.tx((tx) => handOver(tx, id, draws.left()));
    adopted.push({
      id,
      discard() {
        for (const path of paths) rmSync(path, { force: true });
      },
    });
  }
  return adopted;
}

const holdersOfMoney = 'select owner from draws union select owner from holdings';

async function adoptFile(
  database: Database,
  owner: string,
  path: string,
  draws: LeftDraws,
  warn: (sentence: string) => void,
): Promise<void> {
  let lines: JournalLine[] = [];
  let torn = 0;
  let strange = 0;
  const book = async (): Promise<void> => {
    const batch = lines;
    lines = [];
    if (batch.length > 0) await database.tx((tx) => bookAdopted(tx, owner, batch));
  };
  for await (const { text } of linesIn(path, 0)) {
    const line = text === null ? null : lineOf(text);
    if (text === null) torn += 1;
    else if (line === null) strange += 1;
    else {
      lines.push(line);
      draws.read(line.entries);
    }
    if (lines.length < maxLinesAtOnce) continue;
    await book();
    await letOthers();
  }
  await book();
  if (torn > 0) warn(`${torn} torn line(s) at the end of a journal were left out: their calls are recovered from their draws.`);
  if (strange === 0) return;
  const kept = `${path}.unread`;
  renameSync(path, kept);
  warn(
    `${strange} line(s) of a journal were left out: they are whole, and nothing that this version knows. The file is kept as "${kept}".`,
  );
}

/** Rows of an owner that is no longer registered are stored too, and only once. */
async function bookAdopted(tx: Parameters<typeof bookLines>[0], owner: string, lines: readonly JournalLine[]): Promise<void> {
  if ((await bookLines(tx, owner, lines, true)) === 'booked') return;
  await storeUsageRows(
    tx,
    lines.flatMap(({ entries }) => rowsIn(entries)),
  );
}

/** Books lines of a journal in the database: once each, however often they are handed in. */
import type { Database, Statements } from '../database/database.ts';
import { storeUsageRows } from '../ledger/usage-rows.ts';
import { type JournalLine, lineOf } from './journal-line.ts';

/** `fenced`: the owner was taken for dead, or is over, so its lines are no longer its own to book. */
export type Booked = 'booked' | 'fenced';

/** Of an owner that lives, or, when it was condemned, of one that somebody else ends. */
export async function bookLines(tx: Statements, owner: string, lines: readonly JournalLine[], condemned: boolean = false): Promise<Booked> {
  const [row] = await tx.all('select booked, condemned from owners where id = $1', [owner]);
  if (row === undefined || (Number(row['condemned']) === 1) !== condemned) return 'fenced';
  const booked = Number(row['booked']);
  const fresh = lines.filter(({ number }) => number === null || number > booked);
  await storeUsageRows(
    tx,
    fresh.flatMap(({ entries }) => entries.flatMap(({ rows }) => rows)),
  );
  const last = fresh.at(-1)?.number ?? null;
  if (last !== null) await tx.run('update owners set booked = $2 where id = $1', [owner, last]);
  return 'booked';
}

/** Books texts of lines that this process wrote. */
export const bookOn =
  (database: Database) =>
  (owner: string, texts: readonly string[]): Promise<Booked> =>
    database.tx((tx) =>
      bookLines(
        tx,
        owner,
        texts.flatMap((text) => lineOf(text) ?? []),
      ),
    );

/** Books lines of a journal in the database. A line that is handed in twice is booked once. */
import type { UsageRow } from '../../core/call/usage-row.ts';
import type { Database, Statements } from '../database/database.ts';
import { storeUsageRows } from '../ledger/usage-rows.ts';
import { bookSum, sumsOf } from '../limits/accounts.ts';
import { foundAgain } from '../limits/lost/lost-draws.ts';
import { type JournalEntry, type JournalLine, type JournalSettlement, lineOf, ownerOf } from './journal-line.ts';

/** `fenced`: the owner was taken for dead, or has ended, and may no longer book lines. */
export type Booked = 'booked' | 'fenced';

/** `as`: the owner is alive, or the caller is ending a condemned owner. Runs one statement per account and table, and one per row. */
export async function bookLines(tx: Statements, owner: string, lines: readonly JournalLine[], condemned: boolean = false): Promise<Booked> {
  const [row] = await tx.all('select booked, condemned from owners where id = $1', [owner]);
  if (row === undefined || Number(row['condemned']) > 0 !== condemned) return 'fenced';
  const booked = Number(row['booked']);
  const fresh = lines.filter(({ number }) => number === null || number > booked);
  const entries = fresh.flatMap((line) => line.entries);
  await storeUsageRows(tx, rowsIn(entries));
  const settlements = entries.flatMap((entry) => (entry.kind === 'settled' ? [entry.settlement] : []));
  const { own = [], others = [] } = Object.groupBy(settlements, ({ drawId }) => (ownerOf(drawId) === owner ? 'own' : 'others'));
  for (const sum of sumsOf(own)) await bookSum(tx, owner, sum);
  for (const settlement of others) await bookFound(tx, settlement);
  const last = fresh.at(-1)?.number ?? null;
  if (last !== null) await tx.run('update owners set booked = $2 where id = $1', [owner, last]);
  return 'booked';
}

/** For a draw whose process was taken for dead between the draw and the settlement, and goes on under another name. */
async function bookFound(tx: Statements, { drawId, cost }: JournalSettlement): Promise<void> {
  const [ending] = await tx.all('select 1 from owners where id = $1', [ownerOf(drawId)]);
  if (ending !== undefined) throw new Error('What the process left under its former name is not ended yet.');
  await foundAgain(tx, drawId, cost);
}

export const rowsIn = (entries: readonly JournalEntry[]): readonly UsageRow[] =>
  entries.flatMap((entry) => (entry.kind === 'rows' ? entry.rows : []));

/** Books lines, as texts, that this process wrote. */
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

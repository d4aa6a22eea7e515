/** Finds the open draws in the files of a dead owner: draws that were not settled, or whose calls have no rows. */
import type { Statements } from '../database/database.ts';
import { insertDraw } from '../limits/lost/dead-draws.ts';
import type { JournalDraw, JournalEntry } from './journal-line.ts';

export interface LeftDraws {
  /** Must be called with the entries in the order in which they were written. */
  read(entries: readonly JournalEntry[]): void;
  left(): readonly JournalDraw[];
}

export function leftDraws(): LeftDraws {
  const draws = new Map<string, JournalDraw>();
  const withRows = new Set<string>();
  const settle = (id: string, cost: number): void => {
    const draw = draws.get(id);
    if (draw !== undefined) draws.set(id, { ...draw, cost: (draw.cost ?? 0) + cost });
  };
  const readOne = (entry: JournalEntry): void => {
    if (entry.kind === 'rows') for (const { callId } of entry.rows) withRows.add(callId);
    else if (entry.kind === 'settled') settle(entry.settlement.drawId, entry.settlement.cost);
    else if (entry.kind === 'withdrawn') draws.delete(entry.drawId);
    else {
      draws.set(entry.draw.id, entry.draw);
      if (entry.draw.instead !== null) settle(entry.draw.instead, 0);
    }
  };
  return {
    read: (entries) => entries.forEach(readOne),
    left: () => [...draws.values()].filter(({ cost, callId }) => cost === null || !withRows.has(callId)),
  };
}

/** Hands the draws over once, even if several processes read the files: the owner is condemned, and then marked as handed over. */
export async function handOver(tx: Statements, owner: string, draws: readonly JournalDraw[]): Promise<void> {
  const isFirst = (await tx.run('update owners set condemned = 2 where id = $1 and condemned = 1', [owner])) > 0;
  if (isFirst) for (const [index, draw] of draws.entries()) await insertDraw(tx, { ...draw, owner }, index);
}

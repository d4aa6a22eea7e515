/** The embedded ledger: appends rows to the journal at once, and moves them to the database in the background. */
import type { Database } from '../database/database.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from './ledger.ts';
import { deleteOldUsage } from './old-usage.ts';
import { usageTotals } from './report/report-totals.ts';
import { dayMs, startOf } from './roll-ups.ts';
import { storedCall, storedCalls } from './stored-calls.ts';
import { typicalUses } from './typical-use.ts';
import { isStoredCall } from './usage-rows.ts';

export interface LedgerStore extends Ledger {
  /** Deletes rows and roll-ups of the UTC days that ended by then. Returns the number of rows. */
  deleteBefore(time: number): Promise<number>;
}

export interface LedgerOptions {
  readonly database: Database;
  readonly journal: Journal;
}

export function openLedger({ database, journal }: LedgerOptions): LedgerStore {
  return {
    append: (rows) => (rows.length === 0 ? undefined : journal.add(rows)),
    waiting: journal.waiting,
    writable: journal.isWritable,
    totals: (query, signal) => usageTotals(database, query, { signal }),
    typicalUses: (only) => typicalUses(database, only),
    calls: (query, signal) => storedCalls(database, query, signal),
    call: (id, only, signal) => storedCall(database, id, only, signal),
    hasCall: (callId, owner) => isStoredCall(database, callId, owner),
    flush: journal.flush,
    deleteBefore: (time) => deleteOldUsage(database, startOf(time, dayMs)),
    close: async () => void (await journal.close()),
  };
}

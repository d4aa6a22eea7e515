/** One state folder as several processes see it, each with an identity of its own, and a clock that tests move. */
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Database } from '../../src/storage/database/database.ts';
import { migrations } from '../../src/storage/database/migrate.ts';
import { openSqlite } from '../../src/storage/database/sqlite.ts';
import { adoptJournals } from '../../src/storage/journal/adopt-journals.ts';
import { bookOn } from '../../src/storage/journal/book-lines.ts';
import { openJournal } from '../../src/storage/journal/journal.ts';
import { type LedgerStore, openLedger } from '../../src/storage/ledger/journal-ledger.ts';
import { openLimits } from '../../src/storage/limits/leased-limits.ts';
import type { Limits } from '../../src/storage/limits/limits.ts';
import { type Owner, openOwner } from '../../src/storage/state/owner.ts';

export interface Clock {
  time: number;
}

export interface Process {
  readonly database: Database;
  readonly owner: Owner;
  readonly ledger: LedgerStore;
  readonly limits: Limits;
}

/** Deleted when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A process id that no process has: beyond the largest that systems give. */
export const deadPid = 2 ** 31 - 1;

export interface ProcessOptions {
  /** The time that went by. */
  readonly clock: Clock;
  /** By how much the clock of the machine was set. */
  readonly wall?: { readonly setMs: number };
  readonly pid?: number;
  /** Of a container, for example. Default: this one. */
  readonly host?: string;
}

export async function processOn(
  folder: string,
  { clock, wall = { setMs: 0 }, pid = process.pid, host = hostname() }: ProcessOptions,
): Promise<Process> {
  const monotonicMs = (): number => clock.time;
  const now = (): number => clock.time + wall.setMs;
  const database = openSqlite(join(folder, 'fieldgate.db'), migrations);
  const owner = await openOwner(database, { now, monotonicMs, pid, host });
  const journals = join(folder, 'outbox');
  const journal = openJournal({ owner, folder: journals, book: bookOn(database) });
  const ledger = openLedger({ database, journal });
  const adopt = () => adoptJournals({ database, owner, folder: journals, warn: () => {} });
  const limits = openLimits({ database, journal, adopt, owner, now, monotonicMs });
  onTestFinished(async () => {
    await limits.close();
    await ledger.close();
    await database.close();
  });
  return { database, owner, ledger, limits };
}

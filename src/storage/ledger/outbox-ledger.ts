/**
 * The embedded ledger: appends rows to an outbox file at once and moves them to the database in the background, in batches.
 *
 * The transaction that stores the rows also stores the file's drain position. Each process has its own file; files of dead
 * processes are adopted. When the file cannot be written, rows stay in memory and in the queue for the database, so that
 * either of the two stores them.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate as letOthers } from 'node:timers/promises';
import type { UsageRow } from '../../core/call/usage-row.ts';
import type { Database } from '../database/database.ts';
import type { Owner } from '../state/owner.ts';
import type { Ledger } from './ledger.ts';
import { deleteOldUsage } from './old-usage.ts';
import { type Outbox, openOutbox } from './outbox.ts';
import { adoptFile, batchOf, discard, setPosition } from './outbox-files.ts';
import { usageTotals } from './report-totals.ts';
import { hourMs, startOf, storeUsageRows } from './usage-rows.ts';

const drainEveryMs = 50;
const syncEveryMs = 20;
/** A file of this size is left for a new one, and deleted when the database has all of it. */
const segmentBytes = 8 * 1024 * 1024;
/** Lines (about 1 KB each) that may wait for the database before new paid calls are refused. */
const waitingMost = 50_000;

export interface LedgerStore extends Ledger {
  /** Drains and deletes the files that dead processes left. */
  adopt(): Promise<void>;
  /** Deletes rows and roll-ups of the hours that ended by then. Returns how many rows. */
  deleteBefore(time: number): Promise<number>;
}

export interface LedgerOptions {
  readonly database: Database;
  readonly owner: Owner;
  /** Folder of the outbox files; null: rows wait in memory alone. */
  readonly folder: string | null;
  /** Told, in a sentence, when something was put right that an operator should know of. */
  readonly warn?: (sentence: string, cause?: unknown) => void;
}

interface Waiting {
  readonly rows: readonly UsageRow[];
  readonly text: string;
  segment: Outbox | null;
  /** Position behind the line in its segment. */
  end: number;
}

export function openLedger({ database, owner, folder, warn = () => {} }: LedgerOptions): LedgerStore {
  if (folder !== null) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const waiting: Waiting[] = [];
  const finished: Outbox[] = [];
  let unwritten: Waiting[] = [];
  let segment: Outbox | null = null;
  let segmentOwner = '';
  let draining: Promise<void> | null = null;
  let soon: NodeJS.Timeout | null = null;
  let closed = false;

  const current = (inFolder: string): Outbox => {
    if (segment !== null && segmentOwner === owner.id() && segment.size() < segmentBytes) return segment;
    if (segment !== null) finished.push(segment);
    segmentOwner = owner.id();
    segment = openOutbox(join(inFolder, `${segmentOwner}.${Date.now().toString(36)}-${crypto.randomUUID().slice(0, 8)}.outbox`));
    return segment;
  };
  const write = (line: Waiting): boolean => {
    if (folder === null) return true;
    try {
      const into = current(folder);
      line.end = into.append(line.text);
      line.segment = into;
      return true;
    } catch (cause) {
      if (unwritten.length === 0) warn('The ledger cannot write its outbox: no new paid calls are made until it can.', cause);
      return false;
    }
  };
  const writeAgain = (): void => {
    while (unwritten[0] !== undefined && write(unwritten[0])) unwritten.shift();
  };
  const drainSoon = (): void => {
    if (soon !== null || closed) return;
    soon = setTimeout(() => {
      soon = null;
      drain().catch((cause: unknown) => {
        warn('The ledger cannot store its rows at the moment: they wait.', cause);
        drainSoon();
      });
    }, drainEveryMs);
    soon.unref();
  };

  const store = async (lines: readonly Waiting[]): Promise<void> => {
    const positions = new Map(lines.map((line) => [line.segment, line.end]));
    await database.tx(async (tx) => {
      await storeUsageRows(
        tx,
        lines.flatMap((line) => line.rows),
      );
      for (const [file, end] of positions) if (file !== null) await tx.run(setPosition, [basename(file.path), end]);
    });
  };
  const drainAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const lines = batchOf(waiting);
      await store(lines);
      waiting.splice(0, lines.length);
      const stored = new Set(lines);
      unwritten = unwritten.filter((line) => !stored.has(line));
      await deleteFinished();
      if (waiting.length > 0) await letOthers();
    }
  };
  const deleteFinished = async (): Promise<void> => {
    const needed = new Set(waiting.map((line) => line.segment));
    for (const file of finished.filter((candidate) => !needed.has(candidate))) {
      finished.splice(finished.indexOf(file), 1);
      file.close();
      await discard(database, file.path);
    }
  };
  const drain = (): Promise<void> => {
    draining ??= drainAll().finally(() => {
      draining = null;
    });
    return draining;
  };

  const syncing = setInterval(() => {
    writeAgain();
    segment?.sync((cause) => warn('The disk did not confirm what the ledger wrote.', cause));
  }, syncEveryMs);
  syncing.unref();

  return {
    append(rows) {
      if (rows.length === 0) return;
      const line: Waiting = { rows, text: JSON.stringify(rows), segment: null, end: 0 };
      waiting.push(line);
      if (unwritten.length > 0 || !write(line)) unwritten.push(line);
      drainSoon();
    },
    waiting: () => waiting.length,
    writable: () => !closed && unwritten.length === 0 && waiting.length < waitingMost,
    totals: (query) => usageTotals(database, query),
    async flush() {
      while (waiting.length > 0) await drain();
    },
    async adopt() {
      if (folder === null) return;
      const files = readdirSync(folder).filter((file) => file.endsWith('.outbox'));
      const living = await owner.living();
      for (const file of files) if (!living.has(file.split('.')[0] ?? '')) await adoptFile(database, join(folder, file), warn);
    },
    deleteBefore: (time) => deleteOldUsage(database, startOf(time, hourMs)),
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(syncing);
      if (soon !== null) clearTimeout(soon);
      try {
        await drain();
      } catch (cause) {
        warn('The ledger could not store its last rows: the next start reads them from the outbox.', cause);
      }
      if (segment !== null) finished.push(segment);
      if (waiting.length === 0) await deleteFinished();
      for (const file of finished) file.close();
    },
  };
}

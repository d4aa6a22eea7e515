/**
 * The journal of a process: what calls did, written to a file before the calls go on, and moved to the database in the background.
 *
 * All entries of one turn of the event loop are one line, one write and one checksum. The transaction that books lines stores the number of
 * the last one, so that none is booked twice. Each owner has files of its own; those of a dead owner are adopted
 * (`adopt-journals.ts`). When the file cannot be written, lines stay in memory and in the queue for the database, so that either of the two
 * stores them.
 *
 * A line counts as written only while the owner's lease is in force. Others may have taken a process that was stopped for dead, and have
 * read its files to their end: it then goes on under a new name, and hands in again what was not booked.
 */
import { setImmediate as letOthers } from 'node:timers/promises';
import type { Owner } from '../state/owner.ts';
import type { Booked } from './book-lines.ts';
import type { JournalFile } from './journal-file.ts';
import { type EntryText, lineText } from './journal-line.ts';
import { openSegments } from './segments.ts';

const bookEveryMs = 50;
const syncEveryMs = 20;
/** Lines that may wait for the database before new paid calls are refused. */
const maxWaiting = 50_000;
/** Rows of one line, and of one transaction: some 10 ms. A call that served many fields has as many in one entry. */
const maxRowsAtOnce = 500;

export interface Journal {
  /** Resolves when the entry is written, or waits in memory for a disk that refuses: then `isWritable` is false. Never rejects. */
  add(entry: EntryText): Promise<void>;
  /** Calls that are written, and not in the database yet. */
  waiting(): number;
  /** False: no new paid call may begin, because it could be lost. */
  isWritable(): boolean;
  /** Resolves when the database has everything. */
  flush(): Promise<void>;
  /** Whether everything is in the database. What is not stays in the files for the next process. */
  close(): Promise<boolean>;
}

export interface JournalOptions {
  readonly owner: Owner;
  /** Folder of the files; null: lines wait in memory alone. */
  readonly folder: string | null;
  /** Books lines of the owner in one transaction. */
  readonly book: (owner: string, texts: readonly string[]) => Promise<Booked>;
  /** Told, in a sentence, when something was put right that an operator should know of. */
  readonly warn?: (sentence: string, cause?: unknown) => void;
}

interface Turn {
  readonly entries: EntryText[];
  readonly written: PromiseWithResolvers<void>;
}

interface WaitingLine {
  readonly owner: string;
  readonly entries: readonly EntryText[];
  readonly rows: number;
  readonly text: string;
  file: JournalFile | null;
}

export function openJournal({ owner, folder, book, warn = () => {} }: JournalOptions): Journal {
  const segments = folder === null ? null : openSegments(folder);
  let unbooked: WaitingLine[] = [];
  let unwritten: WaitingLine[] = [];
  let turn: Turn | null = null;
  let lastNumber = 0;
  let numbering = '';
  let calls = 0;
  let booking: Promise<void> | null = null;
  let soon: NodeJS.Timeout | null = null;
  let closed = false;

  const newLine = (entries: readonly EntryText[]): WaitingLine => {
    const id = owner.id();
    if (numbering !== id) lastNumber = 0;
    numbering = id;
    lastNumber += 1;
    return { owner: id, entries, rows: rowsOf(entries), text: lineText(lastNumber, entries), file: null };
  };
  const write = (line: WaitingLine): boolean => {
    if (segments === null) return true;
    try {
      const file = segments.current(line.owner);
      file.append(line.text);
      line.file = file;
      return true;
    } catch (cause) {
      if (unwritten.length === 0) warn('The ledger cannot write its journal: no new paid calls are made until it can.', cause);
      return false;
    }
  };
  const writeAgain = (): void => {
    while (unwritten[0] !== undefined && write(unwritten[0])) unwritten.shift();
  };
  const writeTurn = (): void => {
    if (turn === null) return;
    const { entries, written } = turn;
    turn = null;
    const name = owner.id();
    for (let left: readonly EntryText[] = entries; left.length > 0; ) {
      const line = newLine(firstOf(left, ({ rows }) => rows));
      left = left.slice(line.entries.length);
      unbooked.push(line);
      calls += callsOf(line);
      if (unwritten.length > 0 || !write(line)) unwritten.push(line);
    }
    bookSoon();
    if (owner.isLeased()) written.resolve();
    else void renewed(name).then(written.resolve);
  };
  /** What was written when the lease was nearly over counts when it is in force again; under another name it is handed in again. */
  const renewed = async (name: string): Promise<void> => {
    await owner.renew().catch(() => {});
    if (owner.id() !== name) handInAgain(name);
  };
  const thisTurn = (): Turn => {
    if (turn !== null) return turn;
    turn = { entries: [], written: Promise.withResolvers<void>() };
    setImmediate(writeTurn);
    return turn;
  };
  const add = (entry: EntryText): Promise<void> => {
    const { entries, written } = thisTurn();
    entries.push(entry);
    return written.promise;
  };

  const bookSoon = (): void => {
    if (soon !== null || closed) return;
    soon = setTimeout(() => {
      soon = null;
      bookAll().catch((cause: unknown) => {
        warn('The ledger cannot store its rows at the moment: they wait.', cause);
        bookSoon();
      });
    }, bookEveryMs);
    soon.unref();
  };
  const drop = (lines: readonly WaitingLine[]): void => {
    const gone = new Set(lines);
    const stays = (line: WaitingLine): boolean => !gone.has(line);
    unbooked = unbooked.filter(stays);
    unwritten = unwritten.filter(stays);
    calls = unbooked.reduce((sum, line) => sum + callsOf(line), 0);
    segments?.deleteBut(new Set(unbooked.flatMap(({ file }) => file ?? [])));
  };
  /** Lines of a name that others took for dead: their entries are handed in under the new one. */
  const handInAgain = (name: string): void => {
    const old = unbooked.filter((line) => line.owner === name);
    drop(old);
    for (const entry of old.flatMap(({ entries }) => entries)) void add(entry);
    writeTurn();
  };
  const bookNext = async (): Promise<void> => {
    const [first] = unbooked;
    if (first === undefined) return;
    if (first.owner !== owner.id()) return handInAgain(first.owner);
    const lines = firstOf(
      unbooked.filter((line) => line.owner === first.owner),
      ({ rows }) => rows,
    );
    const booked = await book(
      first.owner,
      lines.map(({ text }) => text),
    );
    if (booked === 'booked') return drop(lines);
    await owner.renew();
    if (owner.id() === first.owner) throw new Error('The journal was refused, and its owner is in force.');
  };
  const bookUntilDone = async (): Promise<void> => {
    writeTurn();
    while (unbooked.length > 0) {
      await bookNext();
      if (unbooked.length > 0) await letOthers();
    }
  };
  const bookAll = (): Promise<void> => {
    booking ??= bookUntilDone().finally(() => {
      booking = null;
    });
    return booking;
  };

  const syncing = setInterval(() => {
    writeAgain();
    segments?.sync((cause) => warn('The disk did not confirm what the ledger wrote.', cause));
  }, syncEveryMs);
  syncing.unref();

  return {
    add,
    waiting: () => calls,
    isWritable: () => !closed && unwritten.length === 0 && unbooked.length < maxWaiting,
    async flush() {
      while (turn !== null || unbooked.length > 0) await bookAll();
    },
    async close() {
      if (closed) return unbooked.length === 0;
      closed = true;
      clearInterval(syncing);
      if (soon !== null) clearTimeout(soon);
      try {
        await bookAll();
      } catch (cause) {
        warn('The ledger could not store its last rows: the next start reads them from the journal.', cause);
      }
      segments?.end();
      segments?.deleteBut(new Set(unbooked.flatMap(({ file }) => file ?? [])));
      segments?.close();
      return unbooked.length === 0;
    },
  };
}

const rowsOf = (entries: readonly EntryText[]): number => entries.reduce((sum, { rows }) => sum + rows, 0);
const callsOf = ({ entries }: WaitingLine): number => entries.filter(({ rows }) => rows > 0).length;

/** The first of them, as many as are booked at once: at least one. */
function firstOf<T>(all: readonly T[], rowsIn: (one: T) => number): readonly T[] {
  let rows = 0;
  const next = all.findIndex((one, index) => {
    rows += rowsIn(one);
    return index > 0 && rows > maxRowsAtOnce;
  });
  return next === -1 ? all : all.slice(0, next);
}

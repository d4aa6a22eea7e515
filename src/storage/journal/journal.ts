/**
 * The journal of a process: what calls did, written to a file before the calls go on, and moved to the database in the background.
 *
 * All entries of one turn of the event loop are one line, one write and one checksum. The transaction that books lines stores the number of
 * the last one, so that none is booked twice. Each owner has files of its own; those of a dead owner are adopted
 * (`adopt-journals.ts`). When the file cannot be written, lines stay in memory and in the queue for the database, so that either of the two
 * stores them; a draw is refused then.
 *
 * A line counts as written only while the owner's lease is in force. Others may have taken a process that was stopped for dead, and have
 * read its files to their end: it then goes on under a new name, and hands in again what was not booked.
 */
import { setImmediate as letOthers } from 'node:timers/promises';
import type { UsageRow } from '../../core/call/usage-row.ts';
import { journalIsUnwritten, leaseHasEnded } from '../database/unavailable.ts';
import type { Owner } from '../state/owner.ts';
import type { Booked } from './book-lines.ts';
import {
  type EntryText,
  entriesIn,
  type JournalDraw,
  type JournalSettlement,
  lineText,
  openedEntry,
  ownerOf,
  rowsEntry,
  settledEntry,
  withdrawnEntry,
} from './journal-line.ts';
import { openDraws } from './open-draws.ts';
import { openSegments } from './segments.ts';
import { firstRows, type WaitingLine, waitingLines } from './waiting-lines.ts';

const bookEveryMs = 250;
const syncEveryMs = 20;
/** Maximum number of calls that wait for the database. Beyond it, new paid calls are refused. */
const maxWaiting = 50_000;

export interface Journal {
  /** Resolves when the rows are written. If the disk refuses them, they wait in memory, and `isWritable` is false. Never rejects. */
  add(rows: readonly UsageRow[]): Promise<void>;
  /** Resolves when the draw is written. Rejects when it cannot be written, or when this process was taken for dead; the draw is not made then. */
  open(draw: JournalDraw): Promise<void>;
  /** Written at the end of this turn. A crash before that books an estimate instead. */
  settle(settlement: JournalSettlement): void;
  /** Number of calls that are written but not in the database yet. */
  waiting(): number;
  /** False: no new paid call may begin, because it could be lost. */
  isWritable(): boolean;
  /** Resolves when the database has every line. */
  flush(): Promise<void>;
  /** Returns whether the database has every line and no draw is open. Anything left stays in the files for the next process. */
  close(): Promise<boolean>;
}

export interface JournalOptions {
  readonly owner: Owner;
  /** Folder of the files. Null: lines wait in memory only. */
  readonly folder: string | null;
  /** Books the owner's lines in one transaction. */
  readonly book: (owner: string, texts: readonly string[]) => Promise<Booked>;
  /** Called with a sentence for the operator when something was repaired. */
  readonly warn?: (sentence: string, cause?: unknown) => void;
}

interface Turn {
  readonly entries: EntryText[];
  readonly openings: Map<EntryText, Opening>;
  readonly written: PromiseWithResolvers<void>;
}

interface Opening {
  readonly id: string;
  readonly written: PromiseWithResolvers<void>;
}

export function openJournal({ owner, folder, book, warn = () => {} }: JournalOptions): Journal {
  const segments = folder === null ? null : openSegments(folder);
  const draws = openDraws();
  let turn: Turn | null = null;
  let lastNumber = 0;
  let name = owner.id();
  let refused: unknown = null;
  let booking: Promise<void> | null = null;
  let soon: NodeJS.Timeout | null = null;
  let closed = false;

  /** In memory only, a line needs no file. */
  const write = (line: WaitingLine): boolean => {
    try {
      const file = segments?.current(line.owner, () => (draws.size() === 0 ? null : lineText(0, draws.entries()))) ?? null;
      file?.append(line.text);
      line.file = file;
      line.isWritten = true;
      return true;
    } catch (cause) {
      refused = cause;
      if (lines.areWritten()) warn('The ledger cannot write its journal: no new paid calls are made until it can.', cause);
      return false;
    }
  };
  const lines = waitingLines(write);

  const newLine = (entries: readonly EntryText[]): WaitingLine => {
    lastNumber += 1;
    return lineWith(entries);
  };
  const lineWith = (entries: readonly EntryText[]): WaitingLine => ({
    owner: name,
    text: lineText(lastNumber, entries),
    rows: entries.reduce((sum, { rows }) => sum + rows, 0),
    calls: entries.reduce((sum, { rows }) => sum + (rows > 0 ? 1 : 0), 0),
    isWritten: false,
    file: null,
  });
  const refuse = ({ id, written }: Opening, cause: unknown): void => {
    draws.withdrawn(id);
    written.reject(cause);
  };
  const writeLine = (entries: readonly EntryText[], openings: Turn['openings']): void => {
    const line = newLine(entries);
    const isWritten = lines.areWritten() && write(line);
    if (!isWritten) for (const entry of entries) refuseOne(entry, openings);
    if (!entries.some(({ isBooked }) => isBooked)) return;
    lines.add(isWritten ? line : lineWith(entries.filter((entry) => !openings.has(entry))));
  };
  const refuseOne = (entry: EntryText, openings: Turn['openings']): void => {
    const opening = openings.get(entry);
    if (opening !== undefined) refuse(opening, journalIsUnwritten(refused));
  };

  const writeTurn = (): void => {
    if (turn === null) return;
    const { entries, openings, written } = turn;
    turn = null;
    takeName();
    const writtenAs = name;
    for (const opening of openings.values()) if (ownerOf(opening.id) !== name) refuse(opening, leaseHasEnded());
    for (let left = entries.filter((entry) => ownerOf(openings.get(entry)?.id ?? `${name}.`) === name); left.length > 0; ) {
      const some = firstRows(left, ({ rows }) => rows);
      left = left.slice(some.length);
      writeLine(some, openings);
    }
    bookSoon();
    const finish = (): void => {
      for (const opening of openings.values()) opening.written.resolve();
      written.resolve();
    };
    if (owner.isLeased()) finish();
    else void confirm(writtenAs, openings).then(finish);
  };
  /** A line that was written when the lease was nearly over counts once the lease is renewed. */
  const confirm = async (writtenAs: string, openings: Turn['openings']): Promise<void> => {
    await owner.renew().catch(() => {});
    if (owner.id() === writtenAs && owner.isLeased()) return;
    for (const opening of openings.values()) {
      if (owner.id() === writtenAs) void put(withdrawnEntry(opening.id));
      refuse(opening, leaseHasEnded());
    }
    takeName();
  };
  /** Other processes took this process for dead under its former name and end its draws. All other entries are handed in again under a new name. */
  const takeName = (): void => {
    if (owner.id() === name) return;
    const former = name;
    name = owner.id();
    lastNumber = 0;
    draws.forget(former);
    const old = lines.of(former);
    lines.drop(old);
    for (const entry of old.flatMap(({ text }) => entriesIn(text))) if (entry.isBooked) void put(entry);
    writeTurn();
  };
  const thisTurn = (): Turn => {
    if (turn !== null) return turn;
    turn = { entries: [], openings: new Map(), written: Promise.withResolvers<void>() };
    setImmediate(writeTurn);
    return turn;
  };
  const put = (entry: EntryText): Promise<void> => {
    const { entries, written } = thisTurn();
    entries.push(entry);
    return written.promise;
  };

  const bookSoon = (): void => {
    if (soon !== null || closed || lines.size() === 0) return;
    soon = setTimeout(() => {
      soon = null;
      bookAll().catch((cause: unknown) => {
        warn('The ledger cannot store its rows at the moment: they wait.', cause);
        bookSoon();
      });
    }, bookEveryMs);
    soon.unref();
  };
  const bookNext = async (): Promise<void> => {
    const next = lines.next();
    const [first] = next;
    if (first === undefined) return;
    const texts = next.map(({ text }) => text);
    if ((await book(first.owner, texts)) === 'booked') {
      lines.drop(next);
      segments?.deleteBut(lines.files());
      return;
    }
    await owner.renew();
    if (owner.id() === first.owner) throw new Error('The journal was refused, and its owner is in force.');
    takeName();
  };
  const bookUntilDone = async (): Promise<void> => {
    writeTurn();
    while (lines.size() > 0) {
      await bookNext();
      if (lines.size() > 0) await letOthers();
    }
  };
  const bookAll = (): Promise<void> => {
    booking ??= bookUntilDone().finally(() => {
      booking = null;
    });
    return booking;
  };

  const syncing = setInterval(() => {
    lines.writeAgain();
    segments?.sync((cause) => warn('The disk did not confirm what the ledger wrote.', cause));
  }, syncEveryMs);
  syncing.unref();

  return {
    add(rows) {
      for (const { callId } of rows) draws.ended(callId);
      return put(rowsEntry(rows));
    },
    open(draw) {
      const entry = openedEntry(draw);
      const written = Promise.withResolvers<void>();
      thisTurn().openings.set(entry, { id: draw.id, written });
      void put(entry);
      draws.opened(draw);
      return written.promise;
    },
    settle(settlement) {
      draws.settled(settlement.drawId, settlement.cost);
      void put(settledEntry(settlement));
    },
    waiting: () => lines.calls(),
    isWritable: () => !closed && lines.areWritten() && lines.calls() < maxWaiting,
    async flush() {
      while (turn !== null || lines.size() > 0) await bookAll();
    },
    async close() {
      if (!closed) {
        closed = true;
        clearInterval(syncing);
        if (soon !== null) clearTimeout(soon);
        await bookAll().catch((cause: unknown) =>
          warn('The ledger could not store its last rows: the next start reads them from the journal.', cause),
        );
        if (draws.size() === 0) segments?.end();
        segments?.deleteBut(lines.files());
        segments?.close();
      }
      return lines.size() === 0 && draws.size() === 0;
    },
  };
}

/** Lines that the database has not booked yet, the oldest first. Some of them may be in no file, because the disk refuses them. */
import type { JournalFile } from './journal-file.ts';

/**
 * Maximum number of rows in one line, and in one transaction, which takes about 10 ms. A call that served many fields has that many rows in one
 * entry.
 */
const maxRowsAtOnce = 500;

/** Entries are kept as text only, because waiting lines must need little memory. */
export interface WaitingLine {
  readonly owner: string;
  readonly text: string;
  readonly rows: number;
  /** Number of calls with rows in the line. */
  readonly calls: number;
  isWritten: boolean;
  /** Null: the line is in memory only. */
  file: JournalFile | null;
}

export interface WaitingLines {
  add(line: WaitingLine): void;
  /** Writes the lines that no file has, in order, until the disk refuses one. */
  writeAgain(): void;
  areWritten(): boolean;
  /** The oldest lines, all of one owner, that are booked together. The list is a copy: it does not grow. */
  next(): readonly WaitingLine[];
  of(owner: string): readonly WaitingLine[];
  drop(lines: readonly WaitingLine[]): void;
  size(): number;
  /** Number of calls with rows in the waiting lines. */
  calls(): number;
  files(): ReadonlySet<JournalFile>;
}

/** `write` puts a line into a file and returns whether it succeeded. */
export function waitingLines(write: (line: WaitingLine) => boolean): WaitingLines {
  let lines: WaitingLine[] = [];
  let unwritten: WaitingLine[] = [];
  let calls = 0;
  return {
    add(line) {
      lines.push(line);
      if (!line.isWritten) unwritten.push(line);
      calls += line.calls;
    },
    writeAgain() {
      while (unwritten[0] !== undefined && write(unwritten[0])) unwritten.shift();
    },
    areWritten: () => unwritten.length === 0,
    next() {
      const [first] = lines;
      if (first === undefined) return [];
      const another = lines.findIndex(({ owner }) => owner !== first.owner);
      return firstRows(lines.slice(0, another === -1 ? lines.length : another), ({ rows }) => rows);
    },
    of: (owner) => lines.filter((line) => line.owner === owner),
    drop(gone) {
      const all = new Set(gone);
      lines = lines.filter((line) => !all.has(line));
      unwritten = unwritten.filter((line) => !all.has(line));
      calls = lines.reduce((sum, line) => sum + line.calls, 0);
    },
    size: () => lines.length,
    calls: () => calls,
    files: () => new Set(lines.flatMap(({ file }) => file ?? [])),
  };
}

/** The first items that are booked together, at least one. */
export function firstRows<T>(all: readonly T[], rowsIn: (one: T) => number): readonly T[] {
  let rows = 0;
  const next = all.findIndex((one, index) => {
    rows += rowsIn(one);
    return index > 0 && rows > maxRowsAtOnce;
  });
  return next === -1 ? all : all.slice(0, next);
}

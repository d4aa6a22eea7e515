/** Lines that the database has not booked yet, oldest first, and those among them that no file has because the disk refuses. */
import type { JournalFile } from './journal-file.ts';

/** Rows of one line, and of one transaction: some 10 ms. A call that served many fields has as many in one entry. */
const maxRowsAtOnce = 500;

/** Its entries are kept in its text alone: what waits must take little. */
export interface WaitingLine {
  readonly owner: string;
  readonly text: string;
  readonly rows: number;
  /** Calls whose rows are in it. */
  readonly calls: number;
  isWritten: boolean;
  /** Null: in memory alone. */
  file: JournalFile | null;
}

export interface WaitingLines {
  add(line: WaitingLine): void;
  /** Those that no file has, in order, as far as the disk takes them. */
  writeAgain(): void;
  areWritten(): boolean;
  /** The oldest, as many as are booked at once, all of one owner. A list of its own: lines that come meanwhile are not in it. */
  next(): readonly WaitingLine[];
  of(owner: string): readonly WaitingLine[];
  drop(lines: readonly WaitingLine[]): void;
  size(): number;
  /** Calls whose rows are in them. */
  calls(): number;
  files(): ReadonlySet<JournalFile>;
}

/** `write`: into a file; whether it succeeded. */
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

/** The first of them, as many as are booked at once: at least one. */
export function firstRows<T>(all: readonly T[], rowsIn: (one: T) => number): readonly T[] {
  let rows = 0;
  const next = all.findIndex((one, index) => {
    rows += rowsIn(one);
    return index > 0 && rows > maxRowsAtOnce;
  });
  return next === -1 ? all : all.slice(0, next);
}

/** The files of one process's journal: one is being written, and the earlier ones are deleted when the database has all their lines. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type JournalFile, openJournalFile } from './journal-file.ts';

/** A file of this size is full, and a new one is started. */
const segmentBytes = 8 * 1024 * 1024;

export interface Segments {
  /**
   * The file that the owner writes to. A new file begins with the text that `carried` returns: what a file of a running process must always
   * contain. Throws the error of the disk; nothing has changed then.
   */
  current(owner: string, carried: () => string | null): JournalFile;
  sync(failed: (cause: Error) => void): void;
  /** Deletes the full files that are not in `needed`. */
  deleteBut(needed: ReadonlySet<JournalFile>): void;
  /** Call it when no more lines are written. */
  end(): void;
  close(): void;
}

export function openSegments(folder: string): Segments {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const finished: JournalFile[] = [];
  let current: { readonly owner: string; readonly file: JournalFile } | null = null;
  const end = (): void => {
    if (current !== null) finished.push(current.file);
    current = null;
  };
  return {
    current(owner, carried) {
      if (current !== null && current.owner !== owner) end();
      if (current !== null && current.file.size() < segmentBytes) return current.file;
      const file = openJournalFile(join(folder, `${owner}.${Date.now().toString(36)}-${crypto.randomUUID().slice(0, 8)}.journal`));
      const first = current === null ? null : carried();
      if (first !== null) file.append(first);
      end();
      current = { owner, file };
      return file;
    },
    sync: (failed) => current?.file.sync(failed),
    deleteBut(needed) {
      for (const file of finished.filter((candidate) => !needed.has(candidate))) {
        finished.splice(finished.indexOf(file), 1);
        file.close();
        rmSync(file.path, { force: true });
      }
    },
    end,
    close() {
      end();
      for (const file of finished) file.close();
    },
  };
}

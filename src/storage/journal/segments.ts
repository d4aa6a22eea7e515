/** The files of one process's journal: one is written, and those before it are deleted when the database has all of them. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type JournalFile, openJournalFile } from './journal-file.ts';

/** A file of this size is left for a new one. */
const segmentBytes = 8 * 1024 * 1024;

export interface Segments {
  /**
   * The file that the owner writes to at the moment. A new one in place of a full one begins with what `carried` returns, which has to be in
   * the file of a process for as long as it lives. Throws what the disk says; all is then as before.
   */
  current(owner: string, carried: () => string | null): JournalFile;
  sync(failed: (cause: Error) => void): void;
  /** Deletes the files that are written no more and that nobody needs. */
  deleteBut(needed: ReadonlySet<JournalFile>): void;
  /** Call it when nothing is written any more. */
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

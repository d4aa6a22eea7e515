/** A text that survives a restart, stored in one file of the state folder. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

export interface KeptText {
  /** The text; null when none is kept. Rejects when it cannot be read. */
  read(): Promise<string | null>;
  /** Writes the text as a whole: a reader meanwhile, or after a crash, finds the old text or the new one. */
  write(text: string): Promise<void>;
}

/** Readable by this user alone. */
export function keptFile(path: string): KeptText {
  return {
    async read() {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    async write(text) {
      const fresh = `${path}.${process.pid}.new`;
      try {
        await writeFile(fresh, text, { mode: 0o600, flush: true });
        await rename(fresh, path);
      } catch (error) {
        await rm(fresh, { force: true }).catch(() => {});
        throw error;
      }
    },
  };
}

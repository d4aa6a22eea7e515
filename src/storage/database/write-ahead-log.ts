/**
 * Has a large write-ahead log copied into the database by another thread. A commit would do it, and hold up the event loop for as long as the
 * disk takes to confirm both files: on a slow disk for seconds, every 4 MB.
 */
import { stat } from 'node:fs/promises';

/** SQLite's default for new files. */
const pageBytes = 4_096;
/** The log is copied when it has 32 MB: SQLite has the disk confirm its head each time it begins anew. */
export const checkpointPages = 8_192;
/** Where it grows on nevertheless, a commit copies it: 256 MB. */
export const maxLogPages = 65_536;
const lookEveryMs = 1_000;

export interface LogWatch {
  stop(): void;
}

/** `checkpoint` resolves when the copying is over. */
export function watchLog(file: string, checkpoint: () => Promise<void>): LogWatch {
  let copying = false;
  async function look(): Promise<void> {
    const size = await stat(`${file}-wal`).then(
      (found) => found.size,
      () => 0,
    );
    if (size < checkpointPages * pageBytes || copying) return;
    copying = true;
    await checkpoint();
    copying = false;
  }
  const timer = setInterval(() => void look(), lookEveryMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

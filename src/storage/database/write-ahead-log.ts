/**
 * Lets another thread copy a large write-ahead log into the database. Otherwise a commit does the copying and blocks the event loop until the disk
 * has confirmed both files: on a slow disk that takes seconds for every 4 MB.
 */
import { stat } from 'node:fs/promises';

/** SQLite's default page size of new files. */
const pageBytes = 4_096;
/**
 * The log is copied when it has reached 32 MB. Copying less at a time is slower, because SQLite makes the disk confirm the start of the log each
 * time.
 */
export const checkpointPages = 8_192;
/** A commit copies the log when it has grown to 256 MB. */
export const maxLogPages = 65_536;
const lookEveryMs = 1_000;

export interface LogWatch {
  stop(): void;
}

/** `checkpoint` must resolve when the copying has ended. */
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

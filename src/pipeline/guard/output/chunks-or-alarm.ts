/**
 * Reads chunks, and wakes its reader while none comes. The next chunk is asked for once and stays asked for while the reader does
 * something else. One timer at a time, which a chunk does not set anew.
 */
import type { Chunk } from '../../../core/chunk.ts';
import type { Clock } from '../../../core/turns/clock.ts';

export const alarm = Symbol('alarm');

export interface ChunksOrAlarm {
  /** The next chunk; or the alarm, once `dueMs` of the clock has come. Null: no alarm. `dueMs` never decreases. Rejects as the chunks do. */
  next(dueMs: number | null): Promise<IteratorResult<Chunk> | typeof alarm>;
  /** Cancels the timer, and returns the chunks below. Does not wait for a chunk that was asked for: it may never come. */
  leave(): Promise<void>;
}

export function chunksOrAlarm(chunks: AsyncIterable<Chunk>, clock: Clock): ChunksOrAlarm {
  const source = chunks[Symbol.asyncIterator]();
  let coming: Promise<IteratorResult<Chunk>> | null = null;
  let over = false;
  let waiting: { readonly dueMs: number; readonly ring: () => void } | null = null;
  let cancel: (() => void) | null = null;

  function setTimer(dueMs: number): void {
    cancel ??= clock.after(Math.max(0, dueMs - clock.nowMs()), () => {
      cancel = null;
      if (waiting === null) return;
      if (clock.nowMs() >= waiting.dueMs) waiting.ring();
      else setTimer(waiting.dueMs);
    });
  }

  const orAlarm = (chunk: Promise<IteratorResult<Chunk>>, dueMs: number): Promise<IteratorResult<Chunk> | typeof alarm> =>
    new Promise((resolve, reject) => {
      waiting = { dueMs, ring: () => resolve(alarm) };
      setTimer(dueMs);
      chunk.then(resolve, reject);
    });

  return {
    async next(dueMs) {
      if (dueMs !== null && clock.nowMs() >= dueMs) return alarm;
      coming ??= source.next();
      try {
        const step = dueMs === null ? await coming : await orAlarm(coming, dueMs);
        if (step === alarm) return alarm;
        coming = null;
        over = step.done === true;
        return step;
      } catch (error) {
        coming = null;
        over = true;
        throw error;
      } finally {
        waiting = null;
      }
    },
    async leave() {
      cancel?.();
      cancel = null;
      if (over) return;
      over = true;
      const returned = Promise.resolve(source.return?.());
      if (coming === null) await returned;
      else returned.catch(() => {});
    },
  };
}

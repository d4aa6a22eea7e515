/**
 * Reads batches, and wakes its reader while none comes. The next batch is asked for once and stays asked for while the reader does
 * something else. One timer at a time, which a batch does not set anew.
 */
import type { Batch } from '../../../core/batch.ts';
import type { Clock } from '../../../core/turns/clock.ts';

export const alarm = Symbol('alarm');

export interface BatchesOrAlarm {
  /** The next batch; or the alarm, once `dueMs` of the clock has come. Null: no alarm. `dueMs` never decreases. Rejects as the stream does. */
  next(dueMs: number | null): Promise<IteratorResult<Batch> | typeof alarm>;
  /** Cancels the timer, and returns the stream below. Does not wait for a batch that was asked for: it may never come. */
  leave(): Promise<void>;
}

export function batchesOrAlarm(batches: AsyncIterable<Batch>, clock: Clock): BatchesOrAlarm {
  const source = batches[Symbol.asyncIterator]();
  let coming: Promise<IteratorResult<Batch>> | null = null;
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

  const orAlarm = (batch: Promise<IteratorResult<Batch>>, dueMs: number): Promise<IteratorResult<Batch> | typeof alarm> =>
    new Promise((resolve, reject) => {
      waiting = { dueMs, ring: () => resolve(alarm) };
      setTimer(dueMs);
      batch.then(resolve, reject);
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

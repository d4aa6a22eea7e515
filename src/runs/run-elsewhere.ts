/** A run of another process on the same state folder: it can be waited for, and is read once it is stored. */

import { emptyCompletion } from '../core/chunk.ts';
import { GatewayError } from '../core/errors.ts';
import type { Stream } from '../core/pull-stream.ts';
import { interruptible } from '../core/stream.ts';
import { sleep } from '../core/turns/abort.ts';
import type { Run, RunEvent, RunState } from './run.ts';

const lookEveryMs = 500;

/** `stored` returns the run once it has ended or its process has died, and null before. It rejects when the run is no longer known. */
export function runElsewhere(id: string, route: string | null, stored: () => Promise<Run | null>): Run {
  const state: RunState = { id, status: 'RUNNING', completion: emptyCompletion, failure: null, settlement: null, route };

  async function over(signal: AbortSignal): Promise<Run> {
    for (;;) {
      const run = await stored();
      if (run !== null) return run;
      await sleep(lookEveryMs, signal);
    }
  }

  const events = (after: string | null, signal: AbortSignal): Stream<RunEvent> =>
    interruptible(async (stop) => (await over(stop)).events(after, stop), { signal });

  return {
    id,
    state: () => state,
    events,
    ended: async (signal) => (await over(signal)).state(),
    async cancel() {
      throw new GatewayError(
        'MODEL_UNAVAILABLE',
        'This completion runs in another process of the gateway, which alone can cancel it. Ask again, or wait for its end.',
        { retryable: true },
      );
    },
  };
}

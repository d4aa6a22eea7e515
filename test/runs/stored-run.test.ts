import { describe, expect, it } from 'vitest';
import { followEvents } from '../../src/graphql/call/delivery.ts';
import type { RunEvent } from '../../src/runs/run.ts';
import { cursorOf } from '../../src/runs/run-cursor.ts';
import { openStoredRun, stubOf } from '../../src/runs/stored-run.ts';
import type { CompletionRecord } from '../../src/storage/completions/completions.ts';

const cut: CompletionRecord = { id: 'r', principal: 'key:ann', body: stubOf('default'), expiresAt: 1, progress: 'cut', lost: null };

/** What a reader is sent who comes back behind the event `seq`. */
const resumed = (seq: number, delivery: 'DELTA' | 'SNAPSHOT'): Promise<RunEvent[]> =>
  Array.fromAsync(
    followEvents({
      open: async () => openStoredRun(cut),
      after: cursorOf({ completionId: 'r', seq }),
      delivery,
      signal: new AbortController().signal,
      id: 'r',
      route: () => null,
    }),
  );

describe.each(['DELTA', 'SNAPSHOT'] as const)('a completion that was cut by the death of its process, resumed with %s', (delivery) => {
  it('a completion that was cut by the death of its process ends with why it was cut for a reader who has had its first event', async () => {
    expect(await resumed(1, delivery)).toMatchObject([{ type: 'failed', seq: 2, failure: { code: 'MODEL_UNAVAILABLE', retryable: true } }]);
  });

  it.each([2, 3, 40])(
    'a completion that was cut by the death of its process says RESUME_EXPIRED as its only event to a reader who comes back behind event %d, which is lost',
    async (seq) => {
      expect(await resumed(seq, delivery)).toMatchObject([
        { type: 'failed', failure: { code: 'RESUME_EXPIRED' }, state: { status: 'FAILED', failure: { code: 'MODEL_UNAVAILABLE' } } },
      ]);
    },
  );
});

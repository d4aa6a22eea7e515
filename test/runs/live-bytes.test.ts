import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/core/call/call.ts';
import { liveBytes } from '../../src/runs/live-bytes.ts';
import { openRuns } from '../../src/runs/open-runs.ts';
import type { Run, RunSource } from '../../src/runs/run.ts';
import { memoryCompletions } from './memory-completions.ts';

const ann: Principal = { id: 'key:ann', kind: 'key', team: null, scopes: [], routes: null, limits: [] };
const bob: Principal = { ...ann, id: 'key:bob' };
const never = new AbortController().signal;
const kilobyte = 'x'.repeat(1_024);

/** Says a kilobyte after another, as long as somebody wants more; `said` counts them. */
function talks(most = 100_000): { readonly source: RunSource; readonly said: () => number } {
  let said = 0;
  return {
    said: () => said,
    async *source() {
      for (; said < most; said += 1) {
        await turn();
        yield { type: 'text', text: kilobyte };
      }
      yield { type: 'finish', reason: 'stop' };
    },
  };
}

describe('the memory of completions that run', () => {
  const opened = () =>
    openRuns({ completions: memoryCompletions(), maxLiveBytes: 4 << 20, maxLiveBytesPerPrincipal: 256 << 10, maxLogBytes: 16 << 20 });
  const start = (runs: ReturnType<typeof opened>, principal: Principal, source: RunSource, detached: boolean): Promise<Run> =>
    runs.start({ principal, idempotencyKey: null, input: {}, route: 'default', detached, source });

  it('the memory of completions that run is bounded for each caller: what outgrows twice the bound is ended by its code, and that of others goes on', async () => {
    const runs = opened();
    const endless = await start(runs, ann, talks().source, true);
    const other = await start(runs, bob, talks(50).source, true);
    const { status, failure } = await endless.ended(never);
    expect(status).toBe('FAILED');
    expect(failure).toMatchObject({ code: 'CONCURRENCY_LIMITED', retryable: true });
    expect((await other.ended(never)).status).toBe('COMPLETED');
    await runs.stop();
  });

  it('the memory of completions that run lets a caller whose readers do not read start no more, and reads its models no faster than they read', async () => {
    const runs = opened();
    const models = Array.from({ length: 8 }, () => talks());
    const readers = [];
    let refused: unknown = null;
    for (const { source } of models) {
      const run = await start(runs, ann, source, false).catch((error: unknown) => {
        refused = error;
        return null;
      });
      if (run === null) break;
      const events = run.events(null, never);
      readers.push(events);
      await events.next();
      for (let turns = 0; turns < 300; turns += 1) await turn();
    }
    expect(refused).toMatchObject({ code: 'CONCURRENCY_LIMITED' });
    const before = models.map(({ said }) => said());
    for (let turns = 0; turns < 300; turns += 1) await turn();
    expect(models.map(({ said }) => said())).toEqual(before);
    const waiting = before.reduce((sum, said) => sum + said, 0);
    expect(waiting).toBeLessThan(2 * 256);
    await expect(start(runs, bob, talks(1).source, true)).resolves.toBeDefined();
    for (const events of readers) await events.return?.();
    await runs.stop();
  });

  it('the memory of completions that run is shared out among callers when all together have too much', () => {
    const live = liveBytes({ maxBytes: 1_000, maxBytesPerPrincipal: 900 });
    const [large, small] = [live.scale('large'), live.scale('small')];
    large.set(800);
    small.set(150);
    expect([large.crowded(), small.crowded()]).toEqual([false, false]);
    small.set(300);
    expect([large.crowded(), small.crowded()]).toEqual([true, false]);
    expect(() => live.admit('large')).toThrow(expect.objectContaining({ code: 'CONCURRENCY_LIMITED' }));
    expect(() => live.admit('small')).not.toThrow();
    large.end();
    small.end();
    expect(live.bytes).toBe(0);
  });
});

/** What the run log costs a streamed token: the pump that fills it and a reader that follows, against reading the provider bare. */
import type { Principal } from '../../src/core/call/call.ts';
import { openRuns } from '../../src/runs/open-runs.ts';
import type { BeginRun, RunSource } from '../../src/runs/run.ts';
import { memoryCompletions } from '../runs/memory-completions.ts';
import { cpuUs, ratio, say } from './measure.ts';

const chunks = 1_000;
const manyKept = 10_000;

const source: RunSource = async function* () {
  for (let index = 0; index < chunks; index += 1) yield { type: 'text', text: 'word ' };
  yield { type: 'finish', reason: 'stop' };
};
const silent: RunSource = async function* () {};
const principal: Principal = { id: 'bench', kind: 'service', team: null, scopes: [], routes: null, limits: [] };

export async function runsBench(): Promise<void> {
  const runs = openRuns({ completions: memoryCompletions(), maxEndedBytes: 0 });
  const { signal } = new AbortController();
  const { bare, followed, greedy } = await cpuUs(
    {
      bare: () => read(source({ id: 'bench', signal, shown: () => false, report() {} })),
      followed: async () => {
        const run = await runs.start({ principal, idempotencyKey: null, input: null, route: null, detached: false, source });
        await read(run.events(null, signal));
      },
      greedy: async () => {
        const run = await runs.start({ principal, idempotencyKey: null, input: null, route: null, detached: false, source });
        await run.ended(signal);
      },
    },
    { turns: 7, calls: 20 },
  );
  await runs.stop();
  const crowded = openRuns({ completions: memoryCompletions() });
  const short: BeginRun = { principal, idempotencyKey: null, input: null, route: null, detached: false, source: silent };
  const once = async () => read((await crowded.start(short)).events(null, signal));
  const alone = await cpuUs({ once }, { turns: 1, calls: 100 });
  for (let kept = 0; kept < manyKept; kept += 1) await once();
  const amongMany = await cpuUs({ once }, { turns: 3, calls: 200 });
  await crowded.stop();
  say(
    `run log: ${(followed / chunks).toFixed(2)} us a chunk with a reader, ${ratio(followed, bare)} the provider bare (${(bare / chunks).toFixed(2)} us); ` +
      `${(greedy / chunks).toFixed(2)} us where only the whole answer is read; ` +
      `a run with ${manyKept} ended ones kept ${ratio(amongMany.once, alone.once)} one with none (${alone.once.toFixed(0)} us)`,
  );
}

async function read(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}

if (import.meta.main) await runsBench();

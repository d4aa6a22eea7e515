/**
 * What the worst accepted input of each entry point does to everybody else: the longest turn of the event loop while it is
 * worked on, and the memory that stays. The promise: no turn over 50 ms on a quiet machine.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { hostileCases } from './hostile/cases.ts';
import { say } from './measure.ts';

const promisedMs = 50;
const resolutionMs = 1;
const settleMs = 50;

export async function hostileBench(): Promise<void> {
  for (const { name, prepare } of hostileCases) {
    const prepared = await prepare();
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const delay = monitorEventLoopDelay({ resolution: resolutionMs });
    const began = performance.now();
    delay.enable();
    await wait(settleMs);
    delay.reset();
    const refused = await prepared.attack().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    await wait(settleMs);
    delay.disable();
    const tookMs = performance.now() - began - 2 * settleMs;
    const longestMs = delay.max / 1e6;
    const grownMb = (process.memoryUsage().rss - before) / 2 ** 20;
    await prepared.close?.();
    say(
      `hostile  ${name}: longest turn ${longestMs.toFixed(0)} ms${longestMs > promisedMs ? ` (promised ${promisedMs})` : ''}, in all ${tookMs.toFixed(0)} ms, memory ${grownMb < 0 ? '' : '+'}${grownMb.toFixed(0)} MB${refused === null ? '' : `; refused: ${refused.slice(0, 100)}`}`,
    );
  }
}

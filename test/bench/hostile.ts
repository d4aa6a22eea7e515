/**
 * What the worst accepted input of each entry point does to everybody else: the longest turn of the event loop while it is
 * worked on, and the memory that stays. The promise: no turn over 50 ms on a quiet machine.
 *
 * The process is as warm as one of `serve`: its warm-up has run, and V8 makes its fastest code as early.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { optimizeEarly, warmUp } from '../../src/cli/warm-up.ts';
import { hostileCases } from './hostile/cases.ts';
import { watchTurns } from './hostile/turn-watch.ts';
import { say } from './measure.ts';

const promisedMs = 50;
const settleMs = 50;

export async function hostileBench(): Promise<void> {
  optimizeEarly();
  await warmUp(new AbortController().signal, { masks: true, checks: true });
  for (const { name, prepare } of hostileCases) {
    const prepared = await prepare();
    globalThis.gc?.();
    await wait(settleMs);
    const before = process.memoryUsage().rss;
    const began = performance.now();
    const watch = watchTurns();
    const refused = await prepared.attack().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const tookMs = performance.now() - began;
    await wait(settleMs);
    const { cpuMs, wallMs } = watch.stop();
    const grownMb = (process.memoryUsage().rss - before) / 2 ** 20;
    await prepared.close?.();
    say(
      `hostile  ${name}: longest turn ${cpuMs.toFixed(0)} ms of CPU${cpuMs > promisedMs ? ` (promised ${promisedMs})` : ''}, ${wallMs.toFixed(0)} ms by the clock, in all ${tookMs.toFixed(0)} ms, memory ${grownMb < 0 ? '' : '+'}${grownMb.toFixed(0)} MB${refused === null ? '' : `; refused: ${refused.slice(0, 100)}`}`,
    );
  }
}

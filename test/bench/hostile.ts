/**
 * What the worst accepted input of each entry point does to everybody else: the longest turn of the event loop while it is
 * worked on, and the memory that stays. The promise: no turn over 50 ms on a quiet machine.
 *
 * The process is as warm as one of `serve`: its warm-up has run, and V8 makes its fastest code as early.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { optimizeEarly, warmUp } from '../../src/cli/warm-up.ts';
import { hostileCases } from './hostile/cases.ts';
import type { HostileCase } from './hostile/hostile-case.ts';
import { watchTurns } from './hostile/turn-watch.ts';
import { say } from './measure.ts';

const promisedMs = 50;
const settleMs = 50;

/** What is wrong with how the case ended; null: it ended as it must. */
function faultOf({ refused: expected }: HostileCase, refused: string | null): string | null {
  if (expected === null) return refused === null ? null : `it was refused, and must not be: ${refused}`;
  if (refused === null) return `nothing refused it, and ${expected} must`;
  return expected.test(refused) ? null : `it was refused, but not by ${expected}: ${refused}`;
}

/** The process ends with 1 when a case did not end as it must. */
export async function hostileBench(): Promise<void> {
  optimizeEarly();
  await warmUp(new AbortController().signal, { masks: true, checks: true });
  let faults = 0;
  for (const one of hostileCases) {
    const { name } = one;
    const prepared = await one.prepare();
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
    const fault = faultOf(one, refused);
    if (fault === null) continue;
    faults += 1;
    say(`FAULT  ${name}: ${fault.slice(0, 400)}`);
  }
  if (faults === 0) return;
  say(`FAULT  ${faults} of ${hostileCases.length} cases measured something else than they say.`);
  process.exitCode = 1;
}

import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../../src/core/turns/clock.ts';

/** A clock whose time passes only while {@link HandClock.run} waits for work, and then from timer to timer. */
export interface HandClock extends Clock {
  sleep(ms: number): Promise<void>;
  /** The result of the work, for which the clock rings every timer that is set, in order. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Timers that are set. */
  timers(): number;
}

export function handClock(): HandClock {
  let now = 0;
  let timers: { readonly at: number; readonly ring: () => void }[] = [];
  const clock: HandClock = {
    nowMs: () => now,
    after(ms, ring) {
      const timer = { at: now + ms, ring };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    sleep: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
    async run(work) {
      let over = false;
      const done = (): void => {
        over = true;
      };
      work.then(done, done);
      for (;;) {
        await turn();
        if (over) return work;
        const next = timers.reduce<(typeof timers)[number] | null>((best, one) => (best === null || one.at < best.at ? one : best), null);
        if (next === null) continue;
        timers = timers.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.ring();
      }
    },
    timers: () => timers.length,
  };
  return clock;
}

/** Runs work once before a gateway is ready. The gateway already answers while the work runs. */
import type { Readiness } from '../server/pages/health-page.ts';

export interface WarmUp {
  start(): void;
  /** Ends the work. Resolves when it has ended. */
  stop(): Promise<void>;
  /** Not ready while the work runs; then as `ready` says. */
  readiness(ready: () => Promise<Readiness>): Promise<Readiness>;
}

export function warmUpOnce(work: (signal: AbortSignal) => Promise<unknown>): WarmUp {
  const controller = new AbortController();
  let state: 'waits' | 'runs' | 'over' = 'waits';
  let ended: Promise<void> = Promise.resolve();
  return {
    start() {
      if (state !== 'waits') return;
      state = 'runs';
      const over = (): void => {
        state = 'over';
      };
      ended = work(controller.signal).then(over, over);
    },
    async stop() {
      controller.abort();
      await ended;
    },
    async readiness(ready) {
      const own = await ready();
      return state === 'runs' ? { ready: false, reasons: [...own.reasons, warmingUp] } : own;
    },
  };
}

const warmingUp = 'The gateway warms up. Ask again in a moment.';

/** Time as an argument: what waits for a moment is tested with a clock that the test moves. */
import { monotonicMs } from './monotonic.ts';

export interface Clock {
  /** Milliseconds of a clock that only moves forward. */
  nowMs(): number;
  /** Calls `ring` once, after `ms`; returns how to cancel it. It does not keep the process alive. */
  after(ms: number, ring: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: monotonicMs,
  after(ms, ring) {
    const timer = setTimeout(ring, ms).unref();
    return () => clearTimeout(timer);
  },
};

import { sleep } from '../../core/turns/abort.ts';
import type { Deployment } from '../../routing/route.ts';

/** Deployments whose failure was one of the moment, each asked again when its time has come. Times are of the monotonic clock, in milliseconds. */
export interface LaterAttempts {
  add(deployment: Deployment, at: number): void;
  /** Waits for the first that may be asked again; null when there is none, or none in time. */
  next(): Promise<Deployment | null>;
  /** How long each still has to wait. */
  waitsMs(): readonly number[];
}

export interface LaterOptions {
  readonly endsAt: number;
  readonly monotonicMs: () => number;
  readonly signal: AbortSignal;
}

export function laterAttempts({ endsAt, monotonicMs, signal }: LaterOptions): LaterAttempts {
  const waiting: { readonly deployment: Deployment; readonly at: number }[] = [];
  return {
    add(deployment, at) {
      waiting.push({ deployment, at });
      waiting.sort((a, b) => a.at - b.at);
    },
    async next() {
      const [soonest] = waiting;
      if (soonest === undefined || soonest.at >= endsAt) return null;
      const waitMs = soonest.at - monotonicMs();
      // A timer may fire up to a millisecond before its time.
      if (waitMs > 0) await sleep(Math.ceil(waitMs) + 1, signal);
      waiting.shift();
      return soonest.deployment;
    },
    waitsMs: () => waiting.map(({ at }) => at - monotonicMs()),
  };
}

/**
 * What clients have asked for and have not been answered yet, at every door. The way down waits for it, and then ends what is left.
 */
import type { GatewayError } from '../../core/errors.ts';
import { withTimeout } from '../../core/stream.ts';

export interface Work {
  /** Fires on `stop`. Its reason is the GatewayError that `stop` was given. */
  readonly signal: AbortSignal;
  /** The client is gone, or the gateway has no more time: everything stops. Idempotent. */
  stop(reason: GatewayError): void;
  /** Its answer has been delivered, or given up. */
  finished(): void;
}

export interface Underway {
  begin(): Work;
  count(): number;
  /** Resolves when there is none, or after `graceMs`. */
  idle(graceMs: number): Promise<void>;
  stopAll(reason: GatewayError): void;
}

export function openUnderway(): Underway {
  const all = new Set<Work>();
  /** Null: nobody waits until there is none. */
  let idle: PromiseWithResolvers<void> | null = null;
  return {
    begin() {
      const controller = new AbortController();
      const work: Work = {
        signal: controller.signal,
        stop: (reason) => controller.abort(reason),
        finished() {
          all.delete(work);
          if (all.size > 0) return;
          idle?.resolve();
          idle = null;
        },
      };
      all.add(work);
      return work;
    },
    count: () => all.size,
    async idle(graceMs) {
      if (all.size === 0) return;
      idle ??= Promise.withResolvers();
      await withTimeout(idle.promise, graceMs, null);
    },
    stopAll(reason) {
      for (const work of all) work.stop(reason);
    },
  };
}

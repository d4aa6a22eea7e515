/** Notifies waiting code that something changed, per subject. */
import { sleep } from '../../core/turns/abort.ts';

export interface Bell {
  ring(subject: string): void;
  /** Starts to listen: the next ring of the subject is heard, also if it comes before `wait` is called. */
  listen(subject: string): Listening;
}

export interface Listening {
  /** Resolves at the ring, or after `ms`. */
  within(ms: number, signal: AbortSignal): Promise<void>;
  leave(): void;
}

export function bell(): Bell {
  const listeners = new Map<string, Set<() => void>>();
  return {
    ring(subject) {
      for (const hear of listeners.get(subject) ?? []) hear();
    },
    listen(subject) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const others = listeners.get(subject) ?? new Set();
      listeners.set(subject, others.add(resolve));
      return {
        within: (ms, signal) => Promise.race([promise, sleep(ms, signal)]),
        leave() {
          others.delete(resolve);
          if (others.size === 0 && listeners.get(subject) === others) listeners.delete(subject);
        },
      };
    },
  };
}

import type { GatewayError } from '../../core/errors.ts';
import { abortError } from '../../core/turns/abort.ts';

/** The longest delay that a timer can have; a later deadline has none. */
const longestTimerMs = 2 ** 31 - 1;

export interface Deadline {
  /** Fires with the parent's reason, at the deadline, or by {@link Deadline.abort}. */
  readonly signal: AbortSignal;
  abort(reason: GatewayError): void;
  /** Lets go of the parent and the timer. */
  end(): void;
}

/** A signal below another one that also fires after `ms`, with the error that `late` makes. The timer does not keep the process alive. */
export function withDeadline(parent: AbortSignal, ms: number, late: () => GatewayError): Deadline {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(abortError(parent));
  const timer = ms > longestTimerMs ? undefined : setTimeout(() => controller.abort(late()), Math.max(0, ms));
  timer?.unref();
  if (parent.aborted) onAbort();
  else if (ms <= 0) controller.abort(late());
  else parent.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    end() {
      clearTimeout(timer);
      parent.removeEventListener('abort', onAbort);
    },
  };
}

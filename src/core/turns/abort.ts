import { GatewayError } from '../errors.ts';

/**
 * The promise, or CANCELLED (TIMEOUT when the signal carries a TimeoutError) as soon as the signal fires: a wait
 * that a signal ends. The work behind the promise must listen to the signal itself to stop.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.reject(abortError(signal));
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    // Not by `finally`, which makes four promises of its own.
    promise.then(
      (value) => {
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(error);
      },
    );
  });
}

/** Many waits, one after another, that the same signal ends. */
export interface AbortableWaits {
  /** As {@link untilAborted}. One wait at a time. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Lets go of the signal. */
  end(): void;
}

/** One listener for all waits: {@link untilAborted} adds and removes one each time, which takes longer than most waits of a stream. */
export function abortableWaits(signal: AbortSignal): AbortableWaits {
  let refuse: ((error: unknown) => void) | null = null;
  const onAbort = (): void => refuse?.(abortError(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    until(promise) {
      if (signal.aborted) return untilAborted(promise, signal);
      return new Promise((resolve, reject) => {
        refuse = reject;
        promise.then(resolve, reject);
      });
    },
    end: () => signal.removeEventListener('abort', onAbort),
  };
}

/** Why the signal fired, in our words: the GatewayError it carries, TIMEOUT for a deadline, else CANCELLED. */
export function abortError(signal: AbortSignal): GatewayError {
  const reason: unknown = signal.reason;
  if (reason instanceof GatewayError) return reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new GatewayError(
      'TIMEOUT',
      'The call was stopped at its deadline. A shorter answer or a longer deadline of the route would fit.',
    );
  }
  return new GatewayError('CANCELLED', 'The call was cancelled before it ended.');
}

/** Throws {@link abortError} when the signal has fired. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortError(signal);
}

/** Resolves after `ms`, or rejects with {@link abortError}. The timer does not keep the process alive. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const slept = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
    timer.unref();
  });
  return untilAborted(slept, signal).finally(() => clearTimeout(timer));
}

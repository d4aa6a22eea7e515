/**
 * A stream that its reader can leave at any time without waiting for a silent source.
 *
 * It is a hand-written iterator, not a generator: a generator that waits for a silent provider does not see `return()` until
 * the provider sends something. This iterator aborts the source first, when its reader returns or when its signal fires (the
 * client disconnected, the deadline passed), even while nobody pulls. Then it calls `return()` on the source and waits for
 * at most {@link graceMs}. It supports one reader and one pending `next()`.
 */

import { asGatewayError, GatewayError } from '../core/errors.ts';
import { type Deadline, withTimeout } from '../core/stream.ts';
import { abortError } from '../core/turns/abort.ts';

/** How long an aborted stream may take to end. Every step of ours needs microseconds. */
const graceMs = 5_000;

export interface Leavable<T> {
  /** Called at the first pull; may throw. The stream must listen to the signal of the deadline. */
  begin(): { readonly stream: AsyncIterable<T>; readonly deadline: Deadline };
  saw(item: T): void;
  /**
   * Called once for each stream that began: null when it was read to its end. The reader gets the end when it resolves. It never rejects.
   */
  ended(failure: GatewayError | null): void | Promise<void>;
}

export function leavable<T>({ begin, saw, ended }: Leavable<T>): AsyncIterableIterator<T> {
  let state: 'new' | 'open' | 'closing' | 'ended' = 'new';
  let below: AsyncIterator<T> | null = null;
  let deadline: Deadline | null = null;
  /** The error with which the stream ended, until the reader has got it. */
  let untold: GatewayError | null = null;
  let pending: Promise<unknown> = Promise.resolve();
  let tellWaiting: (() => void) | null = null;
  let closing: Promise<void> = Promise.resolve();

  const end = (failure: GatewayError | null): void | Promise<void> => {
    state = 'ended';
    deadline?.end();
    return ended(failure);
  };

  const close = (signal: AbortSignal): void => {
    if (state !== 'open') return;
    state = 'closing';
    const returned = Promise.resolve(below?.return?.());
    closing = withTimeout(Promise.allSettled([pending, returned]), graceMs, null).then(() => {
      untold = abortError(signal);
      return end(untold);
    });
    tellWaiting?.();
  };

  const open = (): AsyncIterator<T> => {
    state = 'ended';
    const { stream, deadline: fresh } = begin();
    state = 'open';
    deadline = fresh;
    below = stream[Symbol.asyncIterator]();
    if (fresh.signal.aborted) close(fresh.signal);
    else fresh.signal.addEventListener('abort', () => close(fresh.signal), { once: true });
    return below;
  };

  const closed = async (): Promise<IteratorResult<T>> => {
    await closing;
    const failure = untold;
    untold = null;
    if (failure !== null) throw failure;
    return { done: true, value: undefined };
  };

  const pulled = (from: AsyncIterator<T>): Promise<IteratorResult<T>> =>
    new Promise((resolve, reject) => {
      const pulling = from.next();
      pending = pulling;
      tellWaiting = () => void closed().then(resolve, reject);
      pulling.then(
        (result) => {
          if (state !== 'open') return;
          tellWaiting = null;
          if (result.done !== true) saw(result.value);
          const ending = result.done === true ? end(null) : undefined;
          if (ending === undefined) resolve(result);
          else void ending.then(() => resolve(result));
        },
        (error: unknown) => {
          if (state !== 'open') return;
          tellWaiting = null;
          const failure = asGatewayError(error);
          const ending = end(failure);
          if (ending === undefined) reject(failure);
          else void ending.then(() => reject(failure));
        },
      );
    });

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const from = state === 'new' ? open() : below;
      return state === 'open' && from !== null ? pulled(from) : closed();
    },
    async return() {
      if (state === 'new') state = 'ended';
      deadline?.abort(new GatewayError('CANCELLED', 'The call was cancelled before it ended.'));
      await closing;
      untold = null;
      return { done: true, value: undefined };
    },
  };
}

/**
 * The whole answer, or {@link abortError} of the signal when it has fired: then at most {@link graceMs} are waited for the work behind
 * the answer to end, which must listen to the signal itself.
 */
export function leavableAnswer<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      timer = setTimeout(() => reject(abortError(signal)), graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    answer.then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}

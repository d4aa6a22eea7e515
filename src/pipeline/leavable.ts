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

export abstract class LeavableStream<T> implements AsyncIterableIterator<T> {
  #state: 'new' | 'open' | 'closing' | 'ended' = 'new';
  #below: AsyncIterator<T> | null = null;
  #deadline: Deadline | null = null;
  /** The error with which the stream ended, until the reader has got it. */
  #untold: GatewayError | null = null;
  #pending: Promise<unknown> | null = null;
  #tellWaiting: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  /** Called at the first pull; may throw. The stream must listen to the signal of the deadline. */
  protected abstract begin(): { readonly stream: AsyncIterable<T>; readonly deadline: Deadline };

  protected abstract saw(item: T): void;

  /**
   * Called once for each stream that began: null when it was read to its end. The reader gets the end when it resolves. It never rejects.
   */
  protected abstract ended(failure: GatewayError | null): void | Promise<void>;

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T>> {
    const from = this.#state === 'new' ? this.#open() : this.#below;
    return this.#state === 'open' && from !== null ? this.#pulled(from) : this.#closed();
  }

  async return(): Promise<IteratorResult<T>> {
    if (this.#state === 'new') this.#state = 'ended';
    this.#deadline?.abort(new GatewayError('CANCELLED', 'The call was cancelled before it ended.'));
    await this.#closing;
    this.#untold = null;
    return { done: true, value: undefined };
  }

  /** The signal of the deadline has fired. */
  handleEvent(): void {
    if (this.#state !== 'open' || this.#deadline === null) return;
    const { signal } = this.#deadline;
    this.#state = 'closing';
    const returned = Promise.resolve(this.#below?.return?.());
    this.#closing = withTimeout(Promise.allSettled([this.#pending, returned]), graceMs, null).then(() => {
      this.#untold = abortError(signal);
      return this.#end(this.#untold);
    });
    this.#tellWaiting?.();
  }

  #open(): AsyncIterator<T> {
    this.#state = 'ended';
    const { stream, deadline } = this.begin();
    this.#state = 'open';
    this.#deadline = deadline;
    const below = stream[Symbol.asyncIterator]();
    this.#below = below;
    if (deadline.signal.aborted) this.handleEvent();
    else deadline.signal.addEventListener('abort', this, { once: true });
    return below;
  }

  #end(failure: GatewayError | null): void | Promise<void> {
    this.#state = 'ended';
    this.#deadline?.end();
    this.#deadline?.signal.removeEventListener('abort', this);
    return this.ended(failure);
  }

  async #closed(): Promise<IteratorResult<T>> {
    await this.#closing;
    const failure = this.#untold;
    this.#untold = null;
    if (failure !== null) throw failure;
    return { done: true, value: undefined };
  }

  #pulled(from: AsyncIterator<T>): Promise<IteratorResult<T>> {
    return new Promise((resolve, reject) => {
      const pulling = from.next();
      this.#pending = pulling;
      this.#tellWaiting = () => void this.#closed().then(resolve, reject);
      pulling.then(
        (result) => {
          if (this.#state !== 'open') return;
          this.#tellWaiting = null;
          if (result.done !== true) this.saw(result.value);
          const ending = result.done === true ? this.#end(null) : undefined;
          if (ending === undefined) resolve(result);
          else void ending.then(() => resolve(result));
        },
        (error: unknown) => {
          if (this.#state !== 'open') return;
          this.#tellWaiting = null;
          const failure = asGatewayError(error);
          const ending = this.#end(failure);
          if (ending === undefined) reject(failure);
          else void ending.then(() => reject(failure));
        },
      );
    });
  }
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

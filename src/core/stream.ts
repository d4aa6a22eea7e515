/**
 * Makes streams that a reader can leave at any time: {@link interruptible} of any source, {@link mapStream} of another stream.
 *
 * An async generator that waits for a silent upstream does not see `return()` until upstream speaks. In these streams `return()`
 * reaches upstream at once, and a reader who waits gets the end at once. They pull only what a reader asks for, one value at a
 * time. An error is reported once; after it, as after every end, the stream only says that it is over.
 *
 * A wait has an end too: {@link withDeadline} makes a signal that fires after a time, {@link withTimeout} bounds one promise.
 */
import { GatewayError } from './errors.ts';
import { done, openStream, type PullStreamOptions, type Step, type Stream } from './pull-stream.ts';
import { abortError } from './turns/abort.ts';

export const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

export interface InterruptibleOptions {
  /** Ends the stream: it fails with `abortError` of the signal. */
  readonly signal?: AbortSignal;
  /** See {@link PullStreamOptions.ended}. */
  readonly ended?: () => unknown;
}

/** Opened at the first pull, with a signal that fires as soon as the stream is left, has failed or was aborted. */
export type OpenSource<T> = (signal: AbortSignal) => AsyncIterable<T> | Promise<AsyncIterable<T>>;

/**
 * The source as a stream that ends at once when its reader leaves or the signal fires, whatever the source is doing: the source
 * is returned, and not waited for. A source that was handed over open is also returned when nothing was pulled.
 *
 * ```ts
 * return interruptible((stop) => events(url, stop), { signal });
 * ```
 */
export function interruptible<T>(source: AsyncIterable<T> | OpenSource<T>, { signal, ended }: InterruptibleOptions = {}): Stream<T> {
  const stop = new AbortController();
  let below: AsyncIterator<T> | null = typeof source === 'function' ? null : source[Symbol.asyncIterator]();

  async function opened(open: OpenSource<T>): Promise<Step<T>> {
    const iterator = (await open(stop.signal))[Symbol.asyncIterator]();
    below = iterator;
    if (stop.signal.aborted) tellToReturn(iterator);
    return stop.signal.aborted ? done : iterator.next();
  }

  function pull(): Promise<Step<T>> {
    if (below !== null) return below.next();
    return typeof source === 'function' ? opened(source) : Promise.resolve(done);
  }

  const { stream, fail } = openStream(pull, {
    leave() {
      if (below !== null) tellToReturn(below);
      stop.abort(readerLeft());
    },
    ended() {
      signal?.removeEventListener('abort', onAbort);
      return ended?.();
    },
    failed: (error) => stop.abort(error),
  });

  function onAbort(): void {
    if (signal === undefined) return;
    const error = abortError(signal);
    stop.abort(error);
    fail(error);
  }
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  return stream;
}

/**
 * Each value of the source, changed. When `change` throws, the source is returned. `return()` resolves when the source has
 * returned. `lastValue` makes the last value of an error, also of one that `change` throws; with null the stream just ends.
 */
export function mapStream<From, To>(
  source: AsyncIterable<From>,
  change: (value: From) => To | Promise<To>,
  lastValue?: (error: unknown) => To | null,
): Stream<To> {
  const below = source[Symbol.asyncIterator]();
  let failed = false;

  async function pull(): Promise<Step<To>> {
    if (failed) return done;
    let received = false;
    try {
      const step = await below.next();
      if (step.done === true) return done;
      received = true;
      return { done: false, value: await change(step.value) };
    } catch (error) {
      if (received) tellToReturn(below);
      if (lastValue === undefined) throw error;
      failed = true;
      const value = lastValue(error);
      return value === null ? done : { done: false, value };
    }
  }

  return openStream(pull, { leave: () => (failed ? undefined : below.return?.()) }).stream;
}

/** Without waiting for it: it may be waiting itself. */
function tellToReturn(iterator: AsyncIterator<unknown>): void {
  const told = async (): Promise<unknown> => iterator.return?.();
  told().catch(() => {});
}

/** A signal below another one, and how to let go of it. */
export interface Deadline {
  /** Fires with the parent's reason, at the deadline, or by {@link Deadline.abort}. */
  readonly signal: AbortSignal;
  abort(reason: GatewayError): void;
  /** Lets go of the parent and the timer. */
  end(): void;
}

/** The longest delay that a timer can have; a later deadline has none. */
const longestTimerMs = 2 ** 31 - 1;

/** A signal that fires with its parent, or after `ms` with the error that `late` makes. The timer does not keep the process alive. */
export function withDeadline(parent: AbortSignal | null, ms: number, late: () => GatewayError): Deadline {
  const controller = new AbortController();
  const onAbort = (): void => {
    if (parent !== null) controller.abort(abortError(parent));
  };
  let timer: NodeJS.Timeout | undefined;
  if (parent?.aborted === true) onAbort();
  else if (ms <= 0) controller.abort(late());
  else {
    parent?.addEventListener('abort', onAbort, { once: true });
    if (ms <= longestTimerMs) timer = setTimeout(() => controller.abort(late()), ms).unref();
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    end() {
      clearTimeout(timer);
      parent?.removeEventListener('abort', onAbort);
    },
  };
}

/**
 * The value of the promise, or `otherwise` when it has none after `ms`. A value that is there already wins over a time that has
 * passed. A rejection passes. The work behind the promise continues. The timer keeps the process alive, because a caller waits.
 */
export function withTimeout<T, U>(promise: Promise<T>, ms: number, otherwise: U): Promise<T | U> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(otherwise), Math.min(longestTimerMs, Math.max(0, ms)));
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

const readerLeft = (): GatewayError => new GatewayError('CANCELLED', 'The reader left before the end.');

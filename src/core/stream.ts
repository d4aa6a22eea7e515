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
import { done, PulledStream, type Step, type Stream } from './pull-stream.ts';
import { abortError } from './turns/abort.ts';

export const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

export interface InterruptibleOptions {
  /** Ends the stream: it fails with `abortError` of the signal. */
  readonly signal?: AbortSignal;
  /** See `PullStreamOptions` in `pull-stream.ts`. */
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
export const interruptible = <T>(source: AsyncIterable<T> | OpenSource<T>, options: InterruptibleOptions = {}): Stream<T> =>
  new InterruptibleStream(source, options);

class InterruptibleStream<T> extends PulledStream<T> {
  /** Until it is opened. */
  #open: OpenSource<T> | null;
  #below: AsyncIterator<T> | null;
  /** For a source that is opened here. */
  readonly #stop: AbortController | null;
  readonly #signal: AbortSignal | undefined;
  readonly #ended: (() => unknown) | undefined;

  constructor(source: AsyncIterable<T> | OpenSource<T>, { signal, ended }: InterruptibleOptions) {
    super();
    const opens = typeof source === 'function';
    this.#open = opens ? source : null;
    this.#below = opens ? null : source[Symbol.asyncIterator]();
    this.#stop = opens ? new AbortController() : null;
    this.#signal = signal;
    this.#ended = ended;
    if (signal?.aborted === true) this.handleEvent();
    else signal?.addEventListener('abort', this, { once: true });
  }

  /** The signal has fired. */
  handleEvent(): void {
    if (this.#signal === undefined) return;
    const error = abortError(this.#signal);
    this.#stop?.abort(error);
    this.fail(error);
  }

  protected override pull(): Promise<Step<T>> {
    if (this.#below !== null) return this.#below.next();
    const open = this.#open;
    const stop = this.#stop;
    this.#open = null;
    return open === null || stop === null ? Promise.resolve(done) : this.#opened(open, stop.signal);
  }

  async #opened(open: OpenSource<T>, stop: AbortSignal): Promise<Step<T>> {
    const iterator = (await open(stop))[Symbol.asyncIterator]();
    this.#below = iterator;
    if (stop.aborted) tellToReturn(iterator);
    return stop.aborted ? done : iterator.next();
  }

  protected override leave(): unknown {
    if (this.#below !== null) tellToReturn(this.#below);
    this.#stop?.abort(readerLeft());
    return undefined;
  }

  protected override ended(): unknown {
    this.#signal?.removeEventListener('abort', this);
    return this.#ended?.();
  }

  protected override failed(error: unknown): void {
    this.#stop?.abort(error);
  }
}

/**
 * Each value of the source, changed. When `change` throws, the source is returned. `return()` resolves when the source has
 * returned. `lastValue` makes the last value of an error, also of one that `change` throws; with null the stream just ends.
 */
export const mapStream = <From, To>(
  source: AsyncIterable<From>,
  change: (value: From) => To | Promise<To>,
  lastValue?: (error: unknown) => To | null,
): Stream<To> => new MappedStream(source[Symbol.asyncIterator](), change, lastValue);

class MappedStream<From, To> extends PulledStream<To> {
  readonly #below: AsyncIterator<From>;
  readonly #change: (value: From) => To | Promise<To>;
  readonly #lastValue: ((error: unknown) => To | null) | undefined;
  #isOver = false;

  constructor(
    below: AsyncIterator<From>,
    change: (value: From) => To | Promise<To>,
    lastValue: ((error: unknown) => To | null) | undefined,
  ) {
    super();
    this.#below = below;
    this.#change = change;
    this.#lastValue = lastValue;
  }

  protected override async pull(): Promise<Step<To>> {
    if (this.#isOver) return done;
    let received = false;
    try {
      const step = await this.#below.next();
      if (step.done === true) return done;
      received = true;
      const value = this.#change(step.value);
      return { done: false, value: value instanceof Promise ? await value : value };
    } catch (error) {
      if (received) tellToReturn(this.#below);
      if (this.#lastValue === undefined) throw error;
      this.#isOver = true;
      const value = this.#lastValue(error);
      return value === null ? done : { done: false, value };
    }
  }

  protected override leave(): unknown {
    return this.#isOver ? undefined : this.#below.return?.();
  }
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
export const withDeadline = (parent: AbortSignal | null, ms: number, late: () => GatewayError): Deadline =>
  new DeadlineBelow(parent, ms, late);

/** A class, since each call has some: its methods are made once. It is its own listener. */
class DeadlineBelow implements Deadline {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal | null;
  #timer: NodeJS.Timeout | undefined;

  constructor(parent: AbortSignal | null, ms: number, late: () => GatewayError) {
    this.#parent = parent;
    if (parent?.aborted === true) this.handleEvent();
    else if (ms <= 0) this.abort(late());
    else {
      parent?.addEventListener('abort', this, { once: true });
      if (ms <= longestTimerMs) this.#timer = setTimeout(() => this.abort(late()), ms).unref();
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: GatewayError): void {
    this.#controller.abort(reason);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#parent?.removeEventListener('abort', this);
  }

  /** The parent has fired. */
  handleEvent(): void {
    if (this.#parent !== null) this.abort(abortError(this.#parent));
  }
}

/** The same for a call, by its own signal where it may be fired: that costs a timer alone. */
export function callDeadline({ signal, abort }: EndedCall, ms: number, late: () => GatewayError): Deadline {
  if (abort === undefined) return withDeadline(signal, ms, late);
  let timer: NodeJS.Timeout | undefined;
  if (ms <= 0 && !signal.aborted) abort(late());
  else if (ms <= longestTimerMs) timer = setTimeout(() => abort(late()), ms).unref();
  return { signal, abort, end: () => clearTimeout(timer) };
}

interface EndedCall {
  readonly signal: AbortSignal;
  /** See `Call.abort`. */
  readonly abort?: (reason: GatewayError) => void;
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

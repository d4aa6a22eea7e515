/** The stream behind all of `stream.ts`: values are pulled one at a time, and the end comes once and reaches every reader who waits. */

export interface Stream<T> extends AsyncGenerator<T, undefined, undefined> {
  next(): Promise<IteratorResult<T, undefined>>;
  /** The reader leaves. */
  return(): Promise<IteratorReturnResult<undefined>>;
  /** The reader leaves because of this error, with which the promise rejects. */
  throw(error: unknown): Promise<never>;
}

export type Step<T> = IteratorResult<T, unknown>;

export interface PullStreamOptions {
  /** The reader leaves before the end. Called once at most, also when nothing was pulled. `return()` waits for what it returns. */
  readonly leave?: () => unknown;
  /** The stream is over: read to its end, failed or left. Called once. The reader gets the end when this has resolved. Must not throw. */
  readonly ended?: () => unknown;
}

export const done = { done: true, value: undefined } as const;

/** The stream of what `pull` gives. `pull` is called when a reader asks, and not before it has answered the last time. */
export const pullStream = <T>(pull: () => Promise<Step<T>>, options: PullStreamOptions = {}): Stream<T> => new GivenStream(pull, options);

interface Waiting<T> {
  resolve(step: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/**
 * What every stream does, whatever it is a stream of. A class, since an event crosses many of them and a thousand are open at once: methods
 * are made once, closures for each stream.
 */
export abstract class PulledStream<T> implements Stream<T> {
  /** The reader who waits for the pull that is under way, and those behind it. */
  #first: Waiting<T> | null = null;
  #others: Waiting<T>[] | null = null;
  /** What must have happened before a reader gets the end; null while the stream continues. */
  #closing: Promise<unknown> | null = null;
  #untold: { readonly error: unknown } | null = null;

  /** See {@link pullStream}. */
  protected abstract pull(): Promise<Step<T>>;

  /** See {@link PullStreamOptions}. */
  protected leave(): unknown {
    return undefined;
  }

  /** See {@link PullStreamOptions}. */
  protected ended(): unknown {
    return undefined;
  }

  /** Called with each error, before the reader gets it. */
  protected failed(_error: unknown): void {}

  /** Ends the stream from outside: upstream is returned, and the reader gets the error. */
  protected fail(error: unknown): void {
    if (this.#closing !== null) return;
    this.#tellToLeave().catch(() => {});
    this.#failWith(error);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      const isFirst = this.#first === null;
      if (isFirst) this.#first = { resolve, reject };
      else {
        this.#others ??= [];
        this.#others.push({ resolve, reject });
      }
      if (this.#closing !== null) void this.#closing.then(() => this.#answerAll());
      else if (isFirst) this.#pullForFirst();
    });
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.#leaveNow();
    return done;
  }

  async throw(error: unknown): Promise<never> {
    await this.#leaveNow();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#leaveNow();
  }

  /** Takes the first waiting reader out of the queue. */
  #shift(): Waiting<T> | null {
    const first = this.#first;
    this.#first = this.#others?.shift() ?? null;
    return first;
  }

  #answerAll(): void {
    for (let one = this.#shift(); one !== null; one = this.#shift()) {
      const failure = this.#untold;
      this.#untold = null;
      if (failure === null) one.resolve(done);
      else one.reject(failure.error);
    }
  }

  #close(failure: { readonly error: unknown } | null): void {
    this.#untold = failure;
    const ended = this.ended();
    this.#closing = Promise.resolve(ended);
    if (ended === undefined) this.#answerAll();
    else void this.#closing.then(() => this.#answerAll());
  }

  #failWith(error: unknown): void {
    if (this.#closing !== null) return;
    this.failed(error);
    this.#close({ error });
  }

  #pullForFirst(): void {
    try {
      this.pull().then(
        (step) => this.#take(step),
        (error: unknown) => this.#failWith(error),
      );
    } catch (error) {
      this.#failWith(error);
    }
  }

  #take(step: Step<T>): void {
    if (this.#closing !== null) return;
    if (step.done === true) {
      this.#close(null);
      return;
    }
    this.#shift()?.resolve(step);
    if (this.#first !== null) this.#pullForFirst();
  }

  async #tellToLeave(): Promise<unknown> {
    return this.leave();
  }

  async #leaveNow(): Promise<void> {
    let left: Promise<unknown> | null = null;
    if (this.#closing === null) {
      left = this.#tellToLeave();
      left.catch(() => {});
      this.#close(null);
    }
    await this.#closing;
    this.#untold = null;
    await left;
  }
}

class GivenStream<T> extends PulledStream<T> {
  readonly #pull: () => Promise<Step<T>>;
  readonly #options: PullStreamOptions;

  constructor(pull: () => Promise<Step<T>>, options: PullStreamOptions) {
    super();
    this.#pull = pull;
    this.#options = options;
  }

  protected override pull(): Promise<Step<T>> {
    return this.#pull();
  }

  protected override leave(): unknown {
    return this.#options.leave?.();
  }

  protected override ended(): unknown {
    return this.#options.ended?.();
  }
}

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
export function pullStream<T>(pull: () => Promise<Step<T>>, options: PullStreamOptions = {}): Stream<T> {
  return openStream(pull, options).stream;
}

interface Waiting<T> {
  resolve(step: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

export interface OpenStream<T> {
  readonly stream: Stream<T>;
  /** Ends the stream from outside: `return()` of upstream is called, and the reader gets the error. */
  fail(error: unknown): void;
}

/** A stream that can be ended from outside. `failed` is called with an error before the reader gets it. */
export function openStream<T>(
  pull: () => Promise<Step<T>>,
  { leave, ended, failed }: PullStreamOptions & { readonly failed?: (error: unknown) => void },
): OpenStream<T> {
  /** Readers who wait, the first of them for the pull that is under way. */
  const waiting: Waiting<T>[] = [];
  /** What must have happened before a reader gets the end; null while the stream continues. */
  let closing: Promise<unknown> | null = null;
  let untold: { readonly error: unknown } | null = null;

  function answerAll(): void {
    for (const { resolve, reject } of waiting.splice(0)) {
      const failure = untold;
      untold = null;
      if (failure === null) resolve(done);
      else reject(failure.error);
    }
  }

  function close(failure: { readonly error: unknown } | null): void {
    untold = failure;
    closing = Promise.resolve(ended?.());
    if (ended === undefined) answerAll();
    else void closing.then(answerAll);
  }

  function failWith(error: unknown): void {
    if (closing !== null) return;
    failed?.(error);
    close({ error });
  }

  function pullForFirst(): void {
    try {
      pull().then((step) => {
        if (closing !== null) return;
        if (step.done === true) return close(null);
        waiting.shift()?.resolve(step);
        if (waiting.length > 0) pullForFirst();
      }, failWith);
    } catch (error) {
      failWith(error);
    }
  }

  const tellToLeave = async (): Promise<unknown> => leave?.();

  async function leaveNow(): Promise<void> {
    let left: Promise<unknown> | null = null;
    if (closing === null) {
      left = tellToLeave();
      left.catch(() => {});
      close(null);
    }
    await closing;
    untold = null;
    await left;
  }

  const stream: Stream<T> = {
    next: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        if (closing !== null) void closing.then(answerAll);
        else if (waiting.length === 1) pullForFirst();
      }),
    async return() {
      await leaveNow();
      return done;
    },
    async throw(error) {
      await leaveNow();
      throw error;
    },
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]: leaveNow,
  };
  return {
    stream,
    fail(error) {
      if (closing !== null) return;
      tellToLeave().catch(() => {});
      failWith(error);
    },
  };
}

import type { ExecutionResult } from 'graphql';
import { abortError, throwIfAborted, untilAborted } from '../core/turns/abort.ts';
import type { Masking } from './response-errors.ts';

/** Results of a subscription or of `@defer`, ready to be sent. Never throws. `return` ends it at once, whatever upstream is doing. */
export type ResultStream = AsyncGenerator<ExecutionResult, undefined>;

interface Options {
  readonly signal: AbortSignal;
  readonly mask: Masking;
  readonly finish: (result: ExecutionResult) => ExecutionResult;
  /** Called once, after the last result. */
  readonly close: () => Promise<void>;
}

/**
 * Pulls the source and masks what comes. An abort wins over a source that is waiting: an async generator blocked on
 * upstream would not see its `return` before upstream speaks. Stopped by the gateway, it ends with an error result;
 * returned by its reader, with nothing.
 */
export function resultStream(source: AsyncIterable<ExecutionResult>, { signal, mask, finish, close }: Options): ResultStream {
  const inner = source[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  let ended = false;
  let left = false;

  function leave(): void {
    if (left) return;
    left = true;
    void Promise.resolve(inner.return?.()).catch(() => {});
  }

  async function end(): Promise<void> {
    ended = true;
    leave();
    await close();
  }

  async function next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (ended) return done;
    try {
      throwIfAborted(signal);
      const step = await untilAborted(inner.next(), signal);
      if (ended) return done;
      if (step.done !== true) return { done: false, value: finish(mask.result(step.value)) };
      ended = true;
      await close();
      return done;
    } catch (error) {
      if (ended) return done;
      await end();
      return { done: false, value: { errors: [mask.error(signal.aborted ? abortError(signal) : error)] } };
    }
  }

  const stream: ResultStream = {
    [Symbol.asyncIterator]: () => stream,
    next,
    async return() {
      if (!ended) await end();
      return done;
    },
    async throw(error) {
      if (!ended) await end();
      throw error;
    },
    [Symbol.asyncDispose]: async () => {
      if (!ended) await end();
    },
  };
  // Whoever aborts need not pull once more for upstream to be told.
  signal.addEventListener('abort', leave, { once: true });
  return stream;
}

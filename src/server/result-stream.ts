/** Makes what is sent of a subscription or of `@defer` out of what the engine gives: masked, accounted, and ended with a word. */
import type { ExecutionResult } from 'graphql';
import { interruptible, mapStream } from '../core/stream.ts';
import type { Masking } from './response-errors.ts';

/** Results of a subscription or of `@defer`, ready to be sent. Never throws. `return` ends it at once, whatever upstream is doing. */
export type ResultStream = AsyncGenerator<ExecutionResult, undefined>;

interface Options {
  readonly signal: AbortSignal;
  readonly mask: Masking;
  readonly finish: (result: ExecutionResult) => ExecutionResult;
  /** Called once, after the last result. */
  readonly close: () => Promise<void> | void;
}

/** An error is the last result, and so is the reason for which the gateway stopped the stream. A reader who leaves gets no last result. */
export function resultStream(source: AsyncIterable<ExecutionResult>, { signal, mask, finish, close }: Options): ResultStream {
  return mapStream(
    interruptible(source, { signal, ended: close }),
    (result) => finish(mask.result(result)),
    (error) => ({ errors: [mask.error(error)] }),
  );
}

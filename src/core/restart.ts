/**
 * Handles the `restart` chunk: everything before it is void, and what follows is the whole answer of another deployment. The
 * route emits one only while nothing was shown to the reader.
 */

import type { Batch } from './batch.ts';
import type { Call } from './call/call.ts';
import type { RestartChunk } from './chunk.ts';

/** Whether a reader has seen something of the call's answer. True for a call that does not know. */
export const wasShown = ({ shown }: Pick<Call, 'shown'>): boolean => shown?.() ?? true;

/** Ends the reading of an answer that is void. Thrown and caught by {@link eachAnswer} alone. */
class Restarted extends Error {
  readonly chunk: RestartChunk;

  constructor(chunk: RestartChunk) {
    super('The answer begins anew.');
    this.chunk = chunk;
  }
}

/**
 * Runs `read` over each answer of a stream that may begin anew. At a restart, `read` ends as by an error: what it holds back is
 * never said. The restart is passed on, and `read` begins again. Returns what the last one returns.
 */
export async function* eachAnswer<Result>(
  batches: AsyncIterable<Batch>,
  read: (answer: AsyncIterable<Batch>) => AsyncIterable<Batch, Result, undefined>,
): AsyncGenerator<Batch, Result, undefined> {
  const source = batches[Symbol.asyncIterator]();
  const answer: AsyncIterableIterator<Batch> = {
    [Symbol.asyncIterator]: () => answer,
    async next() {
      const next = await source.next();
      const first = next.done === true ? undefined : next.value[0];
      if (first?.type === 'restart') throw new Restarted(first);
      return next;
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
  for (;;) {
    try {
      return yield* read(answer);
    } catch (error) {
      if (!(error instanceof Restarted)) throw error;
      yield* passedOn(error.chunk, source);
    }
  }
}

/** Between two answers, nothing else would return the stream below. */
async function* passedOn(restart: RestartChunk, source: AsyncIterator<Batch>): AsyncGenerator<Batch> {
  let goesOn = false;
  try {
    yield [restart];
    goesOn = true;
  } finally {
    if (!goesOn) await source.return?.();
  }
}

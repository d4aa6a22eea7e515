/** Handlers as tests write and read them: chunk by chunk, and by either face. */
import { type Batch, inBatches } from '../src/core/batch.ts';
import type { Call, Handlers, Step } from '../src/core/call/call.ts';
import { completionOf } from '../src/core/call/collect-answer.ts';
import { handlersOf, throughSteps } from '../src/core/call/step.ts';
import { type Chunk, type Completion, collect } from '../src/core/chunk.ts';
import type { ModelRequest } from '../src/core/request/request.ts';

export type ChunkHandler = (request: ModelRequest, call: Call) => AsyncIterable<Chunk>;

/** Its stream chunk by chunk, and both faces as they are. */
export type Faced = ChunkHandler & Handlers;

export const faces = ['stream', 'whole'] as const;
export type Face = (typeof faces)[number];

export const faced = ({ stream, whole }: Handlers): Faced =>
  Object.assign<ChunkHandler, Handlers>((request, call) => chunksOf(stream(request, call)), { stream, whole });

/** An iterator and not a generator: `return()` must reach a step that waits. */
const chunksOf = (batches: AsyncIterable<Batch>): AsyncIterable<Chunk> => ({
  [Symbol.asyncIterator]() {
    const source = batches[Symbol.asyncIterator]();
    const left: Chunk[] = [];
    return {
      async next() {
        if (left.length === 0) {
          const step = await source.next();
          if (step.done === true) return step;
          left.push(...step.value);
        }
        const chunk = left.shift();
        return chunk === undefined ? { done: true, value: undefined } : { done: false, value: chunk };
      },
      async return() {
        await source.return?.();
        return { done: true, value: undefined };
      },
    };
  },
});

/** Both faces of what says its answer chunk by chunk. */
export const bothFaces = (handle: ChunkHandler): Handlers => handlersOf((request, call) => inBatches(handle(request, call)));

/** The step around what says its answer chunk by chunk. */
export const over =
  (step: Step) =>
  (handle: ChunkHandler | Handlers): Faced =>
    faced(throughSteps([step], 'whole' in handle ? handle : bothFaces(handle)));

/** The answer, asked for by that face. */
export const ask = async (face: Face, handle: Faced, request: ModelRequest, call: Call): Promise<Completion> =>
  face === 'whole' ? completionOf(await handle.whole(request, call)) : collect(handle(request, call));

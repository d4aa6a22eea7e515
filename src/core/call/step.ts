/** Puts steps around handlers, and gives a second face to what has one. */
import { type Batch, batchesOf } from '../batch.ts';
import type { Call, Handler, Handlers, Step, WholeHandler } from './call.ts';
import { type Answer, collectAnswer } from './collect-answer.ts';

/** The handlers with the steps around them, the first outermost. */
export function throughSteps(steps: readonly Step[], innermost: Handlers): Handlers {
  return {
    stream: steps.reduceRight((next, step) => step.stream(next), innermost.stream),
    whole: steps.reduceRight((next, step) => step.whole(next), innermost.whole),
  };
}

/** A step that changes the call and nothing else. */
export function callStep(change: (call: Call) => Call): Step {
  return {
    stream: (next) => (request, call) => next(request, change(call)),
    whole: (next) => (request, call) => next(request, change(call)),
  };
}

/** Reads each stream to its end. */
const wholeOf =
  (stream: Handler): WholeHandler =>
  (request, call) =>
    collectAnswer(stream(request, call));

/** Says each answer as a stream. */
export const streamOf =
  (whole: WholeHandler): Handler =>
  (request, call) =>
    said(() => whole(request, call));

async function* said(ask: () => Promise<Answer>): AsyncGenerator<Batch> {
  yield* batchesOf((await ask()).chunks);
}

/** Both faces of what was written for streams alone. */
export const handlersOf = (stream: Handler): Handlers => ({ stream, whole: wholeOf(stream) });

/**
 * Answers a request from a kept answer that has more fields than the request asks for. Replays the same stream; each object
 * is reduced to the fields of the smaller schema.
 */
import type { Call, Step, WholeHandler } from '../../core/call/call.ts';
import { answerOf } from '../../core/call/collect-answer.ts';
import type { Chunk } from '../../core/chunk.ts';
import type { CompletionRequest } from '../../core/request/request.ts';
import type { KeptAnswer } from './kept-answer.ts';
import type { Projection } from './schema-subset.ts';

/**
 * The answer's part, if `validate` finds it a valid answer to the request; else null. The step that validates answers of models judges the
 * part too, so no part is accepted that a model would have had to repair.
 */
export async function answerPart(
  answer: KeptAnswer,
  take: Projection,
  validate: Step,
  request: CompletionRequest,
  call: Call,
): Promise<KeptAnswer | null> {
  const chunks = [...partsOf(answer.chunks, take)];
  const final = chunks.find((chunk) => chunk.type === 'object' && chunk.final);
  if (final?.type !== 'object' || !(await isValid(final.value, validate, request, call))) return null;
  return { ...answer, chunks };
}

function* partsOf(chunks: readonly Chunk[], take: Projection): Generator<Chunk> {
  let shown = '';
  for (const chunk of chunks) {
    // The text of a structured answer is its object, written out: see `../validate.ts`.
    if (chunk.type === 'text') continue;
    if (chunk.type !== 'object') {
      yield chunk;
      continue;
    }
    const value = take(chunk.value);
    const text = JSON.stringify(value);
    if (chunk.final) yield* [{ ...chunk, value }, { type: 'text', text } as const];
    else if (text !== shown) yield { ...chunk, value };
    shown = text;
  }
}

async function isValid(value: unknown, validate: Step, request: CompletionRequest, call: Call): Promise<boolean> {
  let asked = false;
  const saysOnce: WholeHandler = async () => {
    const text = asked ? '' : JSON.stringify(value);
    asked = true;
    return answerOf([
      { type: 'text', text },
      { type: 'finish', reason: 'stop' },
    ]);
  };
  try {
    await validate.whole(saysOnce)(request, { ...call, live: false, report: () => {} });
    return true;
  } catch {
    return false;
  }
}

/**
 * A whole answer: what is left of a stream of chunks when it was read to its end.
 *
 * Pieces are joined: a text, a run of reasoning, a tool call and an object are one chunk each, as they were at the end.
 */
import type { Batch } from '../batch.ts';
import { type Chunk, type Citation, type Completion, type MessagePart, toolCallPart } from '../chunk.ts';

/** Immutable: it may be kept, and shared among callers. */
export interface Answer {
  /** In the order in which it was said, `finish` last. No `restart`, no unfinished tool call, no growing object. */
  readonly chunks: readonly Chunk[];
  /** Rules that have allowed it, of an answer that is kept: those whose verdict depends on the answer alone are not asked again. */
  readonly allowedBy?: Set<object>;
}

/** Makes an answer of the chunks of a stream. */
export interface AnswerBuilder {
  add(chunk: Chunk): void;
  /** All that was added since the last restart. */
  answer(): Answer;
}

export function answerBuilder(): AnswerBuilder {
  let chunks: Chunk[] = [];
  return {
    add(chunk) {
      if (chunk.type === 'restart') chunks = [];
      else if (isWhole(chunk)) {
        const last = chunks.at(-1);
        const both = isSpoken(last) && isSpoken(chunk) ? joined(last, chunk) : null;
        if (both === null) chunks.push(chunk);
        else chunks[chunks.length - 1] = both;
      }
    },
    answer: () => ({ chunks }),
  };
}

/** Of chunks that are all there. */
export function answerOf(chunks: Iterable<Chunk>): Answer {
  const builder = answerBuilder();
  for (const chunk of chunks) builder.add(chunk);
  return builder.answer();
}

/** Reads a stream to its end. Throws what the stream throws. */
export async function collectAnswer(batches: AsyncIterable<Batch>): Promise<Answer> {
  const builder = answerBuilder();
  for await (const batch of batches) for (const chunk of batch) builder.add(chunk);
  return builder.answer();
}

/** Whether the chunk says all of its tool call or its object. */
export function isWhole(chunk: Chunk): boolean {
  if (chunk.type === 'object') return chunk.final;
  return chunk.type !== 'tool-call' || chunk.done;
}

type Spoken = Extract<Chunk, { readonly type: 'text' | 'reasoning' }>;
const isSpoken = (chunk: Chunk | undefined): chunk is Spoken => chunk?.type === 'text' || chunk?.type === 'reasoning';

/** Null: they stay two. */
function joined(last: Spoken, chunk: Spoken): Spoken | null {
  if (last.type !== chunk.type || (last.type === 'reasoning' && last.opaque !== undefined)) return null;
  return { ...chunk, text: last.text + chunk.text };
}

/** The answer as callers are shown it: texts between which a citation or a warning stands are one part. */
export function completionOf({ chunks }: Answer): Completion {
  let text = '';
  let object: unknown;
  let finishReason: Completion['finishReason'] = null;
  const parts: MessagePart[] = [];
  const citations: Citation[] = [];
  const warnings: string[] = [];
  const vectors: Float32Array[] = [];
  for (const chunk of chunks) {
    switch (chunk.type) {
      case 'text':
      case 'reasoning': {
        if (chunk.type === 'text') text += chunk.text;
        const last = parts.at(-1);
        const both = last === undefined || last.type === 'tool-call' ? null : joined(last, chunk);
        if (both === null) parts.push(chunk);
        else parts[parts.length - 1] = both;
        break;
      }
      case 'tool-call':
        parts.push(toolCallPart(chunk));
        break;
      case 'object':
        object = chunk.value;
        break;
      case 'embedding':
        vectors[chunk.index] = chunk.vector;
        break;
      case 'citation':
        citations.push(chunk.citation);
        break;
      case 'warning':
        warnings.push(chunk.message);
        break;
      case 'finish':
        finishReason = chunk.reason;
    }
  }
  return { text, parts, object, finishReason, citations, warnings, vectors };
}

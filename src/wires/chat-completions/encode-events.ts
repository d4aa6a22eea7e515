/**
 * Writes an answer as a stream, by the grammar that stock clients need: the role first, one id for all chunks, each tool call by an index
 * of its own whose first delta has its id and name, one finish reason, the usage where it was asked for, and `[DONE]`.
 */
import type { Chunk, FinishReason, ToolCallChunk } from '../../core/chunk.ts';
import type { GatewayError } from '../../core/errors.ts';
import type { Usage } from '../../core/money.ts';
import type { JsonObject } from '../json-fields.ts';
import { encodeFailure } from '../openai/refusals.ts';
import { writeEvent } from '../sse/write-event.ts';
import type { AnswerHead, EventEncoder } from '../wire.ts';
import { signatureField, writeSignature } from './call-signatures.ts';
import { encodeUsage } from './counted-usage.ts';
import { encodeFinishReason } from './finish-reasons.ts';

interface SentCall {
  readonly index: number;
  /** The arguments that were sent so far. */
  text: string;
  signed: boolean;
}

const done = writeEvent('[DONE]');

export function encodeEvents({ id, model, created, includeUsage }: AnswerHead): EventEncoder {
  const calls = new Map<string, SentCall>();
  let reason: FinishReason = 'stop';
  // This is written once, because a stream has a chunk for each token.
  const head = JSON.stringify({ id, object: 'chat.completion.chunk', created, model }).slice(0, -1);
  const tail = includeUsage ? ',"usage":null}' : '}';

  const chunkOf = (delta: JsonObject, finishReason: string | null = null): string => {
    const end = finishReason === null ? 'null' : `"${finishReason}"`;
    return writeEvent(`${head},"choices":[{"index":0,"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${end}}]${tail}`);
  };

  const callTool = (chunk: ToolCallChunk, chunks: readonly Chunk[]): string => {
    const { id: callId, name, argumentsText, done: whole } = chunk;
    const begun = calls.get(callId);
    const call: SentCall = begun ?? { index: calls.size, text: '', signed: false };
    calls.set(callId, call);
    const piece = whole ? restOf(argumentsText || '{}', call.text) : argumentsText;
    // Clients look for the signature in the first delta.
    const opaque = call.signed ? undefined : (chunk.opaque ?? (begun === undefined ? opaqueAhead(chunks, callId) : undefined));
    if (begun !== undefined && piece === '' && opaque === undefined) return '';
    call.text += piece;
    if (opaque !== undefined) call.signed = true;
    const first = begun === undefined ? { id: callId, type: 'function' } : {};
    const named = begun === undefined ? { name } : {};
    const signature = opaque === undefined ? {} : signatureField(writeSignature(opaque));
    return chunkOf({ tool_calls: [{ index: call.index, ...first, function: { ...named, arguments: piece }, ...signature }] });
  };

  const written = (chunk: Chunk, chunks: readonly Chunk[]): string => {
    switch (chunk.type) {
      case 'text':
        return chunk.text === '' ? '' : chunkOf({ content: chunk.text });
      case 'reasoning':
        return chunk.text === '' ? '' : chunkOf({ reasoning_content: chunk.text });
      case 'tool-call':
        return callTool(chunk, chunks);
      case 'finish':
        reason = chunk.reason;
        return '';
      default:
        return '';
    }
  };

  const finished = (finishReason: FinishReason, usage: Usage | null): string => {
    const counted = includeUsage && usage !== null ? writeEvent(`${head},"choices":[],"usage":${JSON.stringify(encodeUsage(usage))}}`) : '';
    return `${chunkOf({}, encodeFinishReason(finishReason, calls.size > 0))}${counted}${done}`;
  };

  return {
    start: () => chunkOf({ role: 'assistant', content: '' }),
    take: (chunks) => chunks.map((chunk) => written(chunk, chunks)).join(''),
    end: (usage) => finished(reason, usage),
    fail: (failure: GatewayError) =>
      // What a guardrail cuts off is an answer that a filter ended, as the vendor would end it.
      failure.code === 'GUARDRAIL_BLOCKED' ? finished('content-filter', null) : writeEvent(JSON.stringify(encodeFailure(failure).body)),
  };
}

/** The opaque part of a call that came in one piece. */
function opaqueAhead(chunks: readonly Chunk[], id: string): string | undefined {
  const end = chunks.find((chunk) => chunk.type === 'tool-call' && chunk.done && chunk.id === id);
  return end?.type === 'tool-call' ? end.opaque : undefined;
}

const restOf = (whole: string, sent: string): string => (whole.startsWith(sent) ? whole.slice(sent.length) : '');

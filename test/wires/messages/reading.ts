/** Reads what a server of the Messages API would send, as the codec does. */
import { type Chunk, type Completion, emptyCompletion, withChunk } from '../../../src/core/chunk.ts';
import type { Usage } from '../../../src/core/money.ts';
import { messages } from '../../../src/wires/messages/messages.ts';
import { readBody } from '../../../src/wires/read-streamed-body.ts';

export interface Read {
  readonly chunks: readonly Chunk[];
  readonly completion: Completion;
  readonly usage: Usage | null;
}

export const eventsOf = (...events: readonly object[]): string => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

/** The body in pieces of so many bytes. Throws what the codec throws. */
export function read(body: string, pieceBytes = Number.POSITIVE_INFINITY, jsonTool: string | null = null): Read {
  const bytes = new TextEncoder().encode(body);
  const reader = readBody(
    () => messages.decodeEvents({ jsonTool }),
    (whole) => messages.decodeAnswer(whole, { jsonTool }),
  );
  const chunks: Chunk[] = [];
  for (let from = 0; from < bytes.length && !reader.ended(); from += pieceBytes) {
    chunks.push(...reader.push(bytes.subarray(from, Math.min(bytes.length, from + pieceBytes))));
  }
  if (!reader.ended()) chunks.push(...reader.end());
  if (reader.failure() !== null) throw reader.failure();
  return { chunks, completion: chunks.reduce(withChunk, emptyCompletion), usage: reader.usage() };
}

export const begins = (message: object = {}): object => ({
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', content: [], stop_reason: null, usage: { input_tokens: 10 }, ...message },
});
export const opens = (block: object, index: number | null = 0): object => ({
  type: 'content_block_start',
  ...(index === null ? {} : { index }),
  content_block: block,
});
export const delta = (fields: object, index: number | null = 0): object => ({
  type: 'content_block_delta',
  ...(index === null ? {} : { index }),
  delta: fields,
});
export const closes = (index: number | null = 0): object => ({ type: 'content_block_stop', ...(index === null ? {} : { index }) });
export const says = (text: string, index: number | null = 0): object => delta({ type: 'text_delta', text }, index);
export const thinks = (thinking: string, index: number | null = 0): object => delta({ type: 'thinking_delta', thinking }, index);
export const signs = (signature: string, index: number | null = 0): object => delta({ type: 'signature_delta', signature }, index);
export const piece = (partial_json: string, index: number | null = 0): object => delta({ type: 'input_json_delta', partial_json }, index);
export const ends = (stop_reason: string | null = 'end_turn', usage: object = { output_tokens: 2 }): object => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage,
});
export const stops = { type: 'message_stop' };
export const text = { type: 'text', text: '' };
export const call = (rest: object = {}): object => ({ type: 'tool_use', id: 'toolu_1', name: 'weather', input: {}, ...rest });
export const whole = (content: unknown, rest: object = {}): string =>
  JSON.stringify({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    content,
    stop_reason: 'end_turn',
    usage: { input_tokens: 10, output_tokens: 2 },
    ...rest,
  });

/** Reads what a server of the Responses API would send, as the codec does. */
import { type Chunk, type Completion, emptyCompletion, withChunk } from '../../../src/core/chunk.ts';
import type { Usage } from '../../../src/core/money.ts';
import { readBody } from '../../../src/wires/read-streamed-body.ts';
import { responses } from '../../../src/wires/responses/responses.ts';

export interface Read {
  readonly chunks: readonly Chunk[];
  readonly completion: Completion;
  readonly usage: Usage | null;
}

export const eventsOf = (...events: readonly object[]): string => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

/** The body in pieces of so many bytes. Throws what the codec throws. */
export function read(body: string, pieceBytes = Number.POSITIVE_INFINITY): Read {
  const bytes = new TextEncoder().encode(body);
  const reader = readBody(
    () => responses.decodeEvents({}),
    (whole) => responses.decodeAnswer(whole, {}),
  );
  const chunks: Chunk[] = [];
  for (let from = 0; from < bytes.length && !reader.ended(); from += pieceBytes) {
    chunks.push(...reader.push(bytes.subarray(from, Math.min(bytes.length, from + pieceBytes))));
  }
  if (!reader.ended()) chunks.push(...reader.end());
  if (reader.failure() !== null) throw reader.failure();
  return { chunks, completion: chunks.reduce(withChunk, emptyCompletion), usage: reader.usage() };
}

const usage = { input_tokens: 10, output_tokens: 2, total_tokens: 12 };
export const created = { type: 'response.created', response: { id: 'resp_1', status: 'in_progress', output: [], usage: null } };
export const completed = (response: object = {}): object => ({
  type: 'response.completed',
  response: { id: 'resp_1', status: 'completed', output: [], usage, ...response },
});
export const message = (text: string, rest: object = {}) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
  ...rest,
});
export const call = (args: string, rest: object = {}) => ({
  id: 'fc_1',
  type: 'function_call',
  call_id: 'call_1',
  name: 'weather',
  arguments: args,
  ...rest,
});
export const says = (delta: string, rest: object = { item_id: 'msg_1', output_index: 0, content_index: 0 }): object => ({
  type: 'response.output_text.delta',
  delta,
  ...rest,
});
export const added = (item: object, output_index = 0): object => ({ type: 'response.output_item.added', output_index, item });
export const done = (item: object, output_index = 0): object => ({ type: 'response.output_item.done', output_index, item });
export const piece = (delta: string, rest: object = { item_id: 'fc_1', output_index: 0 }): object => ({
  type: 'response.function_call_arguments.delta',
  delta,
  ...rest,
});

/** Writes a whole response: what the last event of its stream would tell. */
import type { JsonObject } from '../json-fields.ts';
import type { Answer, AnswerHead } from '../wire.ts';
import { responseWriter } from './output/response-writer.ts';

export function encodeAnswer({ chunks, usage }: Answer, head: AnswerHead): JsonObject {
  const writer = responseWriter(head);
  for (const chunk of chunks) writer.take(chunk);
  writer.end(usage);
  return writer.response;
}

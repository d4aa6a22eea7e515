/** Writes a whole response: with the content of the last event of its stream. */
import type { JsonObject } from '../json-fields.ts';
import type { Answer, AnswerHead } from '../wire.ts';
import { responseWriter } from './output/response-writer.ts';

export function encodeAnswer({ chunks, usage }: Answer, head: AnswerHead): JsonObject {
  const writer = responseWriter(head);
  for (const chunk of chunks) writer.take(chunk);
  writer.end(usage);
  return writer.response;
}

/** Writes a whole message. Its content is the same as that of a stream. */
import type { JsonObject } from '../json-fields.ts';
import type { Answer, AnswerHead } from '../wire.ts';
import { messageWriter } from './output/message-writer.ts';

export function encodeAnswer({ chunks, usage }: Answer, head: AnswerHead): JsonObject {
  const writer = messageWriter(head);
  for (const chunk of chunks) writer.take(chunk);
  writer.end(usage);
  return writer.message;
}

/** Reads a whole response as one last event. */
import { joinChunks } from '../join-chunks.ts';
import { isObject, textOf } from '../json-fields.ts';
import type { Answer } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';
import { readResponse } from './decode-events.ts';
import { failureIn } from './failures.ts';

export function decodeAnswer(body: unknown): Answer {
  if (!isObject(body)) throw new WireFailure('unreadable');
  // Some servers answer with the event that would end the stream.
  const response = isObject(body['response']) && body['output'] === undefined ? body['response'] : body;
  const failure = failureIn(textOf(body['type']), body) ?? failureIn('', response);
  if (failure !== null) throw failure;
  if (!Array.isArray(response['output']) && textOf(response['status']) === '') throw new WireFailure('unreadable');
  const reader = readResponse();
  const chunks = reader.take('response.done', { response });
  return { chunks: joinChunks(chunks), usage: reader.usage };
}

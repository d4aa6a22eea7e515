/** Reads a whole message as one event that holds all of it. */
import { joinChunks } from '../join-chunks.ts';
import { isObject, textOf } from '../json-fields.ts';
import type { Answer } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';
import { readMessageEvents } from './decode-events.ts';
import { failureIn } from './failures.ts';
import type { MessagesSettings } from './request/structured-output.ts';

export function decodeAnswer(body: unknown, settings: MessagesSettings): Answer {
  if (!isObject(body)) throw new WireFailure('unreadable');
  const failure = failureIn(textOf(body['type']), body);
  if (failure !== null) throw failure;
  // Some servers answer with the event that would begin the stream.
  const message = isObject(body['message']) && body['content'] === undefined ? body['message'] : body;
  const hasContent = Array.isArray(message['content']) || (message['type'] === 'message' && typeof message['content'] === 'string');
  if (!hasContent && textOf(message['stop_reason']) === '') throw new WireFailure('unreadable');
  const reader = readMessageEvents(settings);
  const chunks = reader.take('message', { ...message, type: 'message' });
  return { chunks: joinChunks(chunks), usage: reader.usage };
}

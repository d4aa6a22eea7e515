import { isObject, textOf } from '../json-fields.ts';
import { mergeChunks } from '../merge-chunks.ts';
import type { Answer } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';
import type { ChatSettings } from './chat-settings.ts';
import { usageIn } from './counted-usage.ts';
import { finishOf, firstChoice } from './decode-events.ts';
import { readMessage } from './delta/read-message.ts';
import { failureIn } from './failures.ts';

/** Reads a whole answer. Throws a {@link WireFailure}. */
export function decodeAnswer(body: unknown, settings: ChatSettings): Answer {
  if (!isObject(body)) throw new WireFailure('unreadable');
  const failure = failureIn(body);
  if (failure !== null) throw failure;
  const choice = firstChoice(body);
  const said = choice['message'] ?? choice['delta'];
  if (!isObject(said)) throw new WireFailure('unreadable');
  const message = readMessage(settings);
  const chunks = mergeChunks([...message.take(said), ...message.end()].filter((chunk) => chunk.type !== 'tool-call' || chunk.done));
  const reason = textOf(choice['finish_reason']);
  return { chunks: [...chunks, ...finishOf(reason === '' ? null : reason, message.seen)], usage: usageIn(body, choice) };
}

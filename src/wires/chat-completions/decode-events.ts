/**
 * Reads the events of a stream of Chat Completions.
 *
 * The answer is whole when its finish reason or `[DONE]` has come. Usage may come with it, behind it, and even behind `[DONE]`.
 */
import type { Chunk } from '../../core/chunk.ts';
import type { Usage } from '../../core/money.ts';
import { isObject, type JsonObject, listOf, objectOf, parseJson, textOf } from '../json-fields.ts';
import { settleFinish } from '../settle-finish.ts';
import type { SseEvent } from '../sse/read-events.ts';
import type { EventDecoder } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';
import type { ChatSettings } from './chat-settings.ts';
import { usageIn } from './counted-usage.ts';
import { readMessage } from './delta/read-message.ts';
import { failureIn, failureOfData } from './failures.ts';
import { decodeFinishReason } from './finish-reasons.ts';

/** Warnings for the caller of an answer that ended in good order. */
const withoutReason: Chunk = { type: 'warning', message: 'The model did not say why its answer ended.' };

export function decodeEvents(settings: ChatSettings): EventDecoder {
  const message = readMessage(settings);
  let reason: string | null = null;
  let done = false;
  let said = false;

  function finish(): readonly Chunk[] {
    decoder.ended = true;
    const rest = message.end();
    return [...rest, ...finishOf(reason, message.seen)];
  }

  function takeChoice(choice: JsonObject): readonly Chunk[] {
    const { delta, finish_reason: spelling } = choice;
    // A server that cannot stream may send its answer as one event.
    const piece = isObject(delta) ? delta : said ? {} : objectOf(choice['message']);
    const chunks = message.take(piece);
    if (chunks.length > 0) said = true;
    const named = textOf(spelling);
    if (named === '' || (reason !== null && decodeFinishReason(named) === 'failed')) return chunks;
    if (decodeFinishReason(named) === 'failed') throw new WireFailure('refused');
    reason = named;
    decoder.complete = true;
    return chunks;
  }

  const decoder = {
    complete: false,
    ended: false,
    usage: null as Usage | null,
    take({ event, data }: SseEvent): readonly Chunk[] {
      if (decoder.ended) return [];
      const text = data.trim();
      if (text === '[DONE]') {
        done = true;
        decoder.complete = true;
        return decoder.usage === null ? [] : finish();
      }
      const { complete } = decoder;
      if (event === 'error' && !complete) throw failureOfData(text);
      if (!text.startsWith('{')) return [];
      const body = parseJson(text);
      if (!isObject(body)) {
        if (event === '' || event === 'message') throw new WireFailure('unreadable');
        return [];
      }
      const failure = complete ? null : failureIn(body);
      if (failure !== null) throw failure;
      const choice = firstChoice(body);
      decoder.usage = usageIn(body, choice) ?? decoder.usage;
      if (done) return decoder.usage === null ? [] : finish();
      return takeChoice(choice);
    },
    end(): readonly Chunk[] {
      if (decoder.ended) return [];
      if (!decoder.complete) throw new WireFailure('cut');
      return finish();
    },
  };
  return decoder;
}

/** The one answer that was asked for. Some servers leave out its index. */
export function firstChoice(body: JsonObject): JsonObject {
  const choices = listOf(body['choices']).filter(isObject);
  return choices.find(({ index }) => index === 0) ?? choices.find(({ index }) => typeof index !== 'number') ?? {};
}

/** `finish`, last. Throws `empty` where nothing was said. A refusal ends as if it were an answer. */
export function finishOf(
  spelling: string | null,
  { text, toolCall, refusal }: { readonly text: boolean; readonly toolCall: boolean; readonly refusal: boolean },
): readonly Chunk[] {
  const decoded = spelling === null ? 'other' : decodeFinishReason(spelling);
  if (decoded === 'failed') throw new WireFailure('refused');
  const reason = settleFinish(refusal && decoded === 'stop' ? 'content-filter' : decoded, { text, toolCall });
  return [...(spelling === null ? [withoutReason] : []), { type: 'finish', reason }];
}

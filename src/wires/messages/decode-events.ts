/** Reads the events of a streamed message. */
import type { Chunk } from '../../core/chunk.ts';
import type { Usage } from '../../core/money.ts';
import { countOf, isObject, type JsonObject, listOf, objectOf, parseJson, textOf } from '../json-fields.ts';
import { settleFinish } from '../settle-finish.ts';
import type { EventDecoder } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';
import { type Counts, usageOf, withCounts } from './counted-usage.ts';
import { failureIn } from './failures.ts';
import { finishReasonOf } from './finish-reasons.ts';
import { readMessage } from './output/message-reader.ts';
import type { MessagesSettings } from './request/structured-output.ts';

export interface MessageEventReader {
  /** `name` is the type of an event that does not have one itself. */
  take(name: string, event: JsonObject): readonly Chunk[];
  /** Ends the answer, and returns its last chunks, `finish` last. */
  end(): readonly Chunk[];
  /** Whether the finish reason has come, with no content behind it. */
  readonly complete: boolean;
  readonly ended: boolean;
  readonly usage: Usage | null;
}

export function readMessageEvents({ jsonTool }: MessagesSettings): MessageEventReader {
  const message = readMessage(jsonTool);
  let counts: Counts = {};
  let reason = '';
  /** The reason of a message that has only begun. It is used where no other comes. */
  let firstReason = '';
  let goesOn = false;
  let ended = false;

  const isComplete = (): boolean => ended || (reason !== '' && !goesOn);

  const end = (): readonly Chunk[] => {
    ended = true;
    const word = reason || firstReason;
    const chunks = message.end();
    const warning: Chunk = { type: 'warning', message: 'The model ended its answer without saying why.' };
    const finish: Chunk = { type: 'finish', reason: settleFinish(word === '' ? 'other' : finishReasonOf(word), message.said) };
    return [...chunks, ...(word === '' ? [warning] : []), finish];
  };

  /** A message that has begun, or that is whole. */
  const takeMessage = (told: JsonObject): readonly Chunk[] => {
    counts = withCounts(counts, told['usage']);
    firstReason = textOf(told['stop_reason']) || firstReason;
    const { content } = told as { readonly content?: unknown };
    if (typeof content === 'string') return message.whole({ type: 'text', text: content });
    return listOf(content).flatMap((block) => message.whole(objectOf(block)));
  };

  const takeContent = (type: string, event: JsonObject): readonly Chunk[] => {
    const place = countOf(event['index']);
    switch (type) {
      case 'content_block_start':
        return message.begin(place, objectOf(event['content_block']));
      case 'content_block_delta':
        return message.piece(place, objectOf(event['delta']));
      case 'content_block_stop':
        return message.stop(place);
      case 'message_start':
        return takeMessage(objectOf(event['message']));
      default:
        return [];
    }
  };

  return {
    take(name, event) {
      if (ended) return [];
      const type = textOf(event['type']) || name;
      const failure = failureIn(type, event);
      if (failure !== null) {
        if (!isComplete()) throw failure;
        return end();
      }
      if (type === 'message' && 'content' in event) return [...takeMessage(event), ...end()];
      switch (type) {
        case 'message_stop':
          return end();
        case 'message_delta':
          counts = withCounts(counts, event['usage']);
          reason = textOf(objectOf(event['delta'])['stop_reason']) || reason;
          goesOn = false;
          return [];
        default: {
          const chunks = takeContent(type, event);
          if (chunks.length > 0) goesOn = true;
          return chunks;
        }
      }
    },
    end,
    get complete() {
      return isComplete();
    },
    get ended() {
      return ended;
    },
    get usage() {
      return usageOf(counts);
    },
  };
}

export function decodeEvents(settings: MessagesSettings): EventDecoder {
  const events = readMessageEvents(settings);
  return {
    take({ event: name, data }) {
      if (events.ended) return [];
      // Anthropic has no such end; servers that imitate it send the one of OpenAI.
      if (data.trim() === '[DONE]') return events.end();
      const event = parseJson(data);
      if (event === undefined && name !== 'ping') throw new WireFailure('unreadable');
      return isObject(event) ? events.take(name, event) : [];
    },
    end() {
      if (events.ended) return [];
      if (!events.complete) throw new WireFailure('cut');
      return events.end();
    },
    get complete() {
      return events.complete;
    },
    get ended() {
      return events.ended;
    },
    get usage() {
      return events.usage;
    },
  };
}

/**
 * Reads the body of an answer that was asked as a stream, bytes to chunks. A server that does not stream sends one JSON text instead: it is
 * known by its first character, since content types are wrong too often.
 */
import type { Chunk } from '../core/chunk.ts';
import type { Usage } from '../core/money.ts';
import { readWholeAnswer, type WholeAnswerReader } from './body/read-whole-answer.ts';
import { mergeChunks } from './merge-chunks.ts';
import { type EventReader, readEvents } from './sse/read-events.ts';
import type { Answer, EventDecoder } from './wire.ts';
import { WireFailure } from './wire-failure.ts';

export interface BodyReader {
  /** All chunks that these bytes bring, neighbours merged. What fails behind some of them is kept as `failure`. */
  push(bytes: Uint8Array): readonly Chunk[];
  /** See {@link EventDecoder.end}. */
  end(): readonly Chunk[];
  /** See {@link EventDecoder.complete}. */
  complete(): boolean;
  /** See {@link EventDecoder.ended}. */
  ended(): boolean;
  usage(): Usage | null;
  /** Why nothing more comes; null: nothing has failed. */
  failure(): unknown;
}

export function readBody(decoder: EventDecoder, decodeAnswer: (body: unknown) => Answer): BodyReader {
  const reader: EventReader = readEvents();
  /** Of a body that is no event stream. */
  let whole: WholeAnswerReader | null = null;
  let kind: 'unknown' | 'events' = 'unknown';
  let failure: unknown = null;
  /** `broken`: what an event that cannot be read means. */
  const takeAll = (events: ReturnType<EventReader['push']>, broken: 'unreadable' | 'cut' = 'unreadable'): readonly Chunk[] => {
    if (failure !== null) throw failure;
    const chunks: Chunk[] = [];
    for (const event of events) {
      if (decoder.ended) break;
      try {
        chunks.push(...decoder.take(event));
      } catch (error) {
        const isUnreadable = error instanceof WireFailure && error.kind === 'unreadable';
        // An answer that has its finish reason is whole, also where a connection breaks in the middle of what follows.
        if (decoder.complete && isUnreadable) continue;
        const reason = isUnreadable ? new WireFailure(broken) : error;
        // What was said before it was said, and is billed.
        if (chunks.length === 0) throw reason;
        failure = reason;
        break;
      }
    }
    return mergeChunks(chunks);
  };
  /** The end, behind chunks that must not be lost with it. */
  const endAfter = (): readonly Chunk[] => {
    try {
      return decoder.end();
    } catch (error) {
      failure = error;
      return [];
    }
  };
  return {
    push(bytes) {
      if (kind === 'unknown' && whole === null) {
        const found = kindOf(bytes);
        if (found === 'whole') whole = readWholeAnswer(decodeAnswer);
        else kind = found;
      }
      if (whole === null) return takeAll(reader.push(bytes));
      whole.push(bytes);
      return [];
    },
    end() {
      if (whole === null) {
        // No blank line ends the last event then: it is one that was cut in the middle.
        const chunks = takeAll(reader.end(), 'cut');
        if (decoder.ended || failure !== null) return chunks;
        return chunks.length === 0 ? decoder.end() : [...chunks, ...endAfter()];
      }
      return whole.end().chunks;
    },
    complete: () => (whole === null ? decoder.complete : whole.answer() !== null),
    ended: () => whole === null && decoder.ended,
    failure: () => failure,
    usage: () => whole?.answer()?.usage ?? decoder.usage,
  };
}

/** By the first byte that is neither blank nor part of a byte order mark. */
function kindOf(bytes: Uint8Array): 'unknown' | 'events' | 'whole' {
  for (const byte of bytes) {
    if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
    return byte === 0x7b || byte === 0x5b ? 'whole' : 'events';
  }
  return 'unknown';
}

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

/** `newDecoder`: of events; none is made for an answer that comes whole. */
export const readBody = (newDecoder: () => EventDecoder, decodeAnswer: (body: unknown) => Answer): BodyReader =>
  new BodyOfAnswer(newDecoder, decodeAnswer);

class BodyOfAnswer implements BodyReader {
  readonly #newDecoder: () => EventDecoder;
  readonly #decodeAnswer: (body: unknown) => Answer;
  #decoder: EventDecoder | null = null;
  #reader: EventReader | null = null;
  /** Of a body that is no event stream. */
  #whole: WholeAnswerReader | null = null;
  #isKnown = false;
  #failure: unknown = null;

  constructor(newDecoder: () => EventDecoder, decodeAnswer: (body: unknown) => Answer) {
    this.#newDecoder = newDecoder;
    this.#decodeAnswer = decodeAnswer;
  }

  push(bytes: Uint8Array): readonly Chunk[] {
    if (!this.#isKnown) {
      const found = kindOf(bytes);
      if (found === 'whole') this.#whole = readWholeAnswer(this.#decodeAnswer);
      this.#isKnown = found !== 'unknown';
    }
    if (this.#whole === null) return this.#takeAll(this.#events().push(bytes));
    this.#whole.push(bytes);
    return [];
  }

  end(): readonly Chunk[] {
    if (this.#whole !== null) return this.#whole.end().chunks;
    // No blank line ends the last event then: it is one that was cut in the middle.
    const chunks = this.#takeAll(this.#events().end(), 'cut');
    const decoder = this.#decoding();
    if (decoder.ended || this.#failure !== null) return chunks;
    return chunks.length === 0 ? decoder.end() : [...chunks, ...this.#endAfter()];
  }

  complete(): boolean {
    return this.#whole === null ? (this.#decoder?.complete ?? false) : this.#whole.answer() !== null;
  }

  ended(): boolean {
    return this.#whole === null && (this.#decoder?.ended ?? false);
  }

  failure(): unknown {
    return this.#failure;
  }

  usage(): Usage | null {
    return this.#whole?.answer()?.usage ?? this.#decoder?.usage ?? null;
  }

  #events(): EventReader {
    this.#reader ??= readEvents();
    return this.#reader;
  }

  #decoding(): EventDecoder {
    this.#decoder ??= this.#newDecoder();
    return this.#decoder;
  }

  /** `broken`: what an event that cannot be read means. */
  #takeAll(events: ReturnType<EventReader['push']>, broken: 'unreadable' | 'cut' = 'unreadable'): readonly Chunk[] {
    if (this.#failure !== null) throw this.#failure;
    const decoder = this.#decoding();
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
        this.#failure = reason;
        break;
      }
    }
    return mergeChunks(chunks);
  }

  /** The end, behind chunks that must not be lost with it. */
  #endAfter(): readonly Chunk[] {
    try {
      return this.#decoding().end();
    } catch (error) {
      this.#failure = error;
      return [];
    }
  }
}

/** By the first byte that is neither blank nor part of a byte order mark. */
function kindOf(bytes: Uint8Array): 'unknown' | 'events' | 'whole' {
  for (const byte of bytes) {
    if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
    return byte === 0x7b || byte === 0x5b ? 'whole' : 'events';
  }
  return 'unknown';
}

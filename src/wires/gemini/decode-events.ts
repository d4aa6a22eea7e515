/** Reads the events of `streamGenerateContent?alt=sse`: each is a response that holds what is new. */
import type { Chunk } from '../../core/chunk.ts';
import { parseJson } from '../json-fields.ts';
import type { EventDecoder } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';
import { readResponses } from './read-responses.ts';
import type { GeminiSettings } from './request/model-family.ts';

export function decodeEvents(settings: GeminiSettings): EventDecoder {
  const reader = readResponses(settings);
  /** Gemini has no terminal event of its own; servers that imitate it send the one of OpenAI. */
  let ended = false;
  return {
    take({ event, data }) {
      if (ended) return [];
      if (data.trim() === '[DONE]') {
        const chunks = reader.end('other');
        ended = true;
        return chunks;
      }
      const body = parseJson(data);
      if (body === undefined) {
        // Gemini's events have no names. An event with a name is the ping of a proxy.
        if (event !== '') return [];
        throw new WireFailure('unreadable');
      }
      return Array.isArray(body) ? body.flatMap((one): readonly Chunk[] => reader.take(one)) : reader.take(body);
    },
    end: () => reader.end(null),
    get complete() {
      return ended || reader.complete;
    },
    get ended() {
      return ended;
    },
    get usage() {
      return reader.usage;
    },
  };
}

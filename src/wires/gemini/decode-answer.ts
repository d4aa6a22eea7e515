/** Reads a whole answer of `generateContent`, or the list of responses that `streamGenerateContent` sends without `alt=sse`. */
import type { Chunk } from '../../core/chunk.ts';
import { isObject } from '../json-fields.ts';
import type { Answer } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';
import { readResponses } from './read-responses.ts';
import type { GeminiSettings } from './request/model-family.ts';

const fieldsOfAnswer = ['candidates', 'promptFeedback', 'usageMetadata', 'error'];

export function decodeAnswer(body: unknown, settings: GeminiSettings): Answer {
  const responses = (Array.isArray(body) ? body : [body]).filter(isObject);
  if (!responses.some((response) => fieldsOfAnswer.some((name) => name in response))) throw new WireFailure('unreadable');
  const reader = readResponses(settings);
  const chunks = responses.flatMap((response) => reader.take(response));
  // The answer ends with the body.
  return { chunks: joined([...chunks, ...reader.end('other')]), usage: reader.usage };
}

/** The chunks without pieces of calls. Neighbouring texts are one chunk, and so is neighbouring reasoning up to an opaque part. */
function joined(chunks: readonly Chunk[]): readonly Chunk[] {
  const whole: Chunk[] = [];
  for (const chunk of chunks) {
    if (chunk.type === 'tool-call' && !chunk.done) continue;
    const last = whole.at(-1);
    if (chunk.type === 'text' && last?.type === 'text') whole.splice(-1, 1, { ...last, text: last.text + chunk.text });
    else if (chunk.type === 'reasoning' && last?.type === 'reasoning' && last.opaque === undefined)
      whole.splice(-1, 1, { ...chunk, text: last.text + chunk.text });
    else whole.push(chunk);
  }
  return whole;
}

import type { Chunk } from '../core/chunk.ts';
import { isOfText } from './opaque-parts.ts';

/**
 * The chunks of a stream as those of a whole answer: neighbouring texts are one, so are reasoning and its opaque part, and a tool call
 * is reported once.
 */
export function joinChunks(chunks: readonly Chunk[]): readonly Chunk[] {
  const joined: Chunk[] = [];
  for (const chunk of chunks) {
    const last = joined.at(-1);
    if (chunk.type === 'tool-call' && !chunk.done) continue;
    if (chunk.type === 'text' && last?.type === 'text') joined[joined.length - 1] = { type: 'text', text: last.text + chunk.text };
    else if (
      chunk.type === 'reasoning' &&
      last?.type === 'reasoning' &&
      last.opaque === undefined &&
      !(chunk.opaque !== undefined && isOfText(chunk.opaque))
    ) {
      joined[joined.length - 1] = { ...chunk, text: last.text + chunk.text };
    } else joined.push(chunk);
  }
  return joined;
}

import type { Chunk } from '../../../core/chunk.ts';

/**
 * The chunks of a stream as those of a whole answer: neighbouring texts are one, so are reasoning and its opaque part, and a tool call
 * is told once.
 */
export function joinChunks(chunks: readonly Chunk[]): readonly Chunk[] {
  const joined: Chunk[] = [];
  for (const chunk of chunks) {
    const last = joined.at(-1);
    if (chunk.type === 'tool-call' && !chunk.done) continue;
    if (chunk.type === 'text' && last?.type === 'text') joined[joined.length - 1] = { type: 'text', text: last.text + chunk.text };
    else if (chunk.type === 'reasoning' && last?.type === 'reasoning' && last.opaque === undefined && !isOfText(chunk)) {
      joined[joined.length - 1] = { ...chunk, text: last.text + chunk.text };
    } else joined.push(chunk);
  }
  return joined;
}

/** An opaque part that belongs to the text before it. */
const isOfText = ({ text, opaque }: Extract<Chunk, { readonly type: 'reasoning' }>): boolean =>
  text === '' && opaque?.includes('"of":"text"') === true;

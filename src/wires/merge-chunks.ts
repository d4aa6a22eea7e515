import type { Chunk } from '../core/chunk.ts';

/**
 * The chunks with neighbours of one kind as one: what one read of a socket brought crosses the steps of the pipeline once, not once a token.
 * Reasoning with an opaque part and finished tool calls stay as they are.
 */
export function mergeChunks(chunks: readonly Chunk[]): readonly Chunk[] {
  if (chunks.length < 2) return chunks;
  const merged: Chunk[] = [];
  let last: Chunk | undefined;
  for (const chunk of chunks) {
    const both = last === undefined ? null : mergeTwo(last, chunk);
    if (both === null) merged.push(chunk);
    else merged[merged.length - 1] = both;
    last = both ?? chunk;
  }
  return merged;
}

function mergeTwo(a: Chunk, b: Chunk): Chunk | null {
  if (a.type === 'text' && b.type === 'text') return { type: 'text', text: a.text + b.text };
  if (a.type === 'reasoning' && b.type === 'reasoning' && a.opaque === undefined && b.opaque === undefined) {
    return { type: 'reasoning', text: a.text + b.text };
  }
  if (a.type === 'tool-call' && b.type === 'tool-call' && !a.done && !b.done && a.id === b.id && b.opaque === undefined) {
    return { ...a, argumentsText: a.argumentsText + b.argumentsText };
  }
  return null;
}

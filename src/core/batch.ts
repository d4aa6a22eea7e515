/**
 * Batches: how chunks travel. A batch is what one read of a provider brought, so that the steps of the pipeline are crossed once a read and
 * not once a token.
 *
 * A batch is never empty. A `finish` and a `restart` are each alone in theirs: whoever looks for the first content, the end or a new
 * beginning looks at whole batches.
 */
import type { Chunk } from './chunk.ts';

export type Batch = readonly Chunk[];

/** What a source says at once. */
export type Said = Chunk | Batch;

const standsAlone = ({ type }: Chunk): boolean => type === 'finish' || type === 'restart';

/** Chunks that are all there, as batches. */
export function batchesOf(chunks: readonly Chunk[]): readonly Batch[] {
  if (chunks.length === 0) return [];
  if (chunks.length === 1 || !chunks.some(standsAlone)) return [chunks];
  const batches: Chunk[][] = [];
  let open: Chunk[] | null = null;
  for (const chunk of chunks) {
    if (open === null || standsAlone(chunk)) {
      open = [];
      batches.push(open);
    }
    open.push(chunk);
    if (standsAlone(chunk)) open = null;
  }
  return batches;
}

/** As a source says it. */
export const batchesIn = (said: Said): readonly Batch[] => (isBatch(said) ? batchesOf(said) : [[said]]);

export const isBatch = (said: Said): said is Batch => Array.isArray(said);

/** The stream in batches, of a source that says chunks, or several at once. */
export async function* inBatches(source: AsyncIterable<Said>): AsyncGenerator<Batch, void, undefined> {
  for await (const said of source) {
    if (!isBatch(said)) yield [said];
    else if (said.length === 1) yield said;
    else yield* batchesOf(said);
  }
}

/** The stream chunk by chunk. */
export async function* chunkByChunk(source: AsyncIterable<Said>): AsyncGenerator<Chunk, void, undefined> {
  for await (const said of source) {
    if (isBatch(said)) yield* said;
    else yield said;
  }
}

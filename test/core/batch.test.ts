import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesIn, batchesOf, chunkByChunk, inBatches, type Said } from '../../src/core/batch.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { rounds } from '../rounds.ts';

const reason = new GatewayError('STREAM_STALLED', 'It fell silent.');
const chunks: fc.Arbitrary<Chunk> = fc.oneof(
  fc.string().map((text): Chunk => ({ type: 'text', text })),
  fc.string().map((message): Chunk => ({ type: 'warning', message })),
  fc.constant<Chunk>({ type: 'restart', reason }),
  fc.constant<Chunk>({ type: 'finish', reason: 'stop' }),
);
const said: fc.Arbitrary<Said> = fc.oneof(chunks, fc.array(chunks, { maxLength: 5 }));

async function* from(all: readonly Said[]): AsyncGenerator<Said> {
  yield* all;
}

describe('batches', () => {
  it('batches have all chunks in their order, none is empty, and a finish and a restart are alone in theirs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 8 }), async (all) => {
        const batches = await Array.fromAsync(inBatches(from(all)));
        expect(batches.flat()).toEqual(all.flat());
        expect(batches).toEqual(all.flatMap(batchesIn));
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          if (batch.some(({ type }) => type === 'finish' || type === 'restart')) expect(batch).toHaveLength(1);
        }
      }),
      { numRuns: 200 * rounds },
    );
  });

  it('batches are as few as that allows', () => {
    const text = (words: string): Chunk => ({ type: 'text', text: words });
    const finish: Chunk = { type: 'finish', reason: 'stop' };
    expect(batchesOf([text('a'), text('b'), { type: 'restart', reason }, text('c'), text('d'), finish])).toEqual([
      [text('a'), text('b')],
      [{ type: 'restart', reason }],
      [text('c'), text('d')],
      [finish],
    ]);
  });

  it('batches are read chunk by chunk as they were said', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 8 }), async (all) => {
        expect(await Array.fromAsync(chunkByChunk(from(all)))).toEqual(all.flat());
      }),
      { numRuns: 100 * rounds },
    );
  });
});

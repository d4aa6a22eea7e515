import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/core/batch.ts';
import { type Chunk, collect } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { eachAnswer } from '../../src/core/restart.ts';

const text = (words: string): Chunk => ({ type: 'text', text: words });
const restart: Chunk = { type: 'restart', reason: new GatewayError('STREAM_STALLED', 'It fell silent.') };
const finish: Chunk = { type: 'finish', reason: 'stop' };

async function* from(...chunks: readonly Chunk[]): AsyncGenerator<Batch> {
  for (const chunk of chunks) yield [chunk];
}
const all = async (batches: AsyncIterable<Batch>): Promise<readonly Chunk[]> => (await Array.fromAsync(batches)).flat();

/** Holds everything back until the answer ends, and says it in capitals. */
async function* shouted(batches: AsyncIterable<Batch>): AsyncGenerator<Batch, number> {
  let held = '';
  for await (const batch of batches) for (const chunk of batch) if (chunk.type === 'text') held += chunk.text;
  yield [text(held.toUpperCase())];
  return held.length;
}

describe('an answer that begins anew', () => {
  it('an answer that begins anew is for its collector what was said last', async () => {
    const vector = new Float32Array([1]);
    const stream = from(
      text('Half'),
      { type: 'embedding', index: 1, vector },
      { type: 'warning', message: 'old' },
      restart,
      text('Whole.'),
      finish,
    );
    expect(await collect(stream)).toMatchObject({
      text: 'Whole.',
      parts: [{ text: 'Whole.' }],
      vectors: [],
      warnings: [],
      finishReason: 'stop',
    });
  });

  it('an answer that begins anew makes a step drop what it holds back, and begin anew behind the restart', async () => {
    expect(await all(eachAnswer(from(text('half'), text(' an'), restart, text('whole'), finish), shouted))).toEqual([
      restart,
      text('WHOLE'),
    ]);
  });

  it('an answer that begins anew returns what the step returns of the last answer', async () => {
    const reading = eachAnswer(from(text('half an answer'), restart, text('whole')), shouted);
    let last = await reading.next();
    while (last.done !== true) last = await reading.next();
    expect(last.value).toBe(5);
  });

  it('an answer that begins anew closes what is below when its reader leaves, and when the step fails', async () => {
    let closed = 0;
    async function* endless(): AsyncGenerator<Batch> {
      try {
        for (;;) yield [text('word')];
      } finally {
        closed += 1;
      }
    }
    for await (const _ of eachAnswer(endless(), (answer) => answer)) break;
    expect(closed).toBe(1);
    async function* failing(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
      for await (const batch of batches) {
        yield batch;
        throw new Error('No.');
      }
    }
    await expect(all(eachAnswer(endless(), failing))).rejects.toThrow('No.');
    expect(closed).toBe(2);
  });

  it('an answer that begins anew closes what is below when its reader leaves between two answers', async () => {
    let closed = 0;
    async function* restarting(): AsyncGenerator<Batch> {
      try {
        yield [restart];
        yield [text('Whole.')];
      } finally {
        closed += 1;
      }
    }
    for await (const [chunk] of eachAnswer(restarting(), (answer) => answer)) if (chunk?.type === 'restart') break;
    expect(closed).toBe(1);
  });
});

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../../src/core/chunk.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import { limitTime } from '../../../src/providers/upstream/timed.ts';
import { outcomeOf } from '../../contracts/provider.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const text = (said: string): Chunk => ({ type: 'text', text: said });
const translated = (error: unknown): GatewayError => new GatewayError('MODEL_UNAVAILABLE', 'It failed.', {}, { cause: error });
const timing = (settings: object = {}) => ({ signal: new AbortController().signal, firstChunkMs: 60_000, idleMs: 60_000, ...settings });

/** Says the chunks, then never anything again; `left` tells that its signal fired. */
function hangs(...chunks: readonly Chunk[]) {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  async function* open(signal: AbortSignal): AsyncGenerator<Chunk> {
    signal.addEventListener('abort', () => resolve(), { once: true });
    yield* chunks;
    await new Promise(() => {});
  }
  return { open, left };
}

describe('a timed stream', () => {
  it('a timed stream counts a warning as nothing said', async () => {
    const { open, left } = hangs({ type: 'warning', message: 'Mind.' });
    const { error, said } = await outcomeOf(limitTime(open, timing({ firstChunkMs: 30 }), translated));
    expect(error).toMatchObject({ code: 'STREAM_STALLED', details: { phase: 'before-content' } });
    expect(said).toHaveLength(1);
    await left;
  });

  it('a timed stream does not count the time in which nobody pulls', async () => {
    async function* open(): AsyncGenerator<Chunk> {
      yield text('a');
      yield text('b');
    }
    const chunks = limitTime(open, timing({ firstChunkMs: 30, idleMs: 30 }), translated)[Symbol.asyncIterator]();
    await chunks.next();
    await pause(90);
    expect(await chunks.next()).toEqual({ done: false, value: text('b') });
  });

  it('a timed stream does not count the time in which this process did not run: what came meanwhile is read', async () => {
    async function* open(): AsyncGenerator<Chunk> {
      yield text('a');
      // Is there while the process stands still, and is read some turns of the event loop later, as from a socket.
      await readFile(import.meta.filename);
      yield text('b');
      await new Promise(() => {});
    }
    const chunks = limitTime(open, timing({ idleMs: 30 }), translated)[Symbol.asyncIterator]();
    await chunks.next();
    const next = chunks.next();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    expect(await next).toEqual({ done: false, value: text('b') });
    await expect(chunks.next()).rejects.toMatchObject({ code: 'STREAM_STALLED' });
  });

  it('a timed stream leaves at once, though the work behind it waits', async () => {
    const { open, left } = hangs(text('a'));
    const chunks = limitTime(open, timing(), translated)[Symbol.asyncIterator]();
    await chunks.next();
    const waiting = chunks.next();
    await chunks.return?.();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await left;
  });

  it('a timed stream adds the phase to what the work throws, and translates what is not ours', async () => {
    async function* open(): AsyncGenerator<Chunk> {
      yield text('a');
      throw new RangeError('boom');
    }
    const { error } = await outcomeOf(limitTime(open, timing(), translated));
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', message: 'It failed.', details: { phase: 'mid-stream' } });
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  it('a timed stream is over after a failure', async () => {
    const chunks = limitTime(hangs().open, timing({ firstChunkMs: 10 }), translated)[Symbol.asyncIterator]();
    await expect(chunks.next()).rejects.toMatchObject({ code: 'STREAM_STALLED' });
    await expect(chunks.next()).resolves.toMatchObject({ done: true });
  });

  it('a timed stream listens to the signal no longer than it lives', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = new Proxy(signal, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (key === 'addEventListener') listeners += 1;
        if (key === 'removeEventListener') listeners -= 1;
        return value.bind(target);
      },
    });
    async function* open(): AsyncGenerator<Chunk> {
      yield text('a');
    }
    for await (const _ of limitTime(open, timing({ signal: counted }), translated));
    expect(listeners).toBe(0);
  });
});

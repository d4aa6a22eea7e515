import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BodyPieces, bodyPieces, piecesOf } from '../../src/outbound/body-pieces.ts';
import { openHttpClient } from '../../src/outbound/http-client.ts';
import { fetchOver } from '../../src/outbound/pooled-fetch.ts';
import { newGate, type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { rounds } from '../rounds.ts';

let upstream: RawUpstream;
const client = openHttpClient();
const fetch = fetchOver(() => client);
beforeAll(async () => {
  upstream = await rawUpstream();
});
afterAll(async () => {
  await upstream.close();
  await client.close();
});

async function pieces(): Promise<BodyPieces> {
  const { body } = await fetch(upstream.url);
  if (body === null) throw new Error('It has no body.');
  return piecesOf(body);
}
async function all(source: BodyPieces, between: () => unknown = () => {}): Promise<string> {
  let text = '';
  for (let piece = await source.read(); piece !== null; piece = await source.read()) {
    text += Buffer.from(piece).toString('latin1');
    await between();
  }
  return text;
}

describe('the pieces of a body', () => {
  it('the pieces of a body are all of its bytes in their order, whether they come before they are asked for or after', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 40_000 }), fc.boolean())), async (said) => {
        async function* source(): AsyncGenerator<Buffer> {
          for (const [text, waits] of said) {
            if (waits) await turn();
            yield Buffer.from(text);
          }
        }
        const read = await all(bodyPieces(Readable.from(source(), { objectMode: false })), turn);
        expect(Buffer.from(read, 'latin1').toString()).toBe(said.map(([text]) => text).join(''));
      }),
      { numRuns: 30 * rounds },
    );
  });

  it('the pieces of a body come one by one, each as soon as it is there', async () => {
    const gate = newGate();
    upstream.plays({ pieces: ['one', gate, 'two'] });
    const source = await pieces();
    expect(Buffer.from((await source.read()) ?? []).toString()).toBe('one');
    gate.open();
    expect(await all(source)).toBe('two');
    expect(await source.read()).toBeNull();
  });

  it('the pieces of a body are not taken from the connection while nobody asks for them', async () => {
    let given = 0;
    const endless = new Readable({
      read() {
        given += 1;
        this.push(Buffer.alloc(16_384));
      },
    });
    const source = bodyPieces(endless);
    await source.read();
    for (let round = 0; round < 50; round += 1) await turn();
    const before = given;
    for (let round = 0; round < 50; round += 1) await turn();
    expect(given).toBe(before);
    expect(given).toBeLessThan(20);
    for (let read = 0; read < 2 * before; read += 1) expect((await source.read())?.length).toBe(16_384);
    expect(given).toBeGreaterThan(before);
    source.cancel();
  });

  it('the pieces of a body end with an error where the body breaks off, behind what had come', async () => {
    const broken = new Readable({ read() {} });
    const source = bodyPieces(broken);
    const first = source.read();
    await turn();
    broken.push(Buffer.from('a'));
    expect(await first).toEqual(Buffer.from('a'));
    const waiting = source.read();
    broken.destroy(new Error('Reset.'));
    await expect(waiting).rejects.toThrow('Reset.');
    await expect(source.read()).rejects.toThrow('Reset.');
    await expect(bodyPieces(broken).read()).rejects.toThrow('Reset.');
    const closed = new Readable({ read() {} });
    closed.destroy();
    await expect(bodyPieces(closed).read()).rejects.toThrow('closed before its end');
  });

  it('the pieces of a body close the connection when no more is wanted', async () => {
    upstream.plays({ pieces: ['one', newGate()] });
    const source = await pieces();
    await source.read();
    source.cancel();
    await upstream.requests.at(-1)?.closed;
    expect(upstream.requests.at(-1)?.cut()).toBe(true);
  });

  it('the pieces of a body are bounded as the web stream is', async () => {
    upstream.plays({ headers: { 'content-type': 'application/json' }, pieces: Array.from({ length: 80 }, () => 'x'.repeat(2 ** 20)) });
    await expect(all(await pieces())).rejects.toThrow('was cut off');
  });

  it('the pieces of a body are those of a web stream that somebody else has made', async () => {
    const stream = new Blob(['one', 'two']).stream() as ReadableStream<Uint8Array>;
    expect(await all(piecesOf(stream))).toBe('onetwo');
  });
});

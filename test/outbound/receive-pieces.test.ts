import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import type { BodyPieces } from '../../src/outbound/body-pieces.ts';
import { openHttpClient } from '../../src/outbound/http-client.ts';
import { type PiecesAnswer, receivePieces } from '../../src/outbound/receive-pieces.ts';
import { newGate, type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { rounds } from '../rounds.ts';

let upstream: RawUpstream;
const client = openHttpClient();
const never = new AbortController().signal;
beforeAll(async () => {
  upstream = await rawUpstream('latin1');
});
afterAll(async () => {
  await upstream.close();
  await client.close();
});

const ask = (signal: AbortSignal = never, url: string = upstream.url): Promise<PiecesAnswer> =>
  receivePieces(client, url, { method: 'POST', body: '{}', signal });

async function all(body: BodyPieces, between: () => unknown = () => {}): Promise<string> {
  let text = '';
  for (let piece = await body.read(); piece !== null; piece = await body.read()) {
    text += Buffer.from(piece).toString('latin1');
    await between();
  }
  return text;
}
const read = async (body: BodyPieces): Promise<string> => Buffer.from((await body.read()) ?? []).toString();

describe('an answer that is received in pieces', () => {
  it('an answer that is received in pieces has a head, and each piece as soon as it is there', async () => {
    const gate = newGate();
    upstream.plays({ status: 201, headers: { 'x-limit': '7' }, pieces: ['one', gate, 'two'] });
    const { status, headers, body } = await ask();
    expect({ status, limit: headers['x-limit'], first: await read(body) }).toEqual({ status: 201, limit: '7', first: 'one' });
    gate.open();
    expect(await all(body)).toBe('two');
    expect(await body.read()).toBeNull();
  });

  it('an answer that is received in pieces has all bytes in their order, however slow its reader is, compressed or not', async () => {
    const texts = fc.array(fc.string({ minLength: 1, maxLength: 90_000 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(texts, fc.boolean(), fc.boolean(), async (said, isSlow, isCompressed) => {
        const bytes = said.map((text) => Buffer.from(text, 'latin1'));
        const whole = Buffer.concat(bytes);
        if (isCompressed) upstream.plays({ headers: { 'content-encoding': 'gzip' }, pieces: [gzipSync(whole)] });
        else upstream.plays({ pieces: bytes });
        const { body } = await ask();
        expect(await all(body, isSlow ? turn : () => {})).toBe(whole.toString('latin1'));
      }),
      { numRuns: 20 * rounds },
    );
  });

  it('an answer that is received in pieces is not read on while nobody asks for them', async () => {
    let given = 0;
    const piece = Buffer.alloc(65_536);
    const endless = createServer((_, response) => {
      const write = (): void => {
        for (let goesOn = true; goesOn; given += 1) goesOn = response.write(piece);
      };
      response.on('drain', write);
      write();
    });
    endless.listen(0, '127.0.0.1');
    await once(endless, 'listening');
    const { body } = await ask(never, `http://127.0.0.1:${(endless.address() as AddressInfo).port}`);
    await body.read();
    /** Turns of the event loop since the server could write. */
    const untilStill = async (): Promise<boolean> => {
      let before = -1;
      for (let still = 0, turns = 0; turns < 20_000; turns += 1) {
        await turn();
        still = given === before ? still + 1 : 0;
        before = given;
        if (still === 500) return true;
      }
      return false;
    };
    expect(await untilStill()).toBe(true);
    const held = given;
    // What the sockets' buffers take must be read first.
    for (let reads = 0; given === held && reads < 10_000; reads += 1) await body.read();
    expect(given).toBeGreaterThan(held);
    body.cancel();
    endless.closeAllConnections();
    endless.close();
  });

  it('an answer that is received in pieces ends with an error where it breaks off, behind what had come', async () => {
    upstream.plays({ pieces: ['one'], ending: 'reset' });
    const { body } = await ask();
    expect(await read(body)).toBe('one');
    await expect(body.read()).rejects.toThrow();
    await expect(body.read()).rejects.toThrow();
  });

  it('an answer that is received in pieces ends with its signal, before its head and behind it, and so does its connection', async () => {
    const reason = new GatewayError('CANCELLED', 'The client left.');
    const own = await rawUpstream();
    for (const pieces of [[newGate()], ['one', newGate()]]) {
      own.plays({ pieces });
      const left = new AbortController();
      const opening = ask(left.signal, own.url);
      const request = await own.nextRequest();
      const body = pieces.length === 1 ? null : (await opening).body;
      await body?.read();
      const waiting = body === null ? opening : body.read();
      left.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      await request.closed;
      expect(request.cut()).toBe(true);
    }
    await expect(ask(AbortSignal.abort(reason), own.url)).rejects.toBe(reason);
    await own.close();
  });

  it('an answer that is received in pieces closes its connection when no more is wanted', async () => {
    upstream.plays({ pieces: ['one', newGate()] });
    const { body } = await ask();
    await body.read();
    const waiting = body.read();
    body.cancel();
    await expect(waiting).rejects.toThrow('closed before its end');
    await upstream.requests.at(-1)?.closed;
    expect(upstream.requests.at(-1)?.cut()).toBe(true);
  });

  it('an answer that is received in pieces is refused where there is nobody to ask', async () => {
    await expect(ask(never, 'http://127.0.0.1:1')).rejects.toThrow();
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../src/outbound/http-client.ts';
import { fetchOver } from '../../src/outbound/pooled-fetch.ts';
import { BodyTooLarge, readBody } from '../../src/outbound/read-body.ts';
import { newGate, rawUpstream } from '../raw-upstream.ts';

const client = openHttpClient();
const get = { method: 'GET', signal: null } as const;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(() => client.close());

type Answer = { readonly url: string; readonly closed: Promise<void> };

/** A server that answers with these bytes, said to be in this encoding. */
async function answering(encoding: string, body: Uint8Array, { hasEnd = true } = {}): Promise<Answer> {
  const closed = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    request.socket.once('close', () => closed.resolve());
    response.writeHead(200, { 'content-encoding': encoding });
    response.write(body);
    if (hasEnd) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, closed: closed.promise };
}

const bodyAt = async (url: string, maxBytes = 1_000): Promise<string> =>
  (await readBody((await client.send(url, get)).body, maxBytes)).toString();

describe('a compressed answer', () => {
  it.each([
    ['gzip', gzipSync('Hello.')],
    ['GZIP', gzipSync('Hello.')],
    ['x-gzip', gzipSync('Hello.')],
    ['deflate', deflateSync('Hello.')],
    ['br', brotliCompressSync('Hello.')],
    ['zstd', zstdCompressSync('Hello.')],
    ['identity', Buffer.from('Hello.')],
    ['gzip', Buffer.concat([gzipSync('Hel'), gzipSync('lo.')])],
  ])('a compressed answer is read as text when its server sends %s without being asked', async (encoding, body) => {
    const { url } = await answering(encoding, body);
    expect(await bodyAt(url)).toBe('Hello.');
    expect(await (await fetchOver(() => client)(url)).text()).toBe('Hello.');
  });

  it('a compressed answer in an encoding that nobody knows is given as it came', async () => {
    const { url } = await answering('rot13', Buffer.from('Uryyb.'));
    expect(await bodyAt(url)).toBe('Uryyb.');
  });

  const zeros = Buffer.alloc(16 * 1024 * 1024);
  it.each([
    ['gzip', gzipSync(zeros)],
    ['deflate', deflateSync(zeros)],
    ['br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['zstd', zstdCompressSync(zeros)],
  ])('a compressed answer is bounded by its bytes after decompression: a small %s that is 16 MiB large', async (encoding, body) => {
    const { url, closed } = await answering(encoding, body, { hasEnd: false });
    let decoded = 0;
    const { body: answer } = await client.send(url, get);
    const reading = readBody(answer, 1024 * 1024, (piece) => {
      decoded += piece.length;
    });
    await expect(reading).rejects.toBeInstanceOf(BodyTooLarge);
    expect(decoded).toBeLessThanOrEqual(1024 * 1024);
    await closed;
  });

  it('a compressed answer in zstd that asks its reader for a window of more than 8 MiB is an error', async () => {
    const wide = zstdCompressSync(zeros, { params: { [constants.ZSTD_c_windowLog]: 25 } });
    const { url } = await answering('zstd', wide);
    await expect(bodyAt(url, zeros.length)).rejects.toThrow();
  });

  it.each([
    ['is not what it is said to be', Buffer.from('no gzip')],
    ['breaks off', gzipSync('Hello, hello, hello.').subarray(0, 15)],
  ])('a compressed answer that %s is an error', async (_, body) => {
    const { url } = await answering('gzip', body);
    await expect(bodyAt(url)).rejects.toThrow();
  });

  it('a compressed answer that streams is read as it comes, and its connection closes when the reader leaves', async () => {
    const closed = Promise.withResolvers<void>();
    const gate = newGate();
    const server = createServer(async (_, response) => {
      response.on('close', () => closed.resolve());
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const zipped = createGzip({ flush: constants.Z_SYNC_FLUSH });
      zipped.pipe(response);
      zipped.write('one');
      await gate.opened;
      zipped.write('two');
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    closers.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const response = await fetchOver(() => client)(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('one');
    gate.open();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('two');
    await reader?.cancel();
    await closed.promise;
  });

  it('a compressed answer that is silent is left at once', async () => {
    const upstream = await rawUpstream();
    closers.push(() => void upstream.close());
    upstream.plays({ headers: { 'content-encoding': 'gzip' }, ending: 'hang' });
    const { body } = await client.send(upstream.url, get);
    const reading = body.iterator().next();
    reading.catch(() => {});
    body.destroy();
    await upstream.requests[0]?.closed;
  });

  it('a compressed answer is given out as far as it came where the connection breaks, and then the error is', async () => {
    const upstream = await rawUpstream();
    closers.push(() => void upstream.close());
    const zipped = gzipSync('Hello.');
    upstream.plays({ headers: { 'content-encoding': 'gzip' }, pieces: [zipped.subarray(0, -8)], ending: 'reset' });
    const { body } = await client.send(upstream.url, get);
    const read: Buffer[] = [];
    const reading = (async () => {
      for await (const piece of body) read.push(piece as Buffer);
    })();
    await expect(reading).rejects.toThrow();
    expect(Buffer.concat(read).toString()).toBe('Hello.');
  });
});

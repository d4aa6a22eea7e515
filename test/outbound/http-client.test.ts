import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openHttpClient } from '../../src/outbound/http-client.ts';
import { BodyTooLarge, readBody } from '../../src/outbound/read-body.ts';
import { testCertificates } from '../certificates.ts';
import { newGate, type RawUpstream, rawUpstream } from '../raw-upstream.ts';

let upstream: RawUpstream;
const client = openHttpClient();
const get = { method: 'GET', signal: null } as const;
beforeAll(async () => {
  upstream = await rawUpstream();
});
afterAll(async () => {
  await upstream.close();
  await client.close();
});

describe('an HTTP client', () => {
  it('an HTTP client uses connections again whose answers were read', async () => {
    upstream.plays({ pieces: ['one'] });
    const before = upstream.connections();
    for (let sent = 0; sent < 20; sent += 1) await readBody((await client.send(upstream.url, get)).body, 100);
    expect(upstream.connections() - before).toBeLessThan(10);
  });

  it('an HTTP client makes a connection for each request when it is told to keep none', async () => {
    const fresh = openHttpClient({ keepAlive: false });
    upstream.plays({ pieces: ['one'] });
    const before = upstream.connections();
    for (const _ of [1, 2]) await readBody((await fresh.send(upstream.url, get)).body, 100);
    expect(upstream.connections()).toBe(before + 2);
    await fresh.close();
  });

  it('an HTTP client lets a request wait when an origin has all its connections, until one is free or the request is given up', async () => {
    const client = openHttpClient({ maxConnectionsPerOrigin: 1 });
    const gate = newGate();
    upstream.plays({ headers: { 'content-type': 'text/plain' }, pieces: ['slow', gate, 'ly'] });
    const before = upstream.requests.length;
    const first = await client.send(upstream.url, { method: 'GET', signal: null });
    const left = new AbortController();
    const sent: string[] = [];
    const givenUp = client.send(upstream.url, { method: 'GET', signal: left.signal, onSent: () => sent.push('given up') });
    const second = client.send(upstream.url, { method: 'GET', signal: null, onSent: () => sent.push('second') });
    left.abort();
    await expect(givenUp).rejects.toThrow();
    expect({ sent, requests: upstream.requests.length - before }).toEqual({ sent: [], requests: 1 });
    gate.open();
    expect(await text(first.body)).toBe('slowly');
    expect(await text((await second).body)).toBe('slowly');
    expect({ sent, requests: upstream.requests.length - before }).toEqual({ sent: ['second'], requests: 2 });
    await client.close();
  });

  it('an HTTP client gives up a server that sends no head of an answer within the time of the request', async () => {
    const gate = newGate();
    upstream.plays({ pieces: [gate] });
    await expect(client.send(upstream.url, { ...get, headersTimeoutMs: 50 })).rejects.toThrow();
    gate.open();
  });
});

describe('the whole body of an answer', () => {
  it('the whole body of an answer is read in the pieces that it comes in, each of them counted', async () => {
    const gate = newGate();
    upstream.plays({ pieces: ['two', gate, 'four'] });
    const counted: number[] = [];
    const reading = readBody((await client.send(upstream.url, get)).body, 7, (piece) => {
      counted.push(piece.length);
      gate.open();
    });
    expect((await reading).toString()).toBe('twofour');
    expect(counted).toEqual([3, 4]);
  });

  it.each([
    ['announces its length', { 'content-length': '9' }],
    ['announces none', { 'content-type': 'text/plain' }],
  ])('the whole body of an answer is not read beyond its bound from a server that %s, and the connection is closed', async (_, headers) => {
    upstream.plays({ headers, pieces: ['12345', '678'], ending: 'hang' });
    await expect(readBody((await client.send(upstream.url, get)).body, 7)).rejects.toBeInstanceOf(BodyTooLarge);
    await upstream.requests.at(-1)?.closed;
    expect(upstream.requests.at(-1)?.cut()).toBe(true);
  });

  it('the whole body of an answer is ended by what its counter throws, and the connection is closed', async () => {
    upstream.plays({ pieces: ['12345'], ending: 'hang' });
    const reading = readBody((await client.send(upstream.url, get)).body, 7, () => {
      throw new Error('Enough.');
    });
    await expect(reading).rejects.toThrow('Enough.');
    await upstream.requests.at(-1)?.closed;
  });

  it('the whole body of an answer that breaks off is an error, not a shorter body', async () => {
    upstream.plays({ pieces: ['12345'], ending: 'reset' });
    await expect(readBody((await client.send(upstream.url, get)).body, 7)).rejects.toThrow();
  });
});

describe('an HTTP client over TLS', () => {
  const { ca, ...identity } = testCertificates();
  const urlOf = async (server: Server): Promise<string> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  const own = (options: { readonly ca?: string } = {}) => {
    const client = openHttpClient(options);
    onTestFinished(() => client.destroy());
    return client;
  };

  it('an HTTP client over TLS trusts an authority that it is given, and no unknown one', async () => {
    const url = await urlOf(createTlsServer(identity, (_, response) => void response.end('secure')));
    const { body } = await own({ ca }).send(url, get);
    expect(await text(body)).toBe('secure');
    await expect(own().send(url, get)).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it('an HTTP client over TLS speaks HTTP/2 with a server that speaks nothing else: posted bodies, headers and several requests at a time', async () => {
    const versions: string[] = [];
    const server = createSecureServer({ ...identity, allowHTTP1: false }, async (request, response) => {
      versions.push(request.httpVersion);
      response.setHeader('x-seen', String(request.headers['x-sent']));
      response.end(`got ${await text(request)}`);
    });
    const url = await urlOf(server);
    const client = own({ ca });
    const answers = await Promise.all(
      ['one', 'two', 'three'].map(async (body) => {
        const { headers, body: answer } = await client.send(url, { method: 'POST', headers: { 'x-sent': body }, body, signal: null });
        return [headers['x-seen'], await text(answer)];
      }),
    );
    expect(answers).toEqual([
      ['one', 'got one'],
      ['two', 'got two'],
      ['three', 'got three'],
    ]);
    expect(versions).toEqual(['2.0', '2.0', '2.0']);
  });

  it('an HTTP client over TLS ends a request of HTTP/2 whose signal fires, and the others go on', async () => {
    const gate = newGate();
    const arrived = newGate();
    const closed = newGate();
    const server = createSecureServer({ ...identity, allowHTTP1: false }, async (request, response) => {
      if (request.url === '/left') {
        request.once('aborted', closed.open);
        return arrived.open();
      }
      await gate.opened;
      response.end('well');
    });
    const url = await urlOf(server);
    const client = own({ ca });
    const left = new AbortController();
    const leaving = client.send(`${url}left`, { method: 'GET', signal: left.signal });
    const staying = client.send(url, get);
    await arrived.opened;
    left.abort();
    await expect(leaving).rejects.toThrow();
    gate.open();
    expect(await text((await staying).body)).toBe('well');
    await closed.opened;
  });
});

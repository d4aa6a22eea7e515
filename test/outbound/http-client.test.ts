import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../src/outbound/http-client.ts';
import { BodyTooLarge, readBody } from '../../src/outbound/read-body.ts';
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
  it('uses connections again whose answers were read', async () => {
    upstream.plays({ pieces: ['one'] });
    const before = upstream.connections();
    for (let sent = 0; sent < 20; sent += 1) await readBody((await client.send(upstream.url, get)).body, 100);
    expect(upstream.connections() - before).toBeLessThan(10);
  });

  it('makes a connection for each request when it is told to keep none', async () => {
    const fresh = openHttpClient({ keepAlive: false });
    upstream.plays({ pieces: ['one'] });
    const before = upstream.connections();
    for (const _ of [1, 2]) await readBody((await fresh.send(upstream.url, get)).body, 100);
    expect(upstream.connections()).toBe(before + 2);
    await fresh.close();
  });

  it('lets a request wait when an origin has all its connections, until one is free or the request is given up', async () => {
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

  it('gives up a server that sends no head of an answer within the time of the request', async () => {
    const gate = newGate();
    upstream.plays({ pieces: [gate] });
    await expect(client.send(upstream.url, { ...get, headersTimeoutMs: 50 })).rejects.toThrow();
    gate.open();
  });
});

describe('the whole body of an answer', () => {
  it('is read in the pieces that it comes in, each of them counted', async () => {
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
    ['announces its length', { 'content-length': '8' }],
    ['announces none', { 'content-type': 'text/plain' }],
  ])('is not read beyond its bound from a server that %s, and the connection is closed', async (_, headers) => {
    upstream.plays({ headers, pieces: ['12345', '678'], ending: 'hang' });
    await expect(readBody((await client.send(upstream.url, get)).body, 7)).rejects.toBeInstanceOf(BodyTooLarge);
    await upstream.requests.at(-1)?.closed;
    expect(upstream.requests.at(-1)?.cut()).toBe(true);
  });

  it('is ended by what its counter throws, and the connection is closed', async () => {
    upstream.plays({ pieces: ['12345'], ending: 'hang' });
    const reading = readBody((await client.send(upstream.url, get)).body, 7, () => {
      throw new Error('Enough.');
    });
    await expect(reading).rejects.toThrow('Enough.');
    await upstream.requests.at(-1)?.closed;
  });

  it('that breaks off is an error, not a shorter body', async () => {
    upstream.plays({ pieces: ['12345'], ending: 'reset' });
    await expect(readBody((await client.send(upstream.url, get)).body, 7)).rejects.toThrow();
  });
});

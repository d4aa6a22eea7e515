/** What only shows on the wire, below what `fetch` lets a test see. */
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve, until } from './fixture.ts';

const request = (query: string, headers: readonly string[] = []): string => {
  const body = JSON.stringify({ query });
  return [
    'POST /graphql HTTP/1.1',
    'Host: a',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
};

/** A connection, and all that has come over it. */
async function connected(url: string): Promise<{ readonly socket: Socket; readonly received: () => string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.on('data', (piece) => {
    received += String(piece);
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, received: () => received };
}

describe('a client that would rather speak another protocol', () => {
  it('is answered in this one, as its request says that it may be', async () => {
    const { url } = await serve();
    const { socket, received } = await connected(url);
    socket.write(request('{hello}', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAAAAIAAAAB']));
    await until(() => received().includes('\r\n\r\n'));
    expect(received()).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a caller who is not known', () => {
  it.each(['application/json', 'application/graphql-response+json'])('is told how to make himself known (%s)', async (accept) => {
    const { url } = await serve();
    const headers = { 'content-type': 'application/json', accept, authorization: 'Bearer wrong' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: '{hello}' }) });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});

describe('a web page', () => {
  it('may send the headers that this gateway reads', async () => {
    const { url } = await serve();
    const { headers } = await fetch(url, { method: 'OPTIONS', headers: { origin: 'http://localhost:5173' } });
    expect(headers.get('access-control-allow-headers')?.split(', ')).toEqual(
      expect.arrayContaining(['authorization', 'last-event-id', 'x-fieldgate-quote']),
    );
  });
});

describe('a subscription whose fragments multiply', () => {
  it('is looked through once for its cursor, not once for every way to it', async () => {
    const { url } = await serve();
    const doubled = Array.from({ length: 40 }, (_, level) => `fragment F${level} on Tick { ...F${level + 1} ...F${level + 1} }`);
    const query = `subscription { ticks(to: 1) { ...F0 } } ${doubled.join(' ')} fragment F40 on Tick { seq }`;
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    expect(await response.text()).toContain('"seq":1');
  });
});

/** What headers say beside an answer, and what an odd document costs. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { startGateway } from '../harness.ts';
import { serve } from './fixture.ts';
import { post } from './http-client.ts';

describe('a caller who is not known', () => {
  it.each(['application/json', 'application/graphql-response+json'])(
    'a caller who is not known is told how to make himself known (%s)',
    async (accept) => {
      const { url } = await serve();
      const headers = { 'content-type': 'application/json', accept, authorization: 'Bearer wrong' };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: '{hello}' }) });
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    },
  );
});

describe('a web page', () => {
  it('a web page may send the headers that this gateway reads', async () => {
    const { url } = await serve();
    const { headers } = await fetch(url, { method: 'OPTIONS', headers: { origin: 'http://localhost:5173' } });
    expect(headers.get('access-control-allow-headers')?.split(', ')).toEqual(
      expect.arrayContaining(['authorization', 'last-event-id', 'ai-session', 'x-fieldgate-quote']),
    );
  });

  it('a web page may send the headers that go on to subgraphs', async () => {
    const gateway = await startGateway({ graph: { forwardHeaders: ['X-Tenant', 'Authorization'] } });
    const { headers } = await fetch(gateway.url, { method: 'OPTIONS', headers: { origin: 'http://localhost:5173' } });
    const granted = headers.get('access-control-allow-headers')?.split(', ') ?? [];
    expect(granted).toContain('x-tenant');
    expect(granted.filter((name) => name === 'authorization')).toHaveLength(1);
  });
});

describe('a path with a slash at its end', () => {
  it('a path with a slash at its end is the same path', async () => {
    const { url, ws } = await serve();
    const query = { query: '{hello}' };
    expect((await post(`${url}/`, query)).status).toBe(200);
    expect((await fetch(`${url}/?query={hello}`)).status).toBe(200);
    expect((await fetch(new URL('/health/live/', url))).status).toBe(200);
    expect((await fetch(new URL('/health/ready/', url))).status).toBe(200);
    const socket = new WebSocket(`${ws}/`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.terminate();
    expect((await post(`${url}//`, query)).status).toBe(404);
  });
});

describe('a WebSocket in development', () => {
  it.each([
    ['gateway.evil.example:4000', 403],
    ['localhost:4000', 101],
    ['127.0.0.1:4000', 101],
  ])(
    'a WebSocket in development is opened as HTTP is answered where it has neither key nor origin: to the host %s',
    async (host, status) => {
      const { ws } = await serve();
      const socket = new WebSocket(ws, 'graphql-transport-ws', { headers: { host } }).on('error', () => {});
      const answered = await new Promise((resolve) => {
        socket.once('open', () => resolve(101));
        socket.once('unexpected-response', (_, response) => resolve(response.statusCode));
      });
      expect(answered).toBe(status);
      socket.terminate();
    },
  );
});

describe('a subscription whose fragments multiply', () => {
  it('a subscription whose fragments multiply is looked through once for its cursor, not once for every way to it', async () => {
    const { url } = await serve();
    const doubled = Array.from({ length: 40 }, (_, level) => `fragment F${level} on Tick { ...F${level + 1} ...F${level + 1} }`);
    const query = `subscription { ticks(to: 1) { ...F0 } } ${doubled.join(' ')} fragment F40 on Tick { seq }`;
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    expect(await response.text()).toContain('"seq":1');
  });
});

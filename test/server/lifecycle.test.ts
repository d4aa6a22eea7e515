import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { serve, until } from './fixture.ts';
import { eventsOf, post, readAll } from './http-client.ts';

const stream = { accept: 'text/event-stream' };

describe('health', () => {
  it('health is live, and ready or not with reasons', async () => {
    let ready = true;
    const { url } = await serve({ ready: async () => ({ ready, reasons: ready ? [] : ['The ledger does not answer.'] }) });
    expect((await fetch(new URL('/health/live', url))).status).toBe(200);
    expect((await fetch(new URL('/health/ready', url))).status).toBe(200);
    ready = false;
    const not = await fetch(new URL('/health/ready', url));
    expect({ status: not.status, body: await not.json() }).toEqual({
      status: 503,
      body: { ready: false, reasons: ['The ledger does not answer.'] },
    });
  });

  it('health is not ready when the check itself fails', async () => {
    const { url } = await serve({ ready: () => Promise.reject(new Error('secret')) });
    expect((await fetch(new URL('/health/ready', url))).status).toBe(503);
  });
});

describe('closing', () => {
  it('closing lets what runs finish, while it is not ready and takes nothing new', async () => {
    const { url, server, gate, tickers } = await serve();
    const running = post(url, { query: '{held}' });
    await until(() => tickers.signals.length === 1);
    const closed = server.close(60_000);
    expect(await (await fetch(new URL('/health/ready', url))).json()).toEqual({ ready: false, reasons: ['The gateway is shutting down.'] });
    const refused = await post(url, { query: '{hello}' });
    expect({ status: refused.status, retry: refused.headers.get('retry-after') }).toEqual({ status: 503, retry: '1' });
    gate.open();
    expect(await (await running).json()).toEqual({ data: { held: 'released' } });
    await closed;
    await expect(fetch(url)).rejects.toThrow();
  });

  it('closing does not cut an answer that is still on its way, unless its reader stalls', async () => {
    const slow = await serve();
    const stalled = await serve({ limits: { writeIdleMs: 50 } });
    const whole = { 'accept-encoding': 'identity' };
    const answer = await post(slow.url, { query: '{big(bytes: 30000000)}' }, whole);
    const unread = await post(stalled.url, { query: '{big(bytes: 30000000)}' }, whole);
    const closing = slow.server.close(60_000);
    expect((await answer.json()).data.big).toHaveLength(30_000_000);
    await closing;
    await stalled.server.close(60_000);
    await expect(unread.text()).rejects.toThrow();
  });

  it('closing ends streams that outlast the grace with an error that says to resume, and complete', async () => {
    const { url, server, tickers, opened, closed } = await serve();
    const events = eventsOf(await post(url, { query: 'subscription {silent {seq}}' }, stream));
    await until(() => tickers.signals.length === 1);
    const closing = server.close(1);
    const rest = (await readAll(events)).filter(({ event }) => event !== ':');
    expect(rest.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(JSON.parse(rest[0]?.data ?? '')).toMatchObject({
      errors: [{ message: expect.stringMatching(/resume/), extensions: { code: 'CANCELLED', retryable: true } }],
    });
    await closing;
    expect(tickers.signals[0]?.aborted).toBe(true);
    expect(closed).toEqual(opened);
  });

  it('closing ends streams over WebSocket with that error, too, then goes away with 1001', async () => {
    const { ws, server, tickers } = await serve();
    const closes: number[] = [];
    const client = createClient({
      url: ws,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      on: { closed: (event) => closes.push((event as CloseEvent).code) },
    });
    const results = readAll(client.iterate({ query: 'subscription {silent {seq}}' }));
    await until(() => tickers.signals.length === 1);
    await server.close(1);
    expect(await results).toMatchObject([{ errors: [{ extensions: { code: 'CANCELLED', retryable: true } }] }]);
    await until(() => closes.length === 1);
    expect(closes).toEqual([1001]);
  });

  it('closing does not wait for a WebSocket whose client never answers', async () => {
    const { ws, server } = await serve();
    const socket = new WebSocket(ws, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    socket.pause();
    await server.close(0);
    socket.terminate();
  });

  it('a server says in a sentence that its port is taken', async () => {
    const { url } = await serve();
    await expect(serve({}, Number(new URL(url).port))).rejects.toThrow(/another program uses it/);
  });

  it('a server gives the address of the metrics back when its own is taken', async () => {
    const { url } = await serve();
    const taken = Number(new URL(url).port);
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const at = { host: '127.0.0.1', port: (free.address() as AddressInfo).port };
    await new Promise((resolve) => free.close(resolve));
    const metrics = { metrics: { text: async () => 'up 1\n', contentType: 'text/plain' }, admit: async () => {}, at };
    await expect(serve({ metrics }, taken)).rejects.toThrow(/another program uses it/);
    await expect(serve({ metrics })).resolves.toBeDefined();
  });
});

describe('web pages', () => {
  const from = (origin: string) => ({ origin });

  it.each([
    ['https://app.example', false, ['https://app.example'], 'https://app.example'],
    ['https://evil.example', false, ['https://app.example'], null],
    ['https://app.example.evil.example', false, ['https://app.example'], null],
    ['null', false, ['https://app.example'], null],
    ['http://localhost:5173', true, [], 'http://localhost:5173'],
    ['http://localhost:5173', false, [], null],
    ['http://shop.localhost:5173', true, [], 'http://shop.localhost:5173'],
    ['https://localhost.evil.example', true, [], null],
    ['https://evillocalhost', true, [], null],
    ['https://any.example', false, ['*'], '*'],
  ])('web pages of %s (development: %s, allowed: %j) get %s', async (origin, development, origins, allowed) => {
    const { url, opened } = await serve({ development, cors: { origins } });
    const preflight = await fetch(url, { method: 'OPTIONS', headers: { ...from(origin), 'access-control-request-method': 'POST' } });
    const response = await post(url, { query: '{hello}' }, from(origin));
    const granted = [preflight, response].map(({ headers }) => headers.get('access-control-allow-origin'));
    expect(granted).toEqual([allowed, allowed]);
    expect([preflight.status, response.status]).toEqual(allowed === null ? [403, 403] : [204, 200]);
    expect(response.headers.has('access-control-allow-credentials')).toBe(false);
    expect(opened).toHaveLength(allowed === null ? 0 : 1);
  });

  it('web pages of the gateway itself need no permission', async () => {
    const { url } = await serve({ development: false });
    expect((await post(url, { query: '{hello}' }, from(new URL(url).origin))).status).toBe(200);
  });

  it('web pages of other sites cannot make a browser ask without an origin either', async () => {
    const { url } = await serve();
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await fetch(`${url}?query={hello}`, { headers })).status).toBe(403);
  });

  it.each([
    ['evil.example', {}, {}, 403],
    ['evil.example', { authorization: 'Bearer secret' }, {}, 200],
    ['evil.example', {}, { development: false }, 200],
    ['app.example', {}, { cors: { origins: ['http://app.example'] } }, 200],
    ['App.Example', {}, { cors: { origins: ['http://app.example'] } }, 200],
    ['localhost:4000', {}, {}, 200],
    ['LOCALHOST:4000', {}, {}, 200],
    ['shop.localhost:4000', {}, {}, 200],
    ['localhost.evil.example', {}, {}, 403],
    ['evillocalhost', {}, {}, 403],
    ['[::1]:4000', {}, {}, 200],
    ['192.168.1.7:4000', {}, {}, 200],
  ])(
    'web pages cannot reach the gateway by a name that was pointed here: Host %s, %j, %j get %i',
    async (host, headers, options, status) => {
      const { url, opened } = await serve(options);
      const answer = await new Promise<number | undefined>((resolve, reject) => {
        get(`${url}?query={hello}`, { headers: { host, ...headers } }, (response) => resolve(response.resume().statusCode)).on(
          'error',
          reject,
        );
      });
      expect(answer).toBe(status);
      expect(opened).toHaveLength(status === 200 ? 1 : 0);
    },
  );

  it('web pages are GraphiQL in development: whole, from this server alone', async () => {
    const { url } = await serve({ graphiql: () => ['{ hello }', '{ later }'] });
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    const html = await page.text();
    expect(html).toContain('"defaultTabs":[{"query":"{ hello }"},{"query":"{ later }"}]');
    expect(html).toContain('<meta name="viewport" content="width=device-width');
    expect(html).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="?https?:/);
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'sha256-[\w+/]+=*' blob:;.*connect-src 'self'/,
    );
  });

  it('web pages are GraphiQL once there is a schema for it to show, which it asks for once', async () => {
    let asked = 0;
    const { url } = await serve({ ready: async () => ({ ready: ++asked > 3, reasons: [] }) });
    expect((await fetch(url, { headers: { accept: 'text/html' } })).status).toBe(200);
    expect(asked).toBe(4);
  });

  it('web pages are not shown in production', async () => {
    const { url } = await serve({ development: false });
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect({ status: page.status, text: await page.text() }).toEqual({ status: 406, text: expect.stringMatching(/shows no pages/) });
  });
});

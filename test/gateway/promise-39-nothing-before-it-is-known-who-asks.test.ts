import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { ServerConfig } from '../../src/config/config.ts';
import { startGateway, type TestGateway } from '../harness.ts';
import { post } from '../server/http-client.ts';
import { newKey } from './asking.ts';

const viewer = '{ aiViewer { principal } }';
const json = { 'content-type': 'application/json' };

/** As on a public address: nobody may ask without a key. */
const publicGateway = (server: ServerConfig = {}) => startGateway({ server: { drainMs: 500, ...server } }, { loopback: false });
const bearer = ({ developmentKey }: TestGateway) => ({ authorization: `Bearer ${developmentKey}` });

interface Opened {
  readonly socket: WebSocket | null;
  /** HTTP status of a refused upgrade. */
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
}

function open({ url }: TestGateway, headers: Readonly<Record<string, string>> = {}): Promise<Opened> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  return new Promise((resolve) => {
    socket.once('open', () => resolve({ socket, status: undefined, retryAfter: undefined }));
    socket.once('unexpected-response', (_, response) => {
      response.resume();
      resolve({ socket: null, status: response.statusCode, retryAfter: response.headers['retry-after'] });
    });
    socket.on('error', () => {});
  });
}

/** `connection_ack`, or the code and the sentence with which it was closed. */
function initialised(socket: WebSocket, payload?: object): Promise<string | { readonly code: number; readonly reason: string }> {
  return new Promise((resolve) => {
    socket.once('message', (message) => resolve(JSON.parse(String(message)).type));
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
    if (socket.readyState === socket.OPEN)
      socket.send(JSON.stringify({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) }));
  });
}

const closeCode = (socket: WebSocket | null): Promise<number> => new Promise((resolve) => socket?.once('close', resolve));

const from = (address: string) => ({ 'x-forwarded-for': address });

describe('a WebSocket', { timeout: 60_000 }, () => {
  it('a WebSocket without a key is not kept, however many one address opens, and keeps nobody with a key out', async () => {
    const gateway = await publicGateway();
    const flood = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const opened = await open(gateway);
        return { ...opened, end: opened.socket === null ? null : await initialised(opened.socket) };
      }),
    );
    const refused = flood.filter(({ socket }) => socket === null);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused).toEqual(refused.map(() => expect.objectContaining({ status: 429, retryAfter: expect.stringMatching(/^\d+$/) })));
    const ended = flood.filter(({ socket }) => socket !== null).map(({ end }) => end);
    expect(ended).toEqual(ended.map(() => ({ code: 4401, reason: expect.stringMatching(/^Credentials are missing/) })));

    const { socket } = await open(gateway);
    if (socket === null) throw new Error('refused');
    expect(await initialised(socket, bearer(gateway))).toBe('connection_ack');
    socket.terminate();
  });

  it.each([
    ['no credentials', undefined, 4401, /Credentials are missing/],
    ['a key that is none', { authorization: 'Bearer fg_guessed' }, 4403, /not a key of this gateway/],
    ['two keys', { authorization: 'Bearer a', headers: { Authorization: 'Bearer b' } }, 4400, /more than one Authorization/],
  ])('a WebSocket that shows %s is closed with a code and a sentence', async (_, payload, code, reason) => {
    const { socket } = await open(await publicGateway());
    if (socket === null) throw new Error('refused');
    expect(await initialised(socket, payload)).toEqual({ code, reason: expect.stringMatching(reason) });
  });

  it('a WebSocket that says nothing, or too much, before it is known who asks is closed', async () => {
    const gateway = await publicGateway({ limits: { socketInitMs: 50 } });
    const silent = await open(gateway);
    expect(await closeCode(silent.socket)).toBe(4408);
    const patient = await publicGateway();
    const loud = await open(patient);
    loud.socket?.send(JSON.stringify({ type: 'connection_init', payload: { text: 'x'.repeat(500_000) } }));
    expect(await closeCode(loud.socket)).toBe(1006);
  });

  it('a WebSocket is a request of its address, until it shows a key', async () => {
    const gateway = await publicGateway({ requestsPerMinutePerAddress: 3 });
    for (let opened = 0; opened < 6; opened += 1) {
      const { socket } = await open(gateway);
      if (socket === null) throw new Error('refused');
      expect(await initialised(socket, bearer(gateway))).toBe('connection_ack');
      socket.terminate();
    }
    for (let asked = 0; asked < 3; asked += 1) expect((await post(gateway.url, { query: viewer })).status).toBe(401);
    const opened = await Promise.all(Array.from({ length: 40 }, () => open(gateway)));
    expect(opened.filter(({ status }) => status === 429)).toHaveLength(35);
    for (const { socket } of opened) socket?.terminate();
  });

  it('a WebSocket with a key finds a place, when strangers of many addresses hold all that they may', async () => {
    const gateway = await publicGateway({ trustedProxies: ['127.0.0.1'], limits: { maxSockets: 20, maxSocketsWithoutKey: 4 } });
    const strangers = await Promise.all(Array.from({ length: 12 }, (_, n) => open(gateway, from(`198.51.100.${n}`))));
    expect(strangers.filter(({ status }) => status === 503)).toHaveLength(8);

    const known = await open(gateway, { ...from('203.0.113.1'), ...bearer(gateway) });
    expect(known.socket === null ? null : await initialised(known.socket)).toBe('connection_ack');
    // A browser shows its key after the upgrade: it takes the place of one that had time to.
    let browser = await open(gateway, from('203.0.113.2'));
    while (browser.socket === null) browser = await open(gateway, from('203.0.113.2'));
    expect(await initialised(browser.socket, bearer(gateway))).toBe('connection_ack');
    for (const { socket } of [...strangers, known, browser]) socket?.terminate();
  });

  it('a WebSocket is bounded for each key, and for all keys of a team', async () => {
    const gateway = await publicGateway({ limits: { maxSocketsPerPrincipal: 2, maxSocketsPerTeam: 3 } });
    const [one, two] = [await newKey(gateway, { team: 'a' }), await newKey(gateway, { team: 'a' })];
    const shown = async (secret: string) => {
      const { socket } = await open(gateway);
      return socket === null ? null : { socket, end: await initialised(socket, { authorization: `Bearer ${secret}` }) };
    };
    const ends = [
      await shown(one.secret),
      await shown(one.secret),
      await shown(one.secret),
      await shown(two.secret),
      await shown(two.secret),
    ];
    expect(ends.map((each) => each?.end)).toEqual([
      'connection_ack',
      'connection_ack',
      { code: 1013, reason: 'Your key has 2 WebSockets open, the maximum. Close one first.' },
      'connection_ack',
      { code: 1013, reason: 'Your team has 3 WebSockets open, the maximum. Close one first.' },
    ]);
    const headers = { authorization: `Bearer ${one.secret}` };
    expect(await open(gateway, headers)).toMatchObject({ status: 429, retryAfter: '1' });
    expect((await open(gateway, bearer(gateway))).socket).not.toBeNull();
    ends[0]?.socket.close();
    let again = await open(gateway, headers);
    while (again.socket === null) again = await open(gateway, headers);
    for (const each of [...ends, again]) each?.socket?.terminate();
  });

  it('a WebSocket on which nothing runs is closed when its key is revoked', async () => {
    const gateway = await publicGateway({ limits: { heartbeatMs: 50 } });
    const { id, secret } = await newKey(gateway, {});
    const { socket } = await open(gateway);
    if (socket === null) throw new Error('refused');
    expect(await initialised(socket, { authorization: `Bearer ${secret}` })).toBe('connection_ack');
    const closed = once(socket, 'close');
    await gateway.ask('mutation ($id: ID!) { revokeAiKey(id: $id) { revokedAt } }', { id });
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([4403, expect.stringMatching(/^This key was revoked/)]);
  });

  it('a WebSocket may be opened by anybody where the configuration lets callers without credentials ask, under the shares of an address', async () => {
    const gateway = await startGateway(
      {
        anonymous: { scopes: ['ai:use'], routes: ['default'] },
        server: { development: false, drainMs: 500, requestsPerMinutePerAddress: 1_000, limits: { maxSocketsPerAddress: 2 } },
      },
      { loopback: false },
    );
    const opened: Opened[] = [];
    for (let n = 0; n < 3; n += 1) {
      const one = await open(gateway);
      if (one.socket !== null) expect(await initialised(one.socket)).toBe('connection_ack');
      opened.push(one);
    }
    expect(opened.map(({ status }) => status)).toEqual([undefined, undefined, 429]);
    for (const { socket } of opened) socket?.terminate();
  });

  it('a WebSocket may be opened by anybody in development on loopback, under the share of an address', async () => {
    const gateway = await startGateway({ server: { drainMs: 500, limits: { maxSocketsPerAddress: 3 } } });
    const opened: Opened[] = [];
    for (let n = 0; n < 4; n += 1) {
      const one = await open(gateway);
      if (one.socket !== null) expect(await initialised(one.socket)).toBe('connection_ack');
      opened.push(one);
    }
    expect(opened.map(({ status }) => status)).toEqual([undefined, undefined, undefined, 429]);
    expect((await open(gateway, bearer(gateway))).socket).not.toBeNull();
  });
});

type Refusal = readonly [what: string, ask: (gateway: TestGateway) => Promise<unknown>];
const bogus = { authorization: 'Bearer fg_guessed' };

/** The first line of what comes back. */
function raw({ url }: TestGateway, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    socket.once('data', (data) => {
      resolve(String(data).split('\r\n')[0] ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

const head = 'POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n';
const refusals: readonly Refusal[] = [
  ['another path', ({ url }) => fetch(new URL('/nothing', url))],
  ['another method', ({ url }) => fetch(url, { method: 'DELETE' })],
  ['a page where there is none', ({ url }) => fetch(url, { method: 'DELETE', headers: { accept: 'text/html' } })],
  ['a web page of another site', ({ url }) => fetch(url, { headers: { origin: 'https://evil.example' } })],
  ['a preflight of another site', ({ url }) => fetch(url, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })],
  ['a broken body', ({ url }) => fetch(url, { method: 'POST', headers: json, body: '{' })],
  ['a body that is too large', ({ url }) => fetch(url, { method: 'POST', headers: json, body: 'x'.repeat(3_000_000) })],
  ['a form', ({ url }) => fetch(url, { method: 'POST', body: new URLSearchParams({ query: viewer }) })],
  ['a query by GET', ({ url }) => fetch(`${url}?query=${encodeURIComponent(viewer)}`)],
  ['a broken document and a key that is none', ({ url }) => post(url, { query: '{' }, bogus)],
  ['a document that is not valid and a key that is none', ({ url }) => post(url, { query: '{ nothing }' }, bogus)],
  ['metrics', ({ url }) => fetch(new URL('/metrics', url))],
  ['metrics and a key that is none', ({ url }) => fetch(new URL('/metrics', url), { headers: bogus })],
  ['two keys', (gateway) => raw(gateway, `${head}Authorization: Bearer a\r\nAuthorization: Bearer b\r\nContent-Length: 0\r\n\r\n`)],
  ['two hosts', (gateway) => raw(gateway, 'GET /graphql HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')],
  ['what is no HTTP', (gateway) => raw(gateway, 'HELLO\r\n\r\n')],
  ['two lengths', (gateway) => raw(gateway, `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)],
  ['headers that are too large', (gateway) => raw(gateway, `${head}X: ${'x'.repeat(20_000)}\r\n\r\n`)],
  ['a WebSocket at another path', (gateway) => open({ ...gateway, url: gateway.url.replace('/graphql', '/socket') })],
  ['a WebSocket of another site', (gateway) => open(gateway, { origin: 'https://evil.example' })],
  ['a WebSocket and a key that is none', (gateway) => open(gateway, bogus)],
];

describe('what is refused before it is known who asks', { timeout: 60_000 }, () => {
  it.each(refusals)('what is refused before it is known who asks counts for its address: %s', async (_, ask) => {
    const gateway = await publicGateway({ requestsPerMinutePerAddress: 2 });
    await ask(gateway);
    await ask(gateway);
    expect((await post(gateway.url, { query: viewer })).status).toBe(429);
    expect(await raw(gateway, 'GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')).toContain('429');
    const known = { ...bearer(gateway) };
    expect((await post(gateway.url, { query: viewer }, known)).status).toBe(200);
    expect((await fetch(new URL('/nothing', gateway.url), { headers: known })).status).toBe(404);
    expect((await fetch(gateway.url, { method: 'OPTIONS', headers: { origin: 'http://localhost:5173' } })).status).toBe(204);
  });

  it('what is refused before it is known who asks costs no body: nothing of it is waited for', async () => {
    const gateway = await publicGateway();
    for (const headers of [{}, bogus]) {
      const answer = await new Promise<IncomingMessage>((done) => {
        const request = httpRequest(gateway.url, { method: 'POST', headers: { ...json, ...headers, 'content-length': 1_000_000 } });
        request.on('response', done).flushHeaders();
      });
      expect(answer.statusCode).toBe(401);
      answer.destroy();
    }
  });

  it('what is refused before it is known who asks is told as a stream tells it', async () => {
    const { url } = await publicGateway();
    const answer = await post(url, { query: 'subscription { completionStream(input: {}) { seq } }' }, { accept: 'text/event-stream' });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"UNAUTHENTICATED"')]);
  });
});

describe('connections on which no key was shown', { timeout: 60_000 }, () => {
  it('connections on which no key was shown make room for new ones, so that one with a key is answered, and go on when a key was shown', async () => {
    const gateway = await publicGateway({ limits: { maxConnectionsPerAddress: 3 } });
    const { port } = new URL(gateway.url);
    const quiet = () => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {}).resume();
      return socket;
    };
    const ask = `GET /graphql?query=${encodeURIComponent(viewer)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${bearer(gateway).authorization}\r\n\r\n`;
    const known = quiet();
    known.write(ask);
    await once(known, 'data');

    const strangers = Array.from({ length: 3 }, quiet);
    const closed = Promise.race(strangers.map((socket) => once(socket, 'close')));
    await Promise.all(strangers.map((socket) => (socket.connecting ? once(socket, 'connect') : null)));
    // The fourth is told to wait while the others may still say who they are; then one of them makes room.
    let answer = '';
    while (!answer.includes('200 OK')) answer = await raw(gateway, ask).catch(() => '');
    await closed;
    known.write(ask);
    await once(known, 'data');
    for (const socket of [known, ...strangers]) socket.destroy();
  });
});

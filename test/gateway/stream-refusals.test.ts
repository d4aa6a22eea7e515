/** Holds schema/PROTOCOL.md true: each close code and each status that it names is provoked. */
import { globSync, readFileSync } from 'node:fs';
import { CloseCode } from 'graphql-ws';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { serverLimits } from '../../src/server/server-limits.ts';
import { startGateway, type TestGateway } from '../harness.ts';
import { readMarkdown } from '../markdown.ts';
import { acknowledged, init, subscribe, type Talked, talk } from './raw-socket.ts';

const protocol = readMarkdown('schema/PROTOCOL.md');
const [query = ''] = protocol.blocks('graphql', 'A stream over SSE');
const variables = { input: { prompt: { text: 'Say it.' } } };
const tooLong = 'x'.repeat(serverLimits({}).maxBodyBytes + 1);
const documented = (code: RegExp): number[] => protocol.rows('Close codes and statuses', code).map(([cell]) => Number(cell));

describe('the stream protocol', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ server: { drainMs: 500, limits: { socketInitMs: 300 } } });
  });

  const closing: Readonly<Record<number, () => Promise<Talked>>> = {
    async 1001() {
      const stopping = await startGateway();
      return talk(stopping, {
        atOnce: [init(stopping)],
        later: ['{"type":"ping"}'],
        onMessage: (text) => void (text === '{"type":"pong"}' && stopping.close()),
      });
    },
    1009: () => talk(gateway, { atOnce: [init(gateway)], later: [tooLong] }),
    async 1013() {
      const crowded = await startGateway({ server: { drainMs: 500, limits: { maxSocketsPerPrincipal: 1 } } });
      const { promise, resolve } = Promise.withResolvers<void>();
      const first = talk(crowded, { atOnce: [init(crowded)], onMessage: (text) => void (text === acknowledged && resolve()) });
      await promise;
      const second = await talk(crowded, { atOnce: [init(crowded)] });
      await crowded.close();
      await first;
      return second;
    },
    4400: () => talk(gateway, { atOnce: ['{"type":"bogus"}'] }),
    4401: () => talk(gateway, { atOnce: [subscribe(query, variables)] }),
    4403: () => talk(gateway, { atOnce: [init({ ...gateway, developmentKey: 'fg_x_y' })] }),
    4408: () => talk(gateway, { atOnce: [] }),
    4409: () => talk(gateway, { atOnce: [init(gateway)], later: [subscribe(query, variables), subscribe(query, variables)] }),
    4429: () => talk(gateway, { atOnce: [init(gateway), init(gateway)] }),
  };
  /** Nothing from outside provokes a fault of ours. */
  const cannotBeProvoked = [4500];

  it('the stream protocol names every close code of the sources and of graphql-ws, and no other', () => {
    const ours = globSync('src/server/**/*socket*{/*,.ts}')
      .map((file) => readFileSync(file, 'utf8'))
      .flatMap((text) => [...text.matchAll(/\b(10[01]\d|4[45]\d\d)\b/g)].map(([code]) => Number(code)));
    expect(ours).toContain(1013);
    const codes = Object.values(CloseCode).filter((code): code is CloseCode => typeof code === 'number');
    const { SubprotocolNotAcceptable, ConnectionAcknowledgementTimeout, BadResponse, InternalClientError } = CloseCode;
    const neverSent: readonly number[] = [SubprotocolNotAcceptable, ConnectionAcknowledgementTimeout, BadResponse, InternalClientError];
    for (const code of neverSent) expect(protocol.section('Close codes and statuses')).toContain(String(code));
    const all = new Set([...ours, ...codes, 1009].filter((code) => !neverSent.includes(code)));
    expect(documented(/^\d{4}$/)).toEqual([...all].toSorted((a, b) => a - b));
  });

  it('the stream protocol names the close codes that this test provokes', () => {
    expect(documented(/^\d{4}$/)).toEqual([...Object.keys(closing).map(Number), ...cannotBeProvoked].toSorted((a, b) => a - b));
  });

  it.each(Object.entries(closing))('the stream protocol has a WebSocket closed with %s where it says so', async (code, provoked) => {
    expect((await provoked()).code).toBe(Number(code));
  });

  const upgraded = (path: string, subprotocol: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}${path}`, subprotocol, { headers });
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
      socket.on('open', () => resolve(101));
      socket.on('error', () => {});
    });

  async function asked(init: RequestInit, search = ''): Promise<number> {
    const authorization = `Bearer ${gateway.developmentKey}`;
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', authorization, ...init.headers };
    return (await fetch(`${gateway.url}${search}`, { ...init, headers })).status;
  }

  const body = JSON.stringify({ query, variables });
  const answering: Readonly<Record<number, () => Promise<number>>> = {
    400: () => upgraded('', 'graphql-ws'),
    401: () => upgraded('', 'graphql-transport-ws', { authorization: 'Bearer fg_x_y' }),
    403: () => upgraded('', 'graphql-transport-ws', { origin: 'https://elsewhere.example' }),
    404: () => upgraded('/elsewhere', 'graphql-transport-ws'),
    405: () => asked({ method: 'GET' }, `?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`),
    406: () => asked({ method: 'POST', body, headers: { accept: 'text/html' } }),
    413: () => asked({ method: 'POST', body: tooLong }),
    415: () => asked({ method: 'POST', body, headers: { 'content-type': 'text/plain' } }),
  };
  /** The tests of the server's shares of places and of its way down have them. */
  const shownElsewhere = [429, 503];

  it('the stream protocol names the statuses that this test provokes', () => {
    expect(documented(/^\d{3}$/)).toEqual([...Object.keys(answering).map(Number), ...shownElsewhere]);
  });

  it.each(Object.entries(answering))('the stream protocol has a request refused with %s where it says so', async (status, provoked) => {
    expect(await provoked()).toBe(Number(status));
  });
});

import { once } from 'node:events';
import { parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { trustedDocuments } from '../../../src/documents/trusted-documents.ts';
import { type Served, serve, until } from '../fixture.ts';
import { readAll } from '../http-client.ts';

interface Event {
  readonly ticks: { readonly seq: number; readonly cursor: string };
}

const client = ({ ws }: Pick<Served, 'ws'>, connectionParams: Record<string, unknown> = {}) =>
  createClient({ url: ws, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });

describe('a WebSocket', () => {
  it('a WebSocket delivers every event once and in order, the usage on the last', async () => {
    const served = await serve();
    const results = await readAll(client(served).iterate<{ ticks: { seq: number } }>({ query: 'subscription {ticks(to: 20) {seq}}' }));
    expect(results.map(({ data }) => data?.ticks.seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(results.filter(({ extensions }) => JSON.stringify(extensions ?? {}).includes('usage'))).toEqual([results.at(-1)]);
    await until(() => served.closed.length === 1);
  });

  it('a WebSocket resumes after a cursor, wherever the socket was killed', async () => {
    const served = await serve();
    const query = 'subscription($after: Cursor) {ticks(to: 6, after: $after) {seq cursor}}';
    for (let cut = 1; cut <= 5; cut++) {
      const seen: number[] = [];
      let after: string | null = null;
      while (seen.length < 6) {
        const one = client(served);
        const events: AsyncIterable<{ readonly data?: Event | null | undefined }> = one.iterate<Event>({ query, variables: { after } });
        try {
          for await (const { data } of events) {
            seen.push(data?.ticks.seq ?? 0);
            after = data?.ticks.cursor ?? null;
            if (seen.length === cut) one.terminate();
          }
        } catch {
          // The killed socket.
        }
      }
      expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  it.each([[{ authorization: 'Bearer secret' }], [{ Authorization: 'Bearer secret' }], [{ headers: { Authorization: 'Bearer secret' } }]])(
    'a WebSocket takes the credentials of connection_init (%j)',
    async (params) => {
      const served = await serve();
      const [result] = await readAll(client(served, { ...params, 'apollographql-client-name': 'shop' }).iterate({ query: '{principal}' }));
      expect(result?.data).toEqual({ principal: 'key:1' });
      expect(served.opened).toMatchObject([{ operation: { client: 'shop' } }]);
    },
  );

  it.each([
    ['{goodbye}', 'BAD_REQUEST', /Cannot query field/],
    ['{', 'BAD_REQUEST', /Syntax Error/],
    ['{then: hello}', 'BAD_REQUEST', /"then"/],
    [`${'{self'.repeat(30)}{hello}${'}'.repeat(30)}`, 'DEPTH_LIMIT_EXCEEDED', /31 levels/],
  ])('a WebSocket refuses %s as HTTP does', async (query, code, says) => {
    const served = await serve();
    const errors = await failure(client(served), query);
    expect(errors).toMatchObject([{ message: expect.stringMatching(says), extensions: { code, errorId: expect.any(String) } }]);
    expect(served.opened.length).toBe(served.closed.length);
  });

  it.each([
    ['documentId alone', { documentId: 'x' }, '"data":{"hello":"Hello, world"}'],
    ['documentId and a query that is null', { documentId: 'x', query: null }, '"data":{"hello":"Hello, world"}'],
    ['persistedQuery alone', { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }, '"data":{"hello":"Hello, world"}'],
    ['an id that is not there', { documentId: 'y' }, '"code":"DOCUMENT_NOT_TRUSTED"'],
    ['neither a text nor an id', {}, 'There is no \\"query\\".'],
  ])('a WebSocket answers an operation that has no text, and stays open: %s', async (_, payload, says) => {
    const listed = { id: 'x', ids: ['x'] as const, text: '{hello}', document: parse('{hello}') };
    const { ws } = await serve({ trusted: () => trustedDocuments([listed], 'ids', () => {}) });
    const socket = new WebSocket(ws, 'graphql-transport-ws');
    const answer = async (): Promise<string> =>
      (await Promise.race([once(socket, 'message'), once(socket, 'close')])).map(String).join(' ');
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await answer();
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    expect(await answer()).toContain(says);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.terminate();
  });

  it('a WebSocket is closed with a sentence when its key is not known', async () => {
    expect(await failure(client(await serve(), { authorization: 'Bearer wrong' }), '{hello}')).toMatchObject({
      code: 4403,
      reason: expect.stringContaining('This key is not known.'),
    });
  });

  it.each([
    ['itself', (members: Record<string, unknown>) => members],
    ['its headers', (headers: Record<string, unknown>) => ({ headers })],
  ])(
    'a WebSocket is closed with a sentence when its connection_init has more members than a request has headers: in %s',
    async (_, around) => {
      const served = await serve();
      const members = (count: number): Record<string, unknown> =>
        around({ authorization: 'Bearer secret', ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'y'])) });
      const refused = readAll(client(served, members(100)).iterate({ query: '{principal}' }));
      await expect(refused).rejects.toMatchObject({ code: 4400, reason: expect.stringMatching(/has 101 members.*at most 100/) });
      const [accepted] = await readAll(client(served, members(98)).iterate({ query: '{principal}' }));
      expect(accepted?.data).toEqual({ principal: 'key:1' });
    },
  );

  it('a WebSocket masks errors in results and events', async () => {
    const served = await serve();
    const results = [
      ...(await readAll(client(served).iterate({ query: '{hello secretly}' }))),
      ...(await readAll(client(served).iterate({ query: 'subscription {ticks(to: 2, fail: true) {seq broken}}' }))),
      ...(await readAll(client(served).iterate({ query: '{slow {... @defer {broken}}}' }))),
    ];
    expect(JSON.stringify(results).match(/"INTERNAL"/g)).toHaveLength(4);
    expect(JSON.stringify(results)).not.toContain('secret in');
  });

  it.each(['silent', 'late'])(
    'a WebSocket stops upstream when the client completes, also before the first event or the subscription itself (%s)',
    async (field) => {
      const served = await serve();
      const stop = client(served).subscribe(
        { query: `subscription {${field} {seq}}` },
        { next: () => {}, error: () => {}, complete: () => {} },
      );
      await until(() => served.tickers.signals.length === 1);
      stop();
      await until(() => served.tickers.signals[0]?.aborted === true && served.closed.length === 1);
      served.gate.open();
      if (field === 'late') await until(() => served.tickers.returned === 1);
    },
  );

  it('a WebSocket stops upstream when the socket closes', async () => {
    const served = await serve();
    const one = client(served);
    one.subscribe({ query: 'subscription {silent {seq}}' }, { next: () => {}, error: () => {}, complete: () => {} });
    await until(() => served.tickers.signals.length === 1);
    one.terminate();
    await until(() => served.tickers.signals[0]?.aborted === true && served.closed.length === 1);
  });

  it('a WebSocket runs no more operations at once than the limit', async () => {
    const served = await serve({ limits: { maxSocketOperations: 1 } });
    const one = client(served);
    one.subscribe({ query: 'subscription {silent {seq}}' }, { next: () => {}, error: () => {}, complete: () => {} });
    await until(() => served.tickers.signals.length === 1);
    expect(await failure(one, '{hello}')).toMatchObject([{ extensions: { code: 'CONCURRENCY_LIMITED' } }]);
  });

  it('a WebSocket stops the source of a reader who stalls, then disconnects it', async () => {
    const served = await serve({ limits: { writeIdleMs: 200, heartbeatMs: 50 } });
    const socket = new WebSocket(served.ws, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once('message', resolve));
    socket.pause();
    socket.send(
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'subscription {ticks(to: 100000, bytes: 10000) {seq text}}' } }),
    );
    await until(() => served.tickers.returned === 1);
    expect(served.tickers.pulled).toBeLessThan(5_000);
    socket.terminate();
  });

  it('a WebSocket reads no more of a client that asks and never reads, and answers all when it reads again', async () => {
    const { ws } = await serve();
    const socket = new WebSocket(ws, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once('message', resolve));
    socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(1_000) } });
    const most = 40_000;
    let sent = 0;
    for (let taken = true; taken && sent < most; sent += 100) {
      for (let one = 1; one < 100; one += 1) socket.send(ping);
      taken = await Promise.race([
        new Promise<boolean>((resolve) => socket.send(ping, () => resolve(true))),
        new Promise<boolean>((resolve) => setTimeout(resolve, 1_000, false)),
      ]);
    }
    expect(sent).toBeLessThan(most);

    let pongs = 0;
    socket.on('message', () => {
      pongs += 1;
    });
    socket.resume();
    await until(() => pongs === sent);
    socket.terminate();
  });

  it.each([
    ['without connection_init', { limits: { socketInitMs: 20 } }, null, 4408],
    ['that subscribes before connection_init', {}, '{"id":"1","type":"subscribe","payload":{"query":"{hello}"}}', 4401],
    ['with a message that is no JSON', {}, 'hello', 4400],
    ['with a message that is a text in JSON', {}, JSON.stringify('{"type":"connection_init"}'), 4400],
    ['with a message that is null', {}, 'null', 4400],
    ['with a message over the limit', { limits: { maxBodyBytes: 1_000 } }, 'x'.repeat(2_000), 1009],
  ])('a WebSocket %s is closed with a code', async (_, options, message, code) => {
    const { ws } = await serve(options);
    const socket = new WebSocket(ws, 'graphql-transport-ws');
    if (message !== null) socket.once('open', () => socket.send(message));
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(code);
  });

  it('a WebSocket is refused when the most are open', async () => {
    const { ws } = await serve({ limits: { maxSockets: 1, maxSocketsPerTeam: 2 } });
    const withKey = { headers: { authorization: 'Bearer secret' } };
    const first = new WebSocket(ws, 'graphql-transport-ws', withKey);
    await new Promise((resolve) => first.once('open', resolve));
    const second = new WebSocket(ws, 'graphql-transport-ws', { headers: { authorization: 'Bearer secret-2' } });
    expect(await new Promise((resolve) => second.once('unexpected-response', (_, response) => resolve(response.statusCode)))).toBe(503);
    first.terminate();
  });

  it.each([
    ['a page of another site', { origin: 'https://evil.example' }, 'graphql-transport-ws', '/graphql', 403, /evil.example/],
    ['another protocol', {}, 'graphql-ws', '/graphql', 400, /graphql-transport-ws/],
    ['another path', {}, 'graphql-transport-ws', '/socket', 404, /opened at \/graphql/],
  ])('a WebSocket is refused to %s', async (_, options, protocol, path, status, says) => {
    const { ws } = await serve();
    const socket = new WebSocket(new URL(path, ws), protocol, options);
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve) =>
      socket.once('unexpected-response', async (_request, response) =>
        resolve({ status: response.statusCode, text: (await response.toArray()).join('') }),
      ),
    );
    expect(answer).toEqual({ status, text: expect.stringMatching(says) });
  });
});

function failure(one: ReturnType<typeof createClient>, query: string): Promise<unknown> {
  return new Promise((resolve) => one.subscribe({ query }, { next: resolve, error: resolve, complete: () => resolve('complete') }));
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ExecutionResult, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { composition } from '../../src/federation/compose/composition.ts';
import { readSubgraph } from '../../src/federation/compose/sources.ts';
import type { OpenPlanner } from '../../src/federation/engine/plan/planner.ts';
import type { FetchOptions } from '../../src/federation/subgraphs/fetch.ts';
import type { SubgraphFailure } from '../../src/federation/subgraphs/subgraph-failure.ts';
import { supergraphSchema } from '../../src/federation/supergraph.ts';
import { engines, runOperation, subscribeTo } from './run-operation.ts';
import { bodyOf, federation2, listening, subgraphSchema } from './subgraph-server.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, query: string) => void;
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** A supergraph of one raw server. */
async function over(
  answer: Answer,
  fetch: FetchOptions = {},
): Promise<{ schema: ReturnType<typeof supergraphSchema>; asked: string[]; port: number }> {
  const asked: string[] = [];
  const { port, close } = await listening(
    createServer(async (request, response) => {
      const { query } = JSON.parse(await bodyOf(request)) as { query: string };
      asked.push(query);
      answer(request, response, query);
    }),
  );
  open.push(close);
  const sdl = `${federation2} type Query { a: String items: [Item] } type Item { id: ID name: String! } type Mutation { change: String } type Subscription { ticks: Int }`;
  const composed = composition([{ name: 'raw', url: `http://127.0.0.1:${port}/graphql`, sdl }]);
  return { schema: supergraphSchema({ supergraphSdl: composed.ok ? composed.supergraphSdl : '', fetch, openPlanner }), asked, port };
}
const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const ask = async (schema: ReturnType<typeof supergraphSchema>, query: string, contextValue: object = {}): Promise<ExecutionResult> =>
  (await runOperation({ schema, document: parse(query), contextValue })) as ExecutionResult;

let openPlanner: OpenPlanner | null = null;

describe.each(engines)('a remote subgraph, asked by the engine %s,', (_, openEngine) => {
  beforeAll(async () => {
    openPlanner = await openEngine();
  });

  it.each([
    ['cannot be reached', (_: IncomingMessage, response: ServerResponse): void => void response.destroy(), 'SUBGRAPH_UNAVAILABLE', true],
    [
      'answers no GraphQL',
      (_: IncomingMessage, response: ServerResponse): void => void response.end('<html>'),
      'SUBGRAPH_UNAVAILABLE',
      false,
    ],
    [
      'answers errors of its own',
      (_: IncomingMessage, response: ServerResponse): void =>
        json(response, {
          data: { a: null },
          errors: [{ message: 'No such a.', path: ['a'], extensions: { code: 'NOT_FOUND', stack: 'secret' } }],
        }),
      'NOT_FOUND',
      false,
    ],
    [
      'gives errors ids of its own',
      (_: IncomingMessage, response: ServerResponse): void =>
        json(response, { data: null, errors: [{ message: 'Broken.', extensions: { errorId: 'theirs-1' } }] }),
      'SUBGRAPH_ERROR',
      false,
    ],
  ] as const)('a remote subgraph that %s is told once, under the errorId that the client sees', async (_, answer, code, hasCause) => {
    const failures: SubgraphFailure[] = [];
    const { schema } = await over(answer, { onFailure: (failure) => failures.push(failure) });
    const { errors = [] } = await ask(schema, '{ a }');
    expect(failures).toEqual([expect.objectContaining({ subgraph: 'raw', code, errorIds: [errors[0]?.extensions['errorId']] })]);
    expect(failures[0]?.cause !== null).toBe(hasCause);
    expect(JSON.stringify(failures)).not.toContain('<html>');
  });

  it('a remote subgraph that answers with ten thousand errors is told in one short line', async () => {
    const failures: SubgraphFailure[] = [];
    const many = Array.from({ length: 10_000 }, (_, index) => ({ message: 'x'.repeat(1_000), extensions: { errorId: `id-${index}` } }));
    const { schema } = await over((_, response) => json(response, { data: null, errors: many }), {
      onFailure: (failure) => failures.push(failure),
    });
    await ask(schema, '{ a }');
    expect(failures).toMatchObject([{ errors: 1_000 }]);
    expect(JSON.stringify(failures).length).toBeLessThan(2_000);
  });

  it('a remote subgraph whose subscription fails is told under the errorId that the client sees', async () => {
    const failures: SubgraphFailure[] = [];
    const { schema } = await over((_, response) => json(response, { errors: [{ message: 'No ticks today.' }] }), {
      onFailure: (failure) => failures.push(failure),
    });
    const events = (await subscribeTo({
      schema,
      document: parse('subscription { ticks }'),
      contextValue: {},
    })) as AsyncIterable<ExecutionResult>;
    const ids: unknown[] = [];
    for await (const { errors } of events) ids.push(errors?.[0]?.extensions['errorId']);
    expect(failures.map(({ errorIds }) => errorIds)).toEqual(ids.map((id) => [id]));
    expect(ids).toEqual([expect.any(String)]);
  });

  it('a remote subgraph gets the headers of the client that are allowed, of the client that asks, and the fixed ones', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const { schema } = await over(
      (request, response) => {
        seen.push(request.headers);
        json(response, { data: { a: 'x' } });
      },
      {
        propagate: ['Authorization', 'Host', 'content-length'],
        headers: { 'x-gateway': 'fieldgate' },
        clientHeaders: (context) => (context as { headers: Record<string, string> }).headers,
      },
    );
    await Promise.all(['one', 'two'].map((user) => ask(schema, '{ a }', { headers: { authorization: user, cookie: 'no', host: 'evil' } })));
    expect(seen.map(({ authorization }) => authorization).sort()).toEqual(['one', 'two']);
    expect(seen[0]).toMatchObject({ 'x-gateway': 'fieldgate', host: expect.stringContaining('127.0.0.1') });
    expect(seen[0]).not.toHaveProperty('cookie');
  });

  it('a remote subgraph is not read to the end when its SDL has none, announced or not', async () => {
    const piece = Buffer.alloc(256 * 1024, 'x');
    let cut = (): void => {};
    const closed = new Promise<void>((resolve) => {
      cut = resolve;
    });
    const { port, close } = await listening(
      createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"data":{"_service":{"sdl":"');
        const more = (): void => {
          while (!response.destroyed && response.write(piece));
        };
        response.on('drain', more).on('close', cut);
        more();
      }),
    );
    open.push(close);
    const reading = readSubgraph({ name: 'endless', url: `http://127.0.0.1:${port}/graphql` }, new AbortController().signal);
    await expect(reading).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      message: expect.stringMatching(
        /^The subgraph "endless" did not give its SDL: its answer is larger than 16 MiB\. Give its SDL as a file/,
      ),
    });
    await closed;
  });

  it('a remote subgraph is asked again for a query that got no answer, never for a mutation', async () => {
    let failures = 1;
    const { schema, asked } = await over((_, response) =>
      failures-- > 0 ? response.destroy() : json(response, { data: { a: 'x', change: 'y' } }),
    );
    await expect(ask(schema, '{ a }')).resolves.toEqual({ data: { a: 'x' } });
    failures = 1;
    const result = await ask(schema, 'mutation { change }');
    expect(result.errors).toMatchObject([
      { message: 'The subgraph "raw" could not be reached.', path: ['change'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } },
    ]);
    expect(asked).toHaveLength(3);
  });

  it('a remote subgraph that fails shows no body, URL or stack', async () => {
    const { schema, port } = await over((_, response) => response.writeHead(502).end('<html>secret upstream text</html>'), { retries: 0 });
    const text = JSON.stringify(await ask(schema, '{ a }'));
    expect(text).toContain('answered with status 502');
    expect(text).not.toMatch(new RegExp(`secret|html|${port}`));
    const strict = await over((_, response) =>
      json(response, {
        data: { a: null },
        errors: [{ message: 'No.', path: ['a'], extensions: { code: 'NO', stacktrace: ['at x'], response: { body: 'b' } } }],
      }),
    );
    const result = await ask(strict.schema, '{ a }');
    expect(result.errors?.map((error) => error.toJSON())).toEqual([
      {
        message: 'No.',
        path: ['a'],
        locations: expect.anything(),
        extensions: { code: 'NO', subgraph: 'raw', errorId: expect.any(String) },
      },
    ]);
  });

  it('a remote subgraph has its errors at their exact paths, also those that bubbled inside it', async () => {
    const { exactPath } = await import('../../src/federation/engine/place-errors.ts');
    const { schema } = await over((_, response) =>
      json(response, { data: { items: [{ id: '1', name: 'a' }, null] }, errors: [{ message: 'No name.', path: ['items', 1, 'name'] }] }),
    );
    const result = await ask(schema, '{ items { id name } }');
    expect(result.data).toEqual({ items: [{ id: '1', name: 'a' }, null] });
    expect(result.errors?.map(exactPath)).toEqual([['items', 1, 'name']]);
  });

  it('a remote subgraph is not waited for beyond its time, nor beyond the client', async () => {
    const { schema } = await over(() => {}, { timeoutMs: 30, retries: 0 });
    expect((await ask(schema, '{ a }')).errors).toMatchObject([{ extensions: { code: 'TIMEOUT' }, path: ['a'] }]);
    const left = new AbortController();
    const gone = Promise.withResolvers<void>();
    const patient = await over(
      (request) => {
        request.socket.on('close', () => gone.resolve());
        left.abort();
      },
      { signal: () => left.signal },
    );
    expect((await ask(patient.schema, '{ a }')).errors).toMatchObject([{ extensions: { code: 'CANCELLED' } }]);
    await gone.promise;
    expect(patient.asked).toHaveLength(1);
  });

  it('a remote subgraph may answer only so many bytes', async () => {
    const { schema } = await over((_, response) => json(response, { data: { a: 'x'.repeat(5000) } }), { maxResponseBytes: 1000 });
    expect((await ask(schema, '{ a }')).errors).toMatchObject([{ message: expect.stringContaining('more bytes') }]);
  });

  it('a remote subgraph may answer only so many objects, together with what it has answered the same operation', async () => {
    const items = Array.from({ length: 60 }, (_, id) => ({ id: String(id), name: `Item ${id}` }));
    const lists = (query: string): object =>
      Object.fromEntries([...query.matchAll(/(?:(\w+): ?)?items/g)].map(([, alias = 'items']) => [alias, items]));
    const { schema } = await over((_, response, query) => json(response, { data: lists(query) }), { maxObjects: 100 });
    // Each list has 60 objects.
    expect((await ask(schema, '{ items { id } }')).errors).toBeUndefined();
    expect((await ask(schema, '{ items { id } }')).errors).toBeUndefined();
    const { data, errors = [] } = await ask(schema, '{ items { id } more: items { name } }');
    // One request, or two of which the second is refused.
    const refused = [data?.['items'], data?.['more']].filter((list) => list === null);
    expect(refused.length).toBeGreaterThan(0);
    expect(errors).toHaveLength(refused.length);
    for (const error of errors) {
      expect(error).toMatchObject({
        message: expect.stringMatching(/"raw" has more .* 100 objects.*shorter lists/),
        extensions: { code: 'COST_LIMIT_EXCEEDED', retryable: false },
      });
    }
  });

  it('a remote subgraph hands its extensions to the gateway, not to the client', async () => {
    const seen: unknown[] = [];
    const { schema } = await over((_, response) => json(response, { data: { a: 'x' }, extensions: { usage: 3 } }), {
      onExtensions: (name, extensions) => seen.push([name, extensions]),
    });
    await expect(ask(schema, '{ a }')).resolves.toEqual({ data: { a: 'x' } });
    expect(seen).toEqual([['raw', { usage: 3 }]]);
  });

  it.each([
    ['text/html', /does not serve subscriptions over SSE/],
    ['application/json', /ended the subscription/],
  ])('a remote subgraph is not read to the end when it refuses a subscription with an endless body of %s', async (type, message) => {
    const closed = Promise.withResolvers<void>();
    let written = 0;
    const piece = Buffer.alloc(256 * 1024, ' ');
    const { schema } = await over((_, response) => {
      response.writeHead(200, { 'content-type': type });
      const more = (): void => {
        while (!response.destroyed && written < 64 && response.write(piece)) written += 1;
      };
      response.on('drain', more).on('close', () => closed.resolve());
      more();
    });
    const events = await subscribeTo({ schema, document: parse('subscription { ticks }'), contextValue: {} });
    expect(await events.next()).toMatchObject({
      value: { errors: [{ message: expect.stringMatching(message), extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] },
    });
    await closed.promise;
    expect(written).toBeLessThan(64);
  });

  it('a remote subgraph streams a subscription over SSE, and is left at once', async () => {
    const closed = Promise.withResolvers<void>();
    const { schema } = await over((_, response) => {
      response.on('close', () => closed.resolve());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: next\ndata: {"data":{"ticks":1}}\n\nevent: ne');
      setTimeout(() => response.write('xt\ndata: {"data":{"ticks":2}}\n\n: heartbeat\n\n'), 5);
    });
    const events = await subscribeTo({ schema, document: parse('subscription { ticks }'), contextValue: {} });
    expect(await events.next()).toEqual({ done: false, value: { data: { ticks: 1 } } });
    expect(await events.next()).toEqual({ done: false, value: { data: { ticks: 2 } } });
    const waiting = events.next();
    await events.return(undefined);
    await closed.promise;
    expect((await waiting).done).toBe(true);
  });

  it('a remote subgraph streams a subscription over graphql-ws with the client’s credentials, and is left at once', async () => {
    const headersSeen: unknown[] = [];
    const left = Promise.withResolvers<void>();
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    sockets.on('connection', (socket) => socket.on('close', () => left.resolve()));
    useServer(
      {
        schema: subgraphSchema(`${federation2} type Query { a: String } type Subscription { ticks: Int }`, {
          Subscription: {
            ticks: {
              async *subscribe() {
                yield { ticks: 1 };
                await new Promise(() => {});
              },
            },
          },
        }),
        onConnect: ({ connectionParams }) => {
          headersSeen.push(connectionParams?.['authorization']);
        },
      },
      sockets,
    );
    await new Promise((resolve) => sockets.once('listening', resolve));
    const { port } = sockets.address() as AddressInfo;
    const { schema } = await over(() => {}, {
      subgraphs: { raw: { subscriptionUrl: `ws://127.0.0.1:${port}` } },
      propagate: ['authorization'],
      clientHeaders: () => ({ authorization: 'Bearer me' }),
    });
    const events = await subscribeTo({ schema, document: parse('subscription { ticks }'), contextValue: {} });
    expect(await events.next()).toEqual({ done: false, value: { data: { ticks: 1 } } });
    const waiting = events.next();
    await events.return(undefined);
    await left.promise;
    expect((await waiting).done).toBe(true);
    expect(headersSeen).toEqual(['Bearer me']);
    sockets.close();
  });

  /** A server that speaks the protocol up to where `answers` says otherwise. */
  async function socketServer(answers: (socket: WebSocket, message: { readonly type: string; readonly id?: string }) => void) {
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
    sockets.on('connection', (socket) => socket.on('message', (data) => answers(socket, JSON.parse(String(data)))));
    await new Promise((resolve) => sockets.once('listening', resolve));
    open.push(() => {
      for (const socket of sockets.clients) socket.terminate();
      return new Promise((resolve) => sockets.close(() => resolve()));
    });
    const { port } = sockets.address() as AddressInfo;
    const { schema } = await over(() => {}, { subgraphs: { raw: { subscriptionUrl: `ws://127.0.0.1:${port}` } } });
    const events = await subscribeTo({ schema, document: parse('subscription { ticks }'), contextValue: {} });
    return events;
  }
  const unavailable = { value: { errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] } };

  it('a remote subgraph that sends faster than its events are read is not read until they are', async () => {
    const piece = 'x'.repeat(10_000);
    let sent = 0;
    let stalled = false;
    const events = await socketServer((socket, { type, id }) => {
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type !== 'subscribe') return;
      const more = (): void => {
        for (let burst = 0; burst < 100 && !stalled; burst += 1) {
          sent += 1;
          socket.send(JSON.stringify({ type: 'next', id, payload: { data: { ticks: sent }, extensions: { piece } } }));
          stalled = socket.bufferedAmount > 16 * 1024 * 1024;
        }
        if (!stalled) setImmediate(more);
      };
      more();
    });
    expect(await events.next()).toMatchObject({ value: { data: { ticks: 1 } } });
    // 16 MiB wait at the server: nobody takes them in while nobody reads.
    await expect.poll(() => stalled, { timeout: 20_000 }).toBe(true);
    for (let tick = 2; tick <= 500; tick += 1) expect(await events.next()).toMatchObject({ value: { data: { ticks: tick } } });
    await events.return(undefined);
  });

  it('a remote subgraph that never acknowledges, or sends what is too large, ends the subscription with an error', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const init = Promise.withResolvers<void>();
    const silent = await socketServer(() => init.resolve());
    const waiting = silent.next();
    await init.promise;
    vi.advanceTimersByTime(10_000);
    expect(await waiting).toMatchObject(unavailable);
    vi.useRealTimers();
    const huge = await socketServer((socket, { type, id }) => {
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type === 'subscribe')
        socket.send(JSON.stringify({ type: 'next', id, payload: { data: { ticks: 1 }, x: 'x'.repeat(5_000_000) } }));
    });
    expect(await huge.next()).toMatchObject(unavailable);
  });

  it('a remote subgraph whose event comes in tiny pieces is read in time of its length', async () => {
    const { schema } = await over((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const event = Buffer.from(`event: next\r\ndata: {"data":{"ticks":1},"x":"${'é'.repeat(200_000)}"}\r\n\r\n`);
      let at = 0;
      const more = (): void => {
        for (let piece = 0; piece < 500 && at < event.length; piece += 1, at += 7) response.write(event.subarray(at, at + 7));
        if (at < event.length) setImmediate(more);
      };
      response.socket?.setNoDelay(true);
      more();
    });
    const events = await subscribeTo({ schema, document: parse('subscription { ticks }'), contextValue: {} });
    expect(await events.next()).toEqual({ done: false, value: { data: { ticks: 1 } } });
    await events.return(undefined);
  });

  it('a remote subgraph whose subscription has not said anything is left at once, by its reader and by the end of the operation', async () => {
    for (const leaving of ['return', 'abort']) {
      const [opened, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const controller = new AbortController();
      const { schema } = await over(
        (_, response) => {
          response.on('close', () => closed.resolve());
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(':\n\n');
          opened.resolve();
        },
        { signal: () => controller.signal },
      );
      const events = await subscribeTo({ schema, document: parse('subscription { ticks }'), contextValue: {} });
      const waiting = events.next();
      await opened.promise;
      if (leaving === 'return') await events.return(undefined);
      else controller.abort();
      expect(await waiting).toEqual({ done: true, value: undefined });
      await closed.promise;
    }
  });

  it('a remote subgraph that has no subscriptions at its URL says so', async () => {
    const { schema } = await over((_, response) => response.writeHead(404, { 'content-type': 'text/plain' }).end('no'));
    const events = await subscribeTo({ schema, document: parse('subscription { ticks }'), contextValue: {} });
    expect(await events.next()).toMatchObject({ value: { errors: [{ message: expect.stringContaining('over SSE') }] } });
  });
});

import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { GatewayError } from '../../src/core/errors.ts';
import { Secret } from '../../src/core/secret.ts';
import { composition } from '../../src/federation/composition.ts';
import { type SubgraphOperation, type SubgraphServer, serveSubgraph } from '../../src/server/apollo.ts';
import { federation2, runSubgraph, subgraphSchema } from '../federation/subgraph-server.ts';

const secret = 'the-router-and-nobody-else';
const sdl = `${federation2}
  type Query { hello: String who: String broken: String busy: String }
  type Subscription { ticks(to: Int!): Int forever: Int }
  type Product @key(fields: "id") { id: ID! description: String @external summary: String @requires(fields: "description") }`;

/** Names a package that is not everybody's: the test is skipped, by name, where it is not installed. */
const otherGateway = '@graphql-hive/gateway-runtime';
interface Runtime {
  readonly createGatewayRuntime: (config: unknown) => {
    fetch(url: string, init: RequestInit): Promise<Response>;
    [Symbol.asyncDispose](): Promise<void>;
  };
}
const runtime: Runtime | null = await import(otherGateway).catch(() => null);

describe('the AI schema as a subgraph of another router', () => {
  let server: SubgraphServer;
  let opened: SubgraphOperation[] = [];
  let closed = 0;
  let returned = 0;
  beforeAll(async () => {
    const ticks = async function* (_: unknown, { to }: { to: number }) {
      for (let tick = 1; tick <= to; tick++) yield { ticks: tick };
    };
    const forever = (_: unknown, __: unknown, { signal }: { signal: AbortSignal }): AsyncIterableIterator<unknown> => ({
      next: () =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            returned++;
            resolve({ done: true, value: undefined });
          }),
        ),
      return: async () => ({ done: true, value: undefined }),
      [Symbol.asyncIterator]() {
        return this;
      },
    });
    const schema = subgraphSchema(sdl, {
      Query: {
        hello: () => 'hello',
        who: (_: unknown, __: unknown, { principal }: { principal: string }) => principal,
        broken: () => {
          throw new Error('secret cause at /home/x');
        },
        busy: () => {
          throw new GatewayError('RATE_LIMITED', 'Too many.', { retryAfterMs: 7 });
        },
      },
      Subscription: { ticks: { subscribe: ticks }, forever: { subscribe: forever } },
      Product: { summary: ({ id, description }: { id: string; description: string }) => `${id}: ${description}` },
    });
    server = await serveSubgraph({
      schema,
      host: '127.0.0.1',
      port: 0,
      routerSecret: new Secret(secret),
      maxBodyBytes: 10_000,
      openOperation: async (operation) => {
        if (operation.headers['authorization'] === 'Bearer wrong') throw new GatewayError('UNAUTHENTICATED', 'This key is not known.');
        opened.push(operation);
        return {
          context: { principal: operation.isRouter ? 'router' : 'caller', signal: operation.signal },
          close: () => {
            closed++;
          },
        };
      },
    });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    opened = [];
    closed = 0;
    returned = 0;
  });

  const post = async (
    query: string,
    headers: Record<string, string> = {},
    variables = {},
  ): Promise<{ status: number; body: { data?: unknown; errors?: unknown[] } }> => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, body: (await response.json()) as { data?: unknown; errors?: unknown[] } };
  };
  const entities = 'query($r: [_Any!]!) { ...E } fragment E on Query { x: _entities(representations: $r) { ... on Product { summary } } }';
  const variables = { r: [{ __typename: 'Product', id: '1', description: 'd' }] };

  it('answers `_entities` to the router alone', async () => {
    for (const headers of [{}, { 'x-router-secret': 'guess' }, { authorization: 'Bearer guess' }] as Record<string, string>[]) {
      expect((await post(entities, headers, variables)).body).toMatchObject({
        errors: [{ extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('x-router-secret') }],
      });
    }
    expect(opened).toEqual([]);
    for (const headers of [{ 'x-router-secret': secret }, { authorization: `Bearer ${secret}` }] as Record<string, string>[]) {
      expect((await post(entities, headers, variables)).body).toEqual({ data: { x: [{ summary: '1: d' }] } });
    }
    expect(opened.map(({ isRouter }) => isRouter)).toEqual([true, true]);
    expect(closed).toBe(2);
  });

  it('answers the rest to whoever may open an operation', async () => {
    expect((await post('{ hello who _service { sdl } }')).body).toMatchObject({ data: { hello: 'hello', who: 'caller' } });
    expect((await post('{ hello }', { authorization: 'Bearer wrong' })).body).toMatchObject({
      errors: [{ message: 'This key is not known.', extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it('masks what is not ours and never shows a stack', async () => {
    const broken = await post('{ broken busy hello }');
    expect(broken.body).toMatchObject({
      data: { broken: null, busy: null, hello: 'hello' },
      errors: [
        { path: ['broken'], extensions: { code: 'INTERNAL', errorId: expect.any(String) } },
        { path: ['busy'], message: 'Too many.', extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 7 } },
      ],
    });
    const all = JSON.stringify([broken.body, (await post('{ nothing }')).body, (await post('{')).body]);
    expect(all).not.toMatch(/secret cause|\.ts:|stacktrace|node_modules/);
  });

  it('refuses cross-site requests, large bodies and broken JSON', async () => {
    expect((await fetch(`${server.url}?query={hello}`)).status).toBe(400);
    expect((await fetch(`${server.url}?query={hello}`, { headers: { 'apollo-require-preflight': '1' } })).status).toBe(200);
    expect(
      (await fetch(server.url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"query":"{hello}"}' })).status,
    ).toBe(400);
    expect((await post(`{ hello } # ${'x'.repeat(20_000)}`)).status).toBe(413);
    expect((await fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' })).status).toBe(400);
    expect((await fetch(new URL('/elsewhere', server.url))).status).toBe(404);
  });

  const client = (params: Record<string, unknown> = {}) =>
    createClient({ url: server.url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: params, retryAttempts: 0 });

  it('streams subscriptions over graphql-ws on the same port', async () => {
    const socket = client();
    const events: unknown[] = [];
    for await (const event of socket.iterate({ query: 'subscription { ticks(to: 3) }' })) events.push(event.data);
    expect(events).toEqual([{ ticks: 1 }, { ticks: 2 }, { ticks: 3 }]);
    await socket.dispose();
    await expect.poll(() => closed).toBe(1);
  });

  it('keeps `_entities` the router’s there too', async () => {
    const stranger = client();
    await expect(stranger.iterate({ query: entities, variables }).next()).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await stranger.dispose();
    const router = client({ 'x-router-secret': secret });
    expect((await router.iterate({ query: entities, variables }).next()).value).toEqual({ data: { x: [{ summary: '1: d' }] } });
    await router.dispose();
  });

  it('tells an operation at once that its socket is gone', async () => {
    const socket = client();
    const events = socket.iterate({ query: 'subscription { forever }' });
    events.next().catch(() => {});
    await expect.poll(() => opened.length).toBe(1);
    socket.terminate();
    await expect.poll(() => returned).toBe(1);
    await expect.poll(() => closed).toBe(1);
  });

  it.skipIf(runtime === null)(`composes under ${otherGateway}, which is refused entities where it does not send the secret`, async () => {
    const shop = await runSubgraph(
      'shop',
      'type Query { products: [Product] } type Product @key(fields: "id") { id: ID! description: String }',
      {
        Query: { products: () => ['1', '2'].map((id) => ({ id, description: `about ${id}` })) },
      },
    );
    const asServed = (await post('{ _service { sdl } }')).body.data as { _service: { sdl: string } };
    const composed = composition([shop, { name: 'ai', url: server.url, sdl: asServed._service.sdl }], null);
    const ask = async (headers: readonly (readonly string[])[]): Promise<unknown> => {
      const gateway = runtime?.createGatewayRuntime({
        supergraph: composed.ok ? composed.supergraphSdl : '',
        logging: false,
        transportEntries: { ai: { headers } },
      });
      const response = await gateway?.fetch('http://gateway.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ hello products { id summary } }' }),
      });
      const body: unknown = await response?.json();
      await gateway?.[Symbol.asyncDispose]();
      return body;
    };
    expect(await ask([['x-router-secret', secret]])).toEqual({
      data: {
        hello: 'hello',
        products: [
          { id: '1', summary: '1: about 1' },
          { id: '2', summary: '2: about 2' },
        ],
      },
    });
    expect(await ask([])).toMatchObject({
      data: {
        hello: 'hello',
        products: [
          { id: '1', summary: null },
          { id: '2', summary: null },
        ],
      },
      errors: expect.any(Array),
    });
    await shop.close();
  });
});

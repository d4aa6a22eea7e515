import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { Secret } from '../../src/core/secret.ts';
import { type Log, openLog } from '../../src/telemetry/log.ts';
import { federation2, listening, type RunningSubgraph, runSubgraph, subgraphSchema } from '../federation/subgraph-server.ts';
import { plainConfig, startGateway, type TestGateway, temporaryFolder, whenOver } from '../harness.ts';

const sdl =
  'type Query { shop: String broken: String shelves: [Shelf] } type Shelf @key(fields: "id") { id: ID! } type Subscription { ticks: Int }';
const labels = 'type Query { labels: Int } type Shelf @key(fields: "id") { id: ID! label: String! }';
const resolvers = {
  Query: {
    shop: () => 'open',
    shelves: () => [{ id: '1' }, { id: '2' }],
    broken: () => {
      throw new Error('No such shelf.');
    },
  },
  Subscription: {
    ticks: {
      subscribe: async function* () {
        yield { ticks: 1 };
        yield { ticks: 2 };
      },
    },
  },
};

describe('what a subgraph does wrong is in the log beside its cause, under the errorId that the caller has', () => {
  const lines: Record<string, unknown>[] = [];
  const log: Log = openLog({ destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) } });
  let shop: RunningSubgraph;
  let gone: RunningSubgraph;
  let gateway: TestGateway;
  beforeAll(async () => {
    shop = await runSubgraph('shop', sdl, resolvers);
    const labelled = await runSubgraph('labels', labels, {
      Shelf: { __resolveReference: ({ id }: { readonly id: string }) => (id === '1' ? { id, label: `shelf ${id}` } : null) },
    });
    whenOver(() => labelled.close());
    gone = await runSubgraph('gone', 'type Query { gone: String }', {});
    whenOver(() => shop.close());
    gateway = await startGateway(
      {
        graph: {
          subgraphs: [
            { name: 'shop', url: shop.url, headers: { 'X-Api-Key': new Secret('canary-of-the-gateway'), 'x-plain': 'text' } },
            { name: 'labels', url: labelled.url },
            { name: 'gone', url: gone.url, retries: 1 },
          ],
        },
      },
      { log },
    );
    await gone.close();
  });
  const linesWith = (errorId: unknown): readonly Record<string, unknown>[] =>
    lines.filter((line) => JSON.stringify(line).includes(String(errorId)));

  it('what a subgraph does wrong is in the log beside its cause, under the errorId that the caller has where none of them has an object whose field is never null: no fault of the gateway', async () => {
    const { data, errors = [] } = await gateway.ask('{ shelves { label } }');
    expect(data).toEqual({ shelves: [{ label: 'shelf 1' }, null] });
    expect(errors).toMatchObject([
      {
        message: 'No subgraph has "Shelf.label" of this object, and it is never null.',
        path: ['shelves', 1, 'label'],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryable: false },
      },
    ]);
    expect(linesWith(errors[0]?.extensions.errorId)).toMatchObject([
      { level: 'warn', msg: 'a subgraph failed', path: ['shelves', 1, 'label'] },
    ]);
  });

  it('what a subgraph does wrong is in the log beside its cause, under the errorId that the caller has where none of them has an object of a deferred part', async () => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed', authorization: `Bearer ${gateway.developmentKey}` },
      body: JSON.stringify({ query: '{ shelves { id ... @defer { label } } }' }),
    });
    const text = await response.text();
    expect(text).not.toContain('INTERNAL');
    const [, errorId = ''] = /"code":"SUBGRAPH_UNAVAILABLE","errorId":"([^"]+)"/.exec(text) ?? [];
    expect(text).toContain('No subgraph has \\"Shelf.label\\" of this object, and it is never null.');
    expect(linesWith(errorId)).toMatchObject([{ level: 'warn', msg: 'a subgraph failed', path: ['shelves', 1, 'label'] }]);
  });

  it('what a subgraph does wrong is in the log beside its cause, under the errorId that the caller has where it cannot be reached: one line, with the cause, whatever the attempts', async () => {
    const { errors = [] } = await gateway.ask('{ gone shop }');
    const [error] = errors;
    expect(error).toMatchObject({ path: ['gone'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'gone' } });
    expect(linesWith(error?.extensions.errorId)).toMatchObject([
      { level: 'warn', msg: 'a subgraph failed', subgraph: 'gone', code: 'SUBGRAPH_UNAVAILABLE', cause: { code: 'ECONNREFUSED' } },
    ]);
  });

  it('what a subgraph does wrong is in the log beside its cause, under the errorId that the caller has where it answers with errors of its own', async () => {
    const { errors = [] } = await gateway.ask('{ broken shop }');
    const [error] = errors;
    expect(error).toMatchObject({ path: ['broken'], message: 'No such shelf.' });
    expect(linesWith(error?.extensions.errorId)).toMatchObject([{ level: 'info', subgraph: 'shop', message: 'No such shelf.' }]);
  });

  it('what a subgraph does wrong is in the log beside its cause, under the errorId that the caller has, and a static header of the configuration reaches its subgraph alone, and no log', async () => {
    expect(shop.asked.every(({ headers }) => headers['x-api-key'] === 'canary-of-the-gateway' && headers['x-plain'] === 'text')).toBe(true);
    expect(shop.asked.some(({ query }) => query.includes('_service'))).toBe(true);
    expect(gone.asked.length).toBeGreaterThan(0);
    expect(gone.asked.every(({ headers }) => headers['x-api-key'] === undefined)).toBe(true);
    expect(JSON.stringify(lines)).not.toContain('canary-of-the-gateway');
  });
});

it('a subgraph whose subscriptions have an address of their own is asked there, by graphql-ws, with its static headers', async () => {
  const schema = subgraphSchema(federation2 + sdl, resolvers);
  const seen: (string | undefined)[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  useServer({ schema, onConnect: ({ extra }) => void seen.push(extra.request.headers['x-api-key'] as string | undefined) }, sockets);
  const { port, close } = await listening(server);
  whenOver(async () => {
    for (const socket of sockets.clients) socket.terminate();
    await close();
  });
  const shop = await runSubgraph('shop', sdl, resolvers);
  whenOver(() => shop.close());
  const gateway = await startGateway({
    graph: {
      subgraphs: [
        { name: 'shop', url: shop.url, subscriptionUrl: `ws://127.0.0.1:${port}/`, headers: { 'x-api-key': new Secret('canary') } },
      ],
    },
  });
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${gateway.developmentKey}` },
    body: JSON.stringify({ query: 'subscription { ticks }' }),
  });
  expect((await response.text()).match(/"ticks":\d/g)).toEqual(['"ticks":1', '"ticks":2']);
  expect(seen).toEqual(['canary']);
});

it('a gateway that restarts while a subgraph is down serves the graph that it had', async () => {
  const folder = temporaryFolder();
  const shop = await runSubgraph('shop', 'type Query { shop: String }', { Query: { shop: () => 'open' } });
  const config = { storage: { folder: '.' }, graph: { pollSeconds: 0, subgraphs: [{ name: 'shop', url: shop.url }] } };
  const first = await startGateway(config, { folder });
  expect(await first.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
  await first.close();
  await shop.close();
  const second = await startGateway({ ...plainConfig, ...config }, { folder });
  expect(await second.ask('{ shop __typename aiViewer { principal } }')).toMatchObject({
    data: { shop: null, __typename: 'Query', aiViewer: { principal: expect.any(String) } },
    errors: [{ path: ['shop'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
  });
});

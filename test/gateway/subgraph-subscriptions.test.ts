/** Subscriptions to subgraphs over a whole gateway: values of their events, and what operators see of them. */

import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { bodyOf, federation2, listening } from '../federation/subgraph-server.ts';
import { startGateway, type TestGateway, temporaryFolder, whenOver } from '../harness.ts';
import { eventually } from './asking.ts';

const sdl = `${federation2} scalar JSON type Query { hello: String } type Subscription { ticks: JSON }`;
const event = '{"data":{"ticks":{"id":9007199254740993,"deep":[12345678901234567890,"x"]}}}';
const plain = '{"data":{"ticks":1}}';

async function gatewayOver(
  way: 'SSE' | 'WebSocket',
  events: readonly string[],
  engine: 'planner' | 'stitching' = 'planner',
): Promise<TestGateway> {
  const file = join(temporaryFolder(), 'raw.graphql');
  writeFileSync(file, sdl);
  const { port, close } = await listening(
    createServer(async (request, response: ServerResponse) => {
      await bodyOf(request);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const data of events) response.write(`event: next\ndata: ${data}\n\n`);
      response.end('event: complete\ndata:\n\n');
    }),
  );
  whenOver(close);
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
  sockets.on('connection', (socket) =>
    socket.on('message', (data) => {
      const { type, id } = JSON.parse(String(data)) as { type: string; id?: string };
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type !== 'subscribe') return;
      for (const payload of events) socket.send(`{"id":"${id}","type":"next","payload":${payload}}`);
      socket.send(`{"id":"${id}","type":"complete"}`);
    }),
  );
  await new Promise((resolve) => sockets.once('listening', resolve));
  whenOver(() => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  });
  const subscriptionUrl = way === 'SSE' ? {} : { subscriptionUrl: `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}` };
  return startGateway({
    graph: { engine, subgraphs: [{ name: 'raw', url: `http://127.0.0.1:${port}/graphql`, sdl: file, ...subscriptionUrl }] },
  });
}

const subscribe = ({ url, developmentKey }: TestGateway, signal: AbortSignal | null = null): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${developmentKey}` },
    body: JSON.stringify({ query: 'subscription { ticks }' }),
    signal,
  });

const series = async (gateway: TestGateway): Promise<readonly string[]> => {
  const response = await fetch(`${gateway.metricsUrl}`, { headers: { authorization: `Bearer ${gateway.developmentKey}` } });
  return (await response.text()).split('\n').filter((line) => /^fieldgate_subgraph_(subscriptions|events)/.test(line));
};

describe('a subscription to a subgraph', () => {
  it.each([
    ['SSE', 'planner'],
    ['WebSocket', 'planner'],
    ['SSE', 'stitching'],
    ['WebSocket', 'stitching'],
  ] as const)('a subscription to a subgraph over %s passes numbers beyond 2^53 as they came, by the engine %s', async (way, engine) => {
    const gateway = await gatewayOver(way, [plain, event, plain], engine);
    const data = (await (await subscribe(gateway)).text()).split('\n').filter((line) => line.startsWith('data: {'));
    expect(data).toEqual([plain, event, plain].map((one) => `data: ${one}`));
  });

  it('a subscription to a subgraph goes over SSE to the http address that the configuration has for it, with its headers', async () => {
    const file = join(temporaryFolder(), 'raw.graphql');
    writeFileSync(file, sdl);
    const asked: IncomingMessage[] = [];
    const { port, close } = await listening(
      createServer(async (request, response) => {
        asked.push(request);
        await bodyOf(request);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`event: next\ndata: ${plain}\n\nevent: complete\ndata:\n\n`);
      }),
    );
    whenOver(close);
    const gateway = await startGateway({
      graph: {
        subgraphs: [
          {
            name: 'raw',
            url: 'http://127.0.0.1:9/graphql',
            sdl: file,
            subscriptionUrl: `http://127.0.0.1:${port}/events`,
            headers: { 'x-api-key': 'of-the-gateway' },
          },
        ],
      },
    });
    expect(await (await subscribe(gateway)).text()).toContain(`data: ${plain}`);
    expect(asked.map(({ url, headers }) => [url, headers['x-api-key'], headers.accept])).toEqual([
      ['/events', 'of-the-gateway', 'text/event-stream'],
    ]);
  });

  it('a subscription to a subgraph is in the metrics: that it goes on, its events, and how it ended', async () => {
    const gateway = await gatewayOver('SSE', [plain, plain]);
    await (await subscribe(gateway)).text();
    expect(await series(gateway)).toEqual([
      'fieldgate_subgraph_subscriptions_total{subgraph="raw",outcome="completed"} 1',
      'fieldgate_subgraph_events_total{subgraph="raw"} 2',
      'fieldgate_subgraph_subscriptions_open{subgraph="raw"} 0',
    ]);
  });

  it('a subscription to a subgraph that its client leaves, and one that fails, are told apart in the metrics', async () => {
    const leaving = new AbortController();
    const hanging = createServer(async (request, response) => {
      await bodyOf(request);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`event: next\ndata: ${plain}\n\n`);
    });
    const { port, close } = await listening(hanging);
    whenOver(close);
    const file = join(temporaryFolder(), 'raw.graphql');
    writeFileSync(file, sdl);
    const endless = await startGateway({
      graph: {
        subgraphs: [{ name: 'raw', url: `http://127.0.0.1:${port}/graphql`, sdl: file }],
      },
    });
    const response = await subscribe(endless, leaving.signal);
    const reader = response.body?.getReader();
    await reader?.read();
    expect(await series(endless)).toContain('fieldgate_subgraph_subscriptions_open{subgraph="raw"} 1');
    leaving.abort();
    await eventually(
      'the subscription is left',
      () => series(endless),
      (lines) => lines.includes('fieldgate_subgraph_subscriptions_total{subgraph="raw",outcome="left"} 1'),
    );
    const down = await startGateway({ graph: { subgraphs: [{ name: 'raw', url: 'http://127.0.0.1:9/graphql', sdl: file }] } });
    await (await subscribe(down)).text();
    expect(await series(down)).toContain('fieldgate_subgraph_subscriptions_total{subgraph="raw",outcome="failed"} 1');
  });

  it('a subscription to a subgraph whose event is an entity has the usage of its AI field at the path that the client sees', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'shop.graphql'),
      `${federation2} type Query { hello: String } type Subscription { ticked: Product }
        type Product @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! name: String }`,
    );
    writeFileSync(
      join(folder, 'ai.graphql'),
      `extend type Product @key(fields: "id") { id: ID! name: String
        blurb: String @completion(prompt: "{name}", maxInputTokens: 100, maxOutputTokens: 20) @requiresScopes(scopes: [["ai:use"]]) }`,
    );
    const { port, close } = await listening(
      createServer(async (request, response) => {
        const { query } = JSON.parse(await bodyOf(request)) as { query: string };
        const key = /(\w+): ticked/.exec(query)?.[1] ?? 'ticked';
        const ticked = (id: string) =>
          JSON.stringify({ data: { [key]: { __typename: 'Product', id, sku: `s${id}`, name: `Chair ${id}` } } });
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`event: next\ndata: ${ticked('1')}\n\nevent: next\ndata: ${ticked('2')}\n\nevent: complete\ndata:\n\n`);
      }),
    );
    whenOver(close);
    const gateway = await startGateway(
      { graph: { subgraphs: [{ name: 'shop', url: `http://127.0.0.1:${port}/graphql`, sdl: 'shop.graphql' }], fields: ['ai.graphql'] } },
      { folder },
    );
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${gateway.developmentKey}` },
      body: JSON.stringify({ query: 'subscription { tick: ticked { id text: blurb } }' }),
    });
    const events = (await response.text()).split('\n').flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice(6))] : []));
    expect(events).toMatchObject([{ data: { tick: { id: '1' } } }, { data: { tick: { id: '2' } } }]);
    expect(events.map(({ data }) => typeof data.tick.text)).toEqual(['string', 'string']);
    const calls = events.at(-1).extensions.usage.calls as readonly { readonly coordinate: string; readonly paths: unknown }[];
    expect(calls.map(({ coordinate, paths }) => ({ coordinate, paths }))).toEqual(
      calls.map(() => ({ coordinate: 'Product.blurb', paths: [['tick', 'text']] })),
    );
    expect(calls.length).toBeGreaterThan(0);
  });
});

/** Settings of subgraphs, over real HTTP: in a supergraph of somebody else's too. */
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { SubgraphConfig } from '../../src/config/config.ts';
import { Secret } from '../../src/core/secret.ts';
import { composition } from '../../src/federation/compose/composition.ts';
import { testCertificates } from '../certificates.ts';
import { bodyOf, federation2, listening, runSubgraph } from '../federation/subgraph-server.ts';
import { plainConfig, startGateway, type TestGateway, temporaryFolder, whenOver } from '../harness.ts';

const sdl = 'type Query { shop: String }';
const resolvers = { Query: { shop: () => 'open' } };

async function shopAt() {
  const shop = await runSubgraph('shop', sdl, resolvers);
  whenOver(() => shop.close());
  return shop;
}

/** A gateway over a supergraph file, in which the subgraph `shop` has an address where nobody is. */
async function overFile(settings: readonly SubgraphConfig[], rest: object = {}): Promise<TestGateway> {
  const folder = temporaryFolder();
  const composed = composition([{ name: 'shop', url: 'http://127.0.0.1:9/graphql', sdl: federation2 + sdl }]);
  if (!composed.ok) throw new Error(JSON.stringify(composed.problems));
  writeFileSync(join(folder, 'supergraph.graphql'), composed.supergraphSdl);
  return startGateway({ graph: { ai: false, supergraph: 'supergraph.graphql', subgraphs: settings, pollSeconds: 0 }, ...rest }, { folder });
}

const seriesOf = async (gateway: TestGateway, name: string): Promise<readonly string[]> => {
  const response = await fetch(`${gateway.metricsUrl}`, { headers: { authorization: `Bearer ${gateway.developmentKey}` } });
  return (await response.text()).split('\n').filter((line) => line.startsWith(name));
};

describe('subgraphs of a supergraph file', () => {
  it('subgraphs of a supergraph file are asked at the address and with the headers of the configuration', async () => {
    const shop = await shopAt();
    const gateway = await overFile([{ name: 'shop', url: shop.url, headers: { 'x-api-key': new Secret('of-the-gateway') } }]);
    expect(await gateway.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
    expect(shop.asked).toMatchObject([{ headers: { 'x-api-key': 'of-the-gateway' } }]);
  });

  it('subgraphs of a supergraph file keep their own address where the configuration gives none', async () => {
    const gateway = await overFile([{ name: 'shop', retries: 0 }]);
    const { errors } = await gateway.ask('{ shop }');
    expect(errors).toMatchObject([{ path: ['shop'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
    expect(await seriesOf(gateway, 'fieldgate_subgraph_requests_total')).toEqual([
      'fieldgate_subgraph_requests_total{subgraph="shop",outcome="unreachable"} 1',
    ]);
  });

  it('subgraphs of a supergraph file that it has not are named, and what it has is served', async () => {
    const shop = await shopAt();
    const gateway = await overFile([
      { name: 'shop', url: shop.url },
      { name: 'stock', url: 'http://127.0.0.1:9/graphql' },
    ]);
    expect(gateway.graph.status().reasons).toEqual([
      'graph.subgraphs has settings for "stock", which is no subgraph of the supergraph. Its subgraphs: shop.',
    ]);
    expect(await gateway.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
  });

  it('subgraphs of a supergraph file are healthy when they answered: without a series before they are asked, 0 while they do not, 1 again when they do', async () => {
    const shop = await shopAt();
    const gateway = await overFile([{ name: 'shop', url: shop.url, retries: 0 }]);
    const healthy = () => seriesOf(gateway, 'fieldgate_subgraph_healthy');
    expect(await healthy()).toEqual([]);
    await gateway.ask('{ shop }');
    expect(await healthy()).toEqual(['fieldgate_subgraph_healthy{subgraph="shop"} 1']);
    await shop.close();
    await gateway.ask('{ shop }');
    expect(await healthy()).toEqual(['fieldgate_subgraph_healthy{subgraph="shop"} 0']);
    const back = await runSubgraph('shop', sdl, resolvers, { port: Number(new URL(shop.url).port) });
    whenOver(() => back.close());
    await gateway.ask('{ shop }');
    expect(await healthy()).toEqual(['fieldgate_subgraph_healthy{subgraph="shop"} 1']);
    expect(await seriesOf(gateway, 'fieldgate_subgraph_requests_total')).toEqual([
      'fieldgate_subgraph_requests_total{subgraph="shop",outcome="ok"} 2',
      'fieldgate_subgraph_requests_total{subgraph="shop",outcome="unreachable"} 1',
    ]);
    expect(await seriesOf(gateway, 'fieldgate_subgraph_request_duration_seconds_count')).toEqual([
      'fieldgate_subgraph_request_duration_seconds_count{subgraph="shop"} 3',
    ]);
    expect(await seriesOf(gateway, 'fieldgate_subgraph_circuit')).toContain('fieldgate_subgraph_circuit{subgraph="shop",state="closed"} 1');
  });
});

it('a subgraph with an SDL file is not healthy before it has answered', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'shop.graphql'), federation2 + sdl);
  const subgraphs = [{ name: 'shop', url: 'http://127.0.0.1:9/graphql', sdl: 'shop.graphql', retries: 0 }];
  const gateway = await startGateway({ graph: { subgraphs } }, { folder });
  expect(await seriesOf(gateway, 'fieldgate_subgraph_healthy')).toEqual([]);
  await gateway.ask('{ shop }');
  expect(await seriesOf(gateway, 'fieldgate_subgraph_healthy')).toEqual(['fieldgate_subgraph_healthy{subgraph="shop"} 0']);
});

it('a subgraph that speaks HTTP/2 without TLS alone is asked so where the configuration says it: SDL, queries and events', async () => {
  const versions = new Set<string>();
  const server = createHttp2Server(async (request, response) => {
    versions.add(request.httpVersion);
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { query } = JSON.parse(Buffer.concat(pieces).toString()) as { query: string };
    if (query.startsWith('subscription')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('event: next\ndata: {"data":{"ticks":7}}\n\nevent: complete\ndata:\n\n');
      return;
    }
    const schema = `${federation2} type Query { shop: String } type Subscription { ticks: Int }`;
    const data = query.includes('_service') ? { _service: { sdl: schema } } : { shop: 'open' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens));
  whenOver(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const gateway = await startGateway({ graph: { ai: false, subgraphs: [{ name: 'shop', url, h2c: true }] } });
  const asked = await Promise.all(Array.from({ length: 20 }, () => gateway.ask('{ shop }')));
  expect(asked.map(({ data }) => data)).toEqual(asked.map(() => ({ shop: 'open' })));
  const events = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${gateway.developmentKey}` },
    body: JSON.stringify({ query: 'subscription { ticks }' }),
  });
  expect(await events.text()).toContain('{"data":{"ticks":7}}');
  expect([...versions]).toEqual(['2.0']);
});

describe('headers', () => {
  it('headers of subgraphs that the configuration names reach clients and web pages: each cookie, and equal values once', async () => {
    const page = 'https://shop.example';
    const subgraphs = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const { port, close } = await listening(
          createServer(async (request, response) => {
            await bodyOf(request);
            const headers = ['x-region', 'eu', 'x-hidden', 'no', 'set-cookie', `${name}=1`, 'content-type', 'application/json'];
            response.writeHead(200, headers).end(JSON.stringify({ data: { [name]: 'x' } }));
          }),
        );
        whenOver(close);
        const folder = temporaryFolder();
        const file = join(folder, `${name}.graphql`);
        writeFileSync(file, `${federation2} type Query { ${name}: String }`);
        return { name, url: `http://127.0.0.1:${port}/graphql`, sdl: file, responseHeaders: ['X-Region', 'Set-Cookie'] };
      }),
    );
    const gateway = await startGateway({ graph: { subgraphs }, server: { ...plainConfig.server, origins: [page] } });
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: page, authorization: `Bearer ${gateway.developmentKey}` },
      body: JSON.stringify({ query: '{ one two }' }),
    });
    expect(await response.json()).toMatchObject({ data: { one: 'x', two: 'x' } });
    expect(response.headers.getSetCookie().sort()).toEqual(['one=1', 'two=1']);
    expect(response.headers.get('x-region')).toBe('eu');
    expect(response.headers.get('x-hidden')).toBeNull();
    expect(response.headers.get('access-control-allow-origin')).toBe(page);
    expect(response.headers.get('access-control-expose-headers')).toBe('Retry-After, x-region, set-cookie');
    const other = await gateway.ask('{ __typename }');
    expect(other.status).toBe(200);
    const deferred = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed', authorization: `Bearer ${gateway.developmentKey}` },
      body: JSON.stringify({ query: '{ one ... @defer { two } }' }),
    });
    expect(deferred.headers.get('content-type')).toContain('multipart/mixed');
    expect(deferred.headers.get('x-region')).toBe('eu');
    expect(deferred.headers.getSetCookie()).toContain('one=1');
    expect(await deferred.text()).toContain('"two":"x"');
  });

  it('headers that hold a key or a token of the gateway never reach a subgraph, whatever forwards them', async () => {
    const shop = await shopAt();
    const forwardHeaders = [{ name: 'authorization', as: 'x-client-authorization' }, 'x-note'];
    const gateway = await startGateway({
      graph: { forwardHeaders: ['authorization'], subgraphs: [{ name: 'shop', url: shop.url, forwardHeaders }] },
    });
    const key = gateway.developmentKey;
    const made = await gateway.ask('mutation { createAiToken(input: { ttlSeconds: 60 }) { secret } }');
    const { secret: token } = made.data.createAiToken;
    await gateway.ask('{ shop }', {}, { headers: { 'x-note': `it is ${key}` } });
    await gateway.ask('{ shop }', {}, { key: token, headers: { 'x-note': `it is ${token}` } });
    await gateway.ask('{ shop }', {}, { headers: { 'x-note': 'plain' } });
    const asked: readonly IncomingHttpHeaders[] = shop.asked.filter(({ query }) => query.includes('shop')).map(({ headers }) => headers);
    expect(asked.map((headers) => headers['x-note'])).toEqual([undefined, undefined, 'plain']);
    for (const secret of [key, token]) expect(JSON.stringify(asked)).not.toContain(secret);
  });
});

it('a subgraph whose certificate an authority of `ca` signed is asked, for its SDL too; without it the log has the cause', async () => {
  const { ca, ...identity } = testCertificates();
  const shop = await shopAt();
  const proxy: Server = createTlsServer(identity, async (request, response) => {
    const answer = await fetch(shop.url, { method: 'POST', body: await bodyOf(request), headers: { 'content-type': 'application/json' } });
    response.setHeader('content-type', 'application/json').end(await answer.text());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  whenOver(() => void proxy.close());
  const address = proxy.address();
  const url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/graphql`;
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'authority.pem'), ca);
  const trusting = await startGateway({ graph: { subgraphs: [{ name: 'shop', url, ca: 'authority.pem' }] } }, { folder });
  expect(await trusting.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
  const lines: unknown[] = [];
  const note = (...line: readonly unknown[]): void => void lines.push(line);
  const log = { debug: note, info: note, warn: note, error: note };
  const distrusting = await startGateway({ graph: { subgraphs: [{ name: 'shop', url }] } }, { log });
  expect(distrusting.graph.status().ready).toBe(false);
  expect(JSON.stringify(lines)).toMatch(/"causes":\{"shop":"UNABLE_TO_VERIFY_LEAF_SIGNATURE: /);
});

describe('the configuration', () => {
  const mistakesOf = (graph: object): readonly string[] => checkConfig({ ...plainConfig, graph }, process.cwd()).mistakes;
  const shop = (settings: object) => ({ subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:1/graphql', ...settings }] });

  it.each([
    ['graph.subgraphs.0.url is missing. It must be an http or https address.', { subgraphs: [{ name: 'shop' }] }],
    [
      'graph.subgraphs.0.sdl is of no use beside graph.supergraph, which is composed already. Leave one out.',
      { supergraph: 'package.json', subgraphs: [{ name: 'shop', sdl: 'package.json' }] },
    ],
    [
      'graph.subgraphs.0.forwardHeaders.0.as is "Host". It must be the name of a header, such as x-tenant, that the gateway does not set itself.',
      shop({ forwardHeaders: [{ name: 'x-host', as: 'Host' }] }),
    ],
    ['graph.subgraphs.0.forwardHeaders has "a b". It must be the name of a header, such as x-tenant.', shop({ forwardHeaders: ['a b'] })],
    [
      'graph.subgraphs.0.responseHeaders has "Content-Length". It must be the name of a header that the gateway does not set itself, such as set-cookie or x-request-cost.',
      shop({ responseHeaders: ['Content-Length'] }),
    ],
    ['graph.subgraphs.0.maxConcurrency is 0. It must be a whole number above 0.', shop({ maxConcurrency: 0 })],
  ])('the configuration refuses: %s', (sentence, graph) => {
    expect(mistakesOf(graph)).toEqual([sentence]);
  });

  it('the configuration accepts a supergraph and settings for its subgraphs without an address', () => {
    expect(
      mistakesOf({
        ai: false,
        supergraph: 'package.json',
        subgraphs: [{ name: 'shop', timeoutMs: 5, forwardHeaders: ['x-a', { name: 'x-b', as: 'x-c' }] }],
      }),
    ).toEqual([]);
  });
});

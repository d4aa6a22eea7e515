/** A ready supergraph from servers: an address with an ETag, Hive's CDN, Apollo's Uplink; and a restart while they are down. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { GraphConfig } from '../../src/config/config.ts';
import { Secret } from '../../src/core/secret.ts';
import { composition } from '../../src/federation/compose/composition.ts';
import { uplinkSupergraph } from '../../src/federation/compose/supergraph-download.ts';
import { bodyOf, federation2, listening, runSubgraph } from '../federation/subgraph-server.ts';
import { plainConfig, startGateway, temporaryFolder, whenOver } from '../harness.ts';

type Serve = (request: IncomingMessage, response: ServerResponse, body: string) => void;

interface TestRegistry {
  readonly url: string;
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
  serve: Serve;
  close(): Promise<void>;
}

async function registry(serve: Serve): Promise<TestRegistry> {
  const asked: TestRegistry['asked'] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    asked.push({ path: request.url ?? '', headers: request.headers, body });
    running.serve(request, response, body);
  });
  const { port, close } = await listening(server);
  whenOver(close);
  const running: TestRegistry = { url: `http://127.0.0.1:${port}`, asked, serve, close };
  return running;
}

/** A subgraph that runs, and the supergraph of it. */
async function shop(field = 'shop') {
  const subgraph = await runSubgraph('shop', `type Query { ${field}: String }`, { Query: { [field]: () => 'open' } });
  whenOver(() => subgraph.close());
  const composed = composition([{ name: 'shop', url: subgraph.url, sdl: `${federation2}type Query { ${field}: String }` }]);
  if (!composed.ok) throw new Error(JSON.stringify(composed.problems));
  return composed.supergraphSdl;
}

const gatewayWith = (supergraph: GraphConfig['supergraph'], rest: object = {}, options: object = {}) =>
  startGateway({ graph: { ai: false, pollSeconds: 0, ...(supergraph === undefined ? {} : { supergraph }) }, ...rest }, options);

const withEtag =
  (sdl: () => string): Serve =>
  (request, response) => {
    const etag = `"${sdl().length}"`;
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, { 'content-type': 'text/plain', etag }).end(sdl());
  };

describe('a supergraph at an address', () => {
  it('a supergraph at an address is served, asked for by its ETag, and replaced when it has changed', async () => {
    let sdl = await shop();
    const cdn = await registry(withEtag(() => sdl));
    const gateway = await gatewayWith(`${cdn.url}/supergraph.graphql`);
    expect(await gateway.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
    const before = cdn.asked.length;
    await gateway.graph.refresh();
    expect(cdn.asked.slice(before).map(({ headers }) => headers['if-none-match'])).toEqual([`"${sdl.length}"`]);
    expect(gateway.graph.status()).toMatchObject({ ready: true, reasons: [] });
    sdl = await shop('kiosk');
    await gateway.graph.refresh();
    expect(await gateway.ask('{ kiosk }')).toMatchObject({ data: { kiosk: 'open' } });
  });

  it('a supergraph at an address goes on being served while its server fails, and the reason is told', async () => {
    const sdl = await shop();
    const cdn = await registry(withEtag(() => sdl));
    const gateway = await gatewayWith({ url: `${cdn.url}/s?signature=canary` });
    cdn.serve = (_, response) => void response.writeHead(500).end('secret upstream text');
    await gateway.graph.refresh();
    const host = new URL(cdn.url).host;
    expect(gateway.graph.status()).toMatchObject({
      ready: true,
      reasons: [`The supergraph could not be read: ${host} answered with status 500.`],
    });
    expect(await gateway.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
  });

  it('a supergraph at an address is read from a mirror when the first server does not give it', async () => {
    const sdl = await shop();
    const mirror = await registry(withEtag(() => sdl));
    const gateway = await gatewayWith({ url: 'http://127.0.0.1:9/supergraph', mirrors: [`${mirror.url}/supergraph`] });
    expect(await gateway.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
  });

  it('a supergraph at an address is read where its server redirects to, without the headers that may hold a key', async () => {
    const sdl = await shop();
    const storage = await registry(withEtag(() => sdl));
    const cdn = await registry((_, response) => void response.writeHead(302, { location: `${storage.url}/signed?x=1` }).end());
    const gateway = await gatewayWith({ url: `${cdn.url}/supergraph`, headers: { 'x-key': new Secret('canary') } });
    expect(await gateway.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
    expect(cdn.asked[0]?.headers).toMatchObject({ 'x-key': 'canary' });
    expect(storage.asked[0]).toMatchObject({ path: '/signed?x=1' });
    expect(JSON.stringify(storage.asked)).not.toContain('canary');
  });

  it('a supergraph at an address that was served before a restart is served while its server is down, and not for another address', async () => {
    const folder = temporaryFolder();
    const sdl = await shop();
    const cdn = await registry(withEtag(() => sdl));
    const rest = { storage: { folder: '.' } };
    const url = `${cdn.url}/supergraph`;
    const first = await gatewayWith({ url }, rest, { folder });
    await first.close();
    await cdn.close();
    const second = await gatewayWith({ url }, rest, { folder });
    expect(await second.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
    await second.close();
    const other = await gatewayWith({ url: `${cdn.url}/other` }, rest, { folder });
    expect(other.graph.status().ready).toBe(false);
  });
});

describe("Hive's CDN", () => {
  it("Hive's CDN is asked for the supergraph of the target with its key; a refused key is said so, without it", async () => {
    const sdl = await shop();
    const served = withEtag(() => sdl);
    const cdn = await registry((request, response, body) =>
      request.headers['x-hive-cdn-key'] === 'hv-canary' ? served(request, response, body) : void response.writeHead(403).end(),
    );
    const endpoint = `${cdn.url}/artifacts/v1/target`;
    const gateway = await gatewayWith({ hive: { endpoint, key: new Secret('hv-canary') } });
    expect(await gateway.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
    expect(cdn.asked[0]?.path).toBe('/artifacts/v1/target/supergraph');
    const refused = await gatewayWith({ hive: { endpoint: `${endpoint}/supergraph`, key: 'wrong-canary' } });
    expect(refused.graph.status().reasons).toEqual([
      `The supergraph could not be read: ${new URL(cdn.url).host} refuses the key (status 403).`,
    ]);
  });
});

describe("Apollo's Uplink", () => {
  const answerOf = (config: object): string => JSON.stringify({ data: { routerConfig: config } });

  it("Apollo's Uplink is asked for the supergraph of a graph, and for what is newer than the last", async () => {
    const sdl = await shop();
    const uplink = await registry((_, response, body) => {
      const { variables } = JSON.parse(body) as { readonly variables: { readonly apiKey: string; readonly ifAfterId: string | null } };
      if (variables.apiKey !== 'canary') response.end(answerOf({ __typename: 'FetchError', code: 'AUTHENTICATION_FAILED' }));
      else if (variables.ifAfterId === '7') response.end(answerOf({ __typename: 'Unchanged', minDelaySeconds: 0 }));
      else response.end(answerOf({ __typename: 'RouterConfigResult', id: '7', minDelaySeconds: 0, supergraphSdl: sdl }));
    });
    const urls = ['http://127.0.0.1:9/', uplink.url];
    const gateway = await gatewayWith({ uplink: { graphRef: 'shop@prod', key: new Secret('canary'), urls } });
    expect(await gateway.ask('{ shop }')).toMatchObject({ data: { shop: 'open' } });
    await gateway.graph.refresh();
    expect(gateway.graph.status()).toMatchObject({ ready: true, reasons: [] });
    const variables = uplink.asked.map(({ body }) => (JSON.parse(body) as { readonly variables: object }).variables);
    expect(variables.at(0)).toEqual({ ref: 'shop@prod', apiKey: 'canary', ifAfterId: null });
    expect(variables.at(-1)).toEqual({ ref: 'shop@prod', apiKey: 'canary', ifAfterId: '7' });
    const refused = await gatewayWith({ uplink: { graphRef: 'shop@prod', key: 'wrong', urls: [uplink.url] } });
    expect(refused.graph.status().reasons).toEqual([
      `The supergraph could not be read: ${new URL(uplink.url).host} refuses it with AUTHENTICATION_FAILED.`,
    ]);
  });

  it("Apollo's Uplink is left alone for as long as it says", async () => {
    const uplink = await registry((_, response) =>
      response.end(answerOf({ __typename: 'RouterConfigResult', id: '1', minDelaySeconds: 30, supergraphSdl: 'type Query { a: Int }' })),
    );
    let now = 0;
    const reader = uplinkSupergraph({ urls: [uplink.url], graphRef: 'shop', apiKey: 'x', monotonicMs: () => now });
    const { signal } = new AbortController();
    await reader.read(signal);
    now = 29_000;
    expect(await reader.read(signal)).toBe('type Query { a: Int }');
    expect(uplink.asked).toHaveLength(1);
    now = 30_000;
    await reader.read(signal);
    expect(uplink.asked).toHaveLength(2);
  });
});

describe('the configuration of a supergraph', () => {
  const mistakesOf = (supergraph: unknown): readonly string[] =>
    checkConfig({ ...plainConfig, graph: { ai: false, supergraph } } as never, process.cwd()).mistakes;

  it.each([
    ['graph.supergraph is "none.graphql", which is not there. Paths begin at', 'none.graphql'],
    ['graph.supergraph must have exactly one of url, hive and uplink. Say where it is read.', {}],
    [
      'graph.supergraph must have exactly one of url, hive and uplink. Say where it is read.',
      { url: 'https://a.test/', uplink: { graphRef: 'a', key: 'k' } },
    ],
    [
      'graph.supergraph.hive.key is null: the environment variable that it is read from is not set. Set it.',
      { hive: { endpoint: 'https://a.test/', key: null } },
    ],
    [
      'graph.supergraph.uplink.graphRef is "a b". It must be a graph and a variant, such as shop@production.',
      { uplink: { graphRef: 'a b', key: 'k' } },
    ],
  ])('the configuration of a supergraph refuses: %s', (sentence, supergraph) => {
    expect(mistakesOf(supergraph)).toEqual([expect.stringContaining(sentence)]);
  });

  it('the configuration of a supergraph shows no key in its sentences', () => {
    expect(JSON.stringify(mistakesOf({ hive: { endpoint: 'x', key: ['canary'] } }))).not.toContain('canary');
  });
});

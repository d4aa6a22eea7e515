/** A graph for callers without credentials, as a federation router serves one: without AI, in production, with tokens for subgraphs. */
import { once } from 'node:events';
import { get } from 'node:http';
import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { checkConfig } from '../../src/config/check-config.ts';
import { defineConfig, type GatewayConfig } from '../../src/config/config.ts';
import { type RunningSubgraph, runSubgraph } from '../federation/subgraph-server.ts';
import { plainConfig, startGateway, type TestGateway, whenOver } from '../harness.ts';

const sdl = `type Query {
  shop: String
  me: String
  secret: String @authenticated
  staff: String @requiresScopes(scopes: [["shop:staff"]])
  read: String @requiresScopes(scopes: [["shop:read"]])
}`;
const resolvers = {
  Query: {
    shop: () => 'open',
    me: (_: unknown, __: unknown, { headers }: { readonly headers: Record<string, string> }) => headers['authorization'] ?? 'nobody',
    secret: () => 'secret',
    staff: () => 'staff',
    read: () => 'read',
  },
};

const foreign = { authorization: 'Bearer eyJhbGciOi.of-another-issuer' };
const production = { development: false, limits: {} };

let shop: RunningSubgraph;
beforeAll(async () => {
  shop = await runSubgraph('shop', sdl, resolvers);
  whenOver(() => shop.close());
});

/** In production, without one model. */
const openGraph = (anonymous: object | undefined, server: object = {}, more: Partial<GatewayConfig> = {}): Promise<TestGateway> =>
  startGateway({
    ...defineConfig({
      ...more,
      graph: { ai: false, subgraphs: [{ name: 'shop', url: shop.url, forwardHeaders: ['authorization'] }] },
      storage: { folder: null },
      server: { ...production, requestsPerMinutePerAddress: false, ...server },
    }),
    ...(anonymous === undefined ? {} : { anonymous }),
  });

describe('a graph without AI', () => {
  it('a graph without AI needs no provider, deployment or route', () => {
    const config = defineConfig({ graph: { ai: false, subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:1/' }] } });
    expect(checkConfig(config, process.cwd()).mistakes).toEqual([]);
    expect(checkConfig(defineConfig({}), process.cwd()).mistakes).toEqual([
      'routes.default is missing. It is the route of every call that names none.',
    ]);
  });
});

describe('callers without credentials', () => {
  it('callers without credentials are refused in production where the configuration does not name them, with a token of another issuer too', async () => {
    const gateway = await openGraph(undefined);
    for (const headers of [{}, foreign])
      expect(await gateway.ask('{ shop }', {}, { key: null, headers })).toMatchObject({
        errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
      });
  });

  it('callers without credentials may have what needs no scope and what their scopes allow, and nothing that asks who they are', async () => {
    const gateway = await openGraph({ scopes: ['shop:read'] });
    const { data, errors = [] } = await gateway.ask('{ shop read secret staff }', {}, { key: null });
    expect(data).toEqual({ shop: 'open', read: 'read', secret: null, staff: null });
    expect(errors.map(({ path, extensions }) => [path?.[0], extensions.code])).toEqual([
      ['secret', 'UNAUTHENTICATED'],
      ['staff', 'UNAUTHENTICATED'],
    ]);
  });

  it('callers without credentials do not see the schema in production', async () => {
    const gateway = await openGraph({ scopes: [] });
    expect(await gateway.ask('{ __schema { queryType { name } } }', {}, { key: null })).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it('callers without credentials have the share of their address, and so have those with a token of another issuer', async () => {
    const gateway = await openGraph({ acceptForeignTokens: true }, { requestsPerMinutePerAddress: 3 });
    const statuses: number[] = [];
    for (const headers of [foreign, {}, { authorization: 'Bearer another' }, foreign])
      statuses.push((await gateway.ask('{ shop }', {}, { key: null, headers })).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe('a bearer token of another issuer', () => {
  it('a bearer token of another issuer reaches subgraphs that are sent it, and gives its caller nothing here', async () => {
    const gateway = await openGraph({ acceptForeignTokens: true });
    const { data, errors } = await gateway.ask('{ me secret }', {}, { key: null, headers: foreign });
    expect(data).toEqual({ me: foreign.authorization, secret: null });
    expect(errors).toMatchObject([{ path: ['secret'], extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('a bearer token of another issuer that is no JWT is one also where the tokens of an issuer are accepted, and has the share of its address', async () => {
    const issuers = { login: { issuer: 'http://127.0.0.1:1', audiences: ['fieldgate'] } };
    const gateway = await openGraph({ acceptForeignTokens: true }, { requestsPerMinutePerAddress: 2 }, { issuers });
    const answers = [];
    for (const authorization of ['Bearer opaque', 'Bearer of.another.issuer', 'Bearer opaque'])
      answers.push(await gateway.ask('{ me }', {}, { key: null, headers: { authorization } }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers.map(({ data }) => data?.me)).toEqual(['Bearer opaque', 'Bearer of.another.issuer', undefined]);
  });

  it('a bearer token of another issuer that is no JWT opens a WebSocket in a header of its upgrade, where the tokens of an issuer are accepted', async () => {
    const issuers = { login: { issuer: 'http://127.0.0.1:1', audiences: ['fieldgate'] } };
    const gateway = await openGraph({ acceptForeignTokens: true }, {}, { issuers });
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws', {
      headers: { authorization: 'Bearer opaque' },
    });
    whenOver(() => socket.terminate());
    await once(socket, 'open');
    expect(socket.protocol).toBe('graphql-transport-ws');
  });

  it('a bearer token of another issuer goes on over a WebSocket, from its connection_init', async () => {
    const gateway = await openGraph({ acceptForeignTokens: true });
    const client = createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: foreign.authorization },
    });
    const results: unknown[] = [];
    for await (const { data } of client.iterate({ query: '{ me }' })) results.push(data);
    await client.dispose();
    expect(results).toEqual([{ me: foreign.authorization }]);
  });

  it.each([
    ['looks like a key of a gateway and is none', 'Bearer fg_000000000000_0000000000000000000000000000000000000000000'],
    ['is of another scheme', 'Basic dXNlcjpwYXNz'],
  ])('a bearer token of another issuer that %s is refused', async (_, authorization) => {
    const gateway = await openGraph({ acceptForeignTokens: true });
    expect(await gateway.ask('{ shop }', {}, { key: null, headers: { authorization } })).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it('a bearer token of another issuer of one caller never reaches a subgraph in the name of another', async () => {
    const gateway = await openGraph({ acceptForeignTokens: true });
    const tokens = Array.from({ length: 20 }, (_, index) => `Bearer of-${index}`);
    const answers = await Promise.all(tokens.map((authorization) => gateway.ask('{ me }', {}, { key: null, headers: { authorization } })));
    expect(answers.map(({ data }) => data.me)).toEqual(tokens);
  });

  it('a bearer token of another issuer lets no page in in development that was pointed at this machine by its name', async () => {
    const gateway = await openGraph({ acceptForeignTokens: true }, { development: true });
    const { hostname, port } = new URL(gateway.url);
    const status = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { host, ...foreign };
        const path = `/graphql?query=${encodeURIComponent('{ shop }')}`;
        const request = get({ hostname, port, path, headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on('error', reject);
      });
    expect([await status(`127.0.0.1:${port}`), await status(`rebound.example:${port}`)]).toEqual([200, 403]);
  });

  it('a bearer token of another issuer is refused where the configuration accepts none', async () => {
    const gateway = await openGraph({ scopes: [] });
    expect(await gateway.ask('{ shop }', {}, { key: null, headers: foreign })).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(await gateway.ask('{ shop }', {}, { key: null })).toMatchObject({ data: { shop: 'open' } });
  });
});

it('with the scope and a route, callers without credentials ask models; what asks for a known caller refuses them', async () => {
  const gateway = await startGateway({ anonymous: { scopes: ['ai:use'], routes: ['default'], team: 'public' }, teams: { public: {} } });
  const { data, errors } = await gateway.ask('{ completion(input: { prompt: { text: "Hi" } }) { __typename } }', {}, { key: null });
  expect({ data, errors }).toEqual({ data: { completion: { __typename: 'Completion' } }, errors: undefined });
  expect((await gateway.ask('{ aiViewer { principal } }', {}, { key: null })).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});

describe('the configuration', () => {
  const mistakesOf = (anonymous: object): readonly string[] => checkConfig({ ...plainConfig, anonymous }, process.cwd()).mistakes;

  it.each([
    [
      'anonymous.scopes has "ai:keys". Anonymous callers may have ai:use and scopes of subgraphs; the other scopes of the gateway are for keys.',
      { scopes: ['ai:keys'] },
    ],
    ['anonymous.routes names "none". Routes: default, embedding.', { routes: ['none'] }],
    ['anonymous.team is "public", which is no team. Teams: none.', { team: 'public' }],
  ])('the configuration refuses: %s', (sentence, anonymous) => {
    expect(mistakesOf(anonymous)).toEqual([sentence]);
  });
});

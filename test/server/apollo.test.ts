import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { Secret } from '../../src/core/secret.ts';
import { apolloEngine, entitiesForRouterOnly } from '../../src/server/apollo.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { type Served, serve } from './fixture.ts';
import { post, readAll } from './http-client.ts';

const typeDefs = parse(/* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { hello: String  broken: String }
  type Product @key(fields: "id") { id: ID!  summary: String }
  type Subscription { ticks: Tick }
  type Tick { seq: Int! }
`);
const resolvers = {
  Query: {
    hello: () => 'hi',
    broken: () => {
      throw new Error('secret in a resolver');
    },
  },
  Product: { __resolveReference: ({ id }: { id: string }) => ({ id, summary: `About ${id}` }) },
  Subscription: {
    ticks: {
      async *subscribe() {
        for (let seq = 1; seq <= 3; seq++) yield { ticks: { seq } };
      },
    },
  },
};
const entities = {
  query: 'query($these: [_Any!]!) {_entities(representations: $these) {... on Product {summary}}}',
  variables: { these: [{ __typename: 'Product', id: '1' }] },
};

function subgraph(): Promise<Served> {
  const schema = buildSubgraphSchema([{ typeDefs, resolvers }]);
  const log = silentLog;
  return serve({
    engine: apolloEngine(() => schema, log),
    checkDocument: entitiesForRouterOnly(new Secret('between us')),
    development: false,
  });
}

describe('the subgraph on Apollo Server', () => {
  it('the subgraph on Apollo Server says its SDL and answers queries', async () => {
    const { url } = await subgraph();
    const answer = await (await post(url, { query: '{hello _service {sdl}}' })).json();
    expect(answer).toEqual({ data: { hello: 'hi', _service: { sdl: expect.stringContaining('type Product') } } });
  });

  it('the subgraph on Apollo Server answers entities to the router alone', async () => {
    const { url } = await subgraph();
    const answered = await post(url, entities, { 'x-fieldgate-router': 'between us' });
    expect(await answered.json()).toEqual({ data: { _entities: [{ summary: 'About 1' }] } });
    for (const headers of [{}, { 'x-fieldgate-router': 'between you' }, { authorization: 'Bearer secret' }]) {
      const refused = await post(url, entities, headers);
      expect({ status: refused.status, body: await refused.json() }).toMatchObject({
        status: 403,
        body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
      });
    }
  });

  it('the subgraph on Apollo Server masks errors and shows no stack', async () => {
    const { url, logged } = await subgraph();
    const text = await (await post(url, { query: '{hello broken}' })).text();
    expect(JSON.parse(text)).toMatchObject({
      data: { hello: 'hi', broken: null },
      errors: [{ path: ['broken'], extensions: { code: 'INTERNAL' } }],
    });
    expect(text).not.toMatch(/secret in|stack/);
    expect(logged).toMatchObject([{ fields: { err: { message: 'secret in a resolver' } } }]);
  });

  it('the subgraph on Apollo Server keeps the limits and sentences of the other door', async () => {
    const { url, opened, closed } = await subgraph();
    for (const query of ['{goodbye}', '{', '{then: hello}', '{hello @defer}']) {
      const response = await post(url, { query }, { accept: 'application/graphql-response+json' });
      expect({ status: response.status, body: await response.json() }).toMatchObject({
        status: query.includes('defer') ? 406 : 400,
        body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
      });
    }
    expect(closed).toEqual(opened);
  });

  it('the subgraph on Apollo Server delivers subscriptions over WebSocket and SSE', async () => {
    const { url, ws } = await subgraph();
    const client = createClient({ url: ws, webSocketImpl: WebSocket, retryAttempts: 0 });
    const results = await readAll(client.iterate({ query: 'subscription {ticks {seq}}' }));
    expect(results).toEqual([1, 2, 3].map((seq) => ({ data: { ticks: { seq } } })));
    const text = await (await post(url, { query: 'subscription {ticks {seq}}' }, { accept: 'text/event-stream' })).text();
    expect(text.match(/"seq":\d/g)).toEqual(['"seq":1', '"seq":2', '"seq":3']);
  });
});

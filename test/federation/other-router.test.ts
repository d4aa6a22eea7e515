import { expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { composition } from '../../src/federation/composition.ts';
import { apolloEngine, entitiesForRouterOnly } from '../../src/server/apollo.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { serve } from '../server/fixture.ts';
import { post } from '../server/http-client.ts';
import { federation2, runSubgraph, subgraphSchema } from './subgraph-server.ts';

/** Another gateway of npm, with its HTTP transport beside it. Skipped, by name, where it is not installed. */
const otherGateway = '@graphql-hive/gateway-runtime';
interface Runtime {
  readonly createGatewayRuntime: (config: unknown) => {
    fetch(url: string, init: RequestInit): Promise<Response>;
    [Symbol.asyncDispose](): Promise<void>;
  };
}
const runtime: Runtime | null = await import(otherGateway).catch(() => null);

it.skipIf(runtime === null)(`is a subgraph under ${otherGateway}, which gets entities only with the router's secret`, async () => {
  const sdl = `${federation2} type Query { hello: String } type Product @key(fields: "id") { id: ID! description: String @external summary: String @requires(fields: "description") }`;
  const schema = subgraphSchema(sdl, {
    Query: { hello: () => 'hello' },
    Product: { summary: ({ id, description }: { id: string; description: string }) => `${id}: ${description}` },
  });
  const ai = await serve({
    engine: apolloEngine(() => schema, silentLog),
    admitOperation: entitiesForRouterOnly(new Secret('between us')),
    development: false,
  });
  const shop = await runSubgraph(
    'shop',
    'type Query { products: [Product] } type Product @key(fields: "id") { id: ID! description: String }',
    {
      Query: { products: () => ['1', '2'].map((id) => ({ id, description: `about ${id}` })) },
    },
  );
  const told = (await (await post(ai.url, { query: '{ _service { sdl } }' })).json()) as { data: { _service: { sdl: string } } };
  const url = new URL(ai.url);
  if (url.pathname === '/') url.pathname = '/graphql';
  const composed = composition([shop, { name: 'ai', url: url.href, sdl: told.data._service.sdl }], null);

  const ask = async (headers: readonly (readonly string[])[]): Promise<unknown> => {
    const supergraph = composed.ok ? composed.supergraphSdl : '';
    const gateway = runtime?.createGatewayRuntime({ supergraph, logging: false, transportEntries: { ai: { headers } } });
    const response = await gateway?.fetch('http://gateway.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ hello products { id summary } }' }),
    });
    const body: unknown = await response?.json();
    await gateway?.[Symbol.asyncDispose]();
    return body;
  };
  const products = (summaries: readonly (string | null)[]) => summaries.map((summary, index) => ({ id: String(index + 1), summary }));
  expect(await ask([['x-fieldgate-router', 'between us']])).toEqual({
    data: { hello: 'hello', products: products(['1: about 1', '2: about 2']) },
  });
  expect(await ask([])).toMatchObject({ data: { hello: 'hello', products: products([null, null]) }, errors: expect.any(Array) });
  await shop.close();
});

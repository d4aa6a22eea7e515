import { Kind, parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { composition } from '../../src/federation/compose/composition.ts';
import { apolloEngine, entitiesForRouterOnly } from '../../src/server/apollo.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { configText, fieldgate, folderWith } from '../cli/run.ts';
import { double } from '../doubles.ts';
import { promptOf, teams } from '../gateway/teams.ts';
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
    checkDocument: entitiesForRouterOnly(new Secret('between us')),
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
  const composed = composition([shop, { name: 'ai', url: url.href, sdl: told.data._service.sdl }]);

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

describe('what AI fields inherit reaches the SDL that another router composes', () => {
  const guarded = `type Query { products: [Product] }
    type Product @key(fields: "id") { id: ID! name: String
      description: String @requiresScopes(scopes: [["shop:read"], ["staff"]])  notes: Secret }
    type Secret @authenticated { text: String }`;
  const bounds = 'maxInputTokens: 400, maxOutputTokens: 50';
  const fields = `extend type Product @key(fields: "id") { id: ID! description: String notes: Secret name: String
      summary: String @completion(prompt: "Sum up {description}", ${bounds}) @requiresScopes(scopes: [["ai:use"]])
      help: String @answer(collection: "documents", question: "{description} {notes.text}", maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]])
      vector: Vector @embedding(text: "{description}", maxInputTokens: 400) @requiresScopes(scopes: [["ai:use"]])
      slogan: String @completion(prompt: "A slogan for {name}", ${bounds}) @requiresScopes(scopes: [["ai:use"]]) }
    type Secret { text: String }`;
  const remote = { shop: { sdl: guarded, resolvers: { Query: { products: () => [{ id: '1', name: 'Lamp', description: 'glows' }] } } } };
  const provider = double('model', async function* (request) {
    yield { type: 'text', text: `said of ${promptOf(request)}` };
    yield { type: 'finish', reason: 'stop' };
  });
  const served = async (graph: object) => {
    const one = await teams({ remote, fields, provider, router: new Secret('between us'), config: { graph } });
    const { data } = await one.gateway.ask('{ _service { sdl } }');
    const shop = one.subgraphs['shop'];
    if (shop === undefined) throw new Error('There is no shop.');
    const sdl: string = data._service.sdl;
    return { ...one, sdl, composed: composition([shop, { name: 'ai', url: one.gateway.url, sdl }]) };
  };

  it('what AI fields inherit reaches the SDL that another router composes where the configuration names the other teams: they compose, and the field carries both rules', async () => {
    const { sdl, composed, gateway } = await served({});
    expect(composed.ok ? [] : composed.problems.map(({ message }) => message)).toEqual([]);
    const products = parse(sdl).definitions.filter(
      (node) => node.kind === Kind.OBJECT_TYPE_EXTENSION || node.kind === Kind.OBJECT_TYPE_DEFINITION,
    );
    const guardsOf = (field: string): string[] =>
      products
        .filter(({ name }) => name.value === 'Product')
        .flatMap((node) => node.fields?.find(({ name }) => name.value === field)?.directives ?? [])
        .filter(({ name }) => ['authenticated', 'requiresScopes'].includes(name.value))
        .map(print);
    const both = '@requiresScopes(scopes: [["ai:use", "shop:read"], ["ai:use", "staff"]])';
    expect(guardsOf('summary')).toEqual([both]);
    expect(guardsOf('vector')).toEqual([both]);
    expect(guardsOf('help')).toEqual(['@authenticated', both]);
    expect(guardsOf('slogan')).toEqual(['@requiresScopes(scopes: [["ai:use"]])']);
    expect(sdl.replaceAll(/directive @\w+/g, '')).not.toMatch(/@(completion|answer|embedding)\(/);
    const ready = await fetch(new URL('/health/ready', gateway.url));
    expect(ready.status).toBe(200);
  });

  it('what AI fields inherit reaches the SDL that another router composes where it does not, the other router refuses, and `fieldgate check` says what to add', async () => {
    const { composed } = await served({ subgraphs: [] });
    expect(composed.ok ? [] : composed.problems.map(({ code }) => code)).toContain('MISSING_TRANSITIVE_AUTH_REQUIREMENTS');
    const folder = folderWith({ 'fields.graphql': fields, 'gateway.config.ts': configText('graph: { fields: ["fields.graphql"] }') });
    const { out } = await fieldgate(['check'], { cwd: folder });
    expect(out).toContain(
      'graph.subgraphs names no subgraph, so what guards Product.description, which Product.summary reads, is not known',
    );
    expect(out).toContain("graph.subgraphs: [{ name, url, sdl: 'products.graphql' }]");
  });

  it('what AI fields inherit reaches the SDL that another router composes, and before their SDL could be read, it tells none and is not ready', async () => {
    const { gateway } = await teams({
      remote,
      fields,
      provider,
      router: new Secret('between us'),
      config: { graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/graphql' }] } },
    });
    const { data, errors } = await gateway.ask('{ _service { sdl } }');
    expect(data?._service ?? null).toBeNull();
    expect(errors?.[0]).toMatchObject({
      extensions: { code: 'MODEL_UNAVAILABLE' },
      message: expect.stringContaining('could not be read yet'),
    });
    expect((await fetch(new URL('/health/ready', gateway.url))).status).toBe(503);
  });
});

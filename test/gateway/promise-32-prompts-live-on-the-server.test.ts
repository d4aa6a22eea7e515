import { buildClientSchema, getIntrospectionQuery, printSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { Secret } from '../../src/core/secret.ts';
import { configText, folderWith, inProcess } from '../cli/run.ts';
import { double } from '../doubles.ts';
import { post } from '../server/http-client.ts';
import { promptOf, type Teams, type TeamsSettings, teams } from './teams.ts';

/** Words that stand in prompts, instructions and texts to embed, and nowhere else. */
const canaries = ['CANARY-PROMPT', 'CANARY-SYSTEM', 'CANARY-TEMPLATE', 'CANARY-RULES', 'CANARY-VECTOR', 'CANARY-ALIKE', 'CANARY-INDEXED'];

const shopSdl = 'type Query { products: [Product!]! } type Product @key(fields: "id") { id: ID! description: String! }';
const fields = `type Facts { "What it is made of." material: String! }
  extend type Product @key(fields: "id") { id: ID! description: String!
    "In a few words."
    summary(words: Int = 5): String
      @completion(prompt: "CANARY-PROMPT {words} {description}", system: "CANARY-SYSTEM", maxInputTokens: 500, maxOutputTokens: 50)
      @requiresScopes(scopes: [["ai:use"]])
    facts: Facts @completion(template: "facts") @requiresScopes(scopes: [["ai:use"]])
    vector: Vector @embedding(text: "CANARY-VECTOR {description}", maxInputTokens: 500) @requiresScopes(scopes: [["ai:use"]])
    similar(first: Int = 3): [Product!] @similar(index: "products", text: "CANARY-ALIKE {description}") @requiresScopes(scopes: [["ai:use"]]) @listSize(slicingArguments: ["first"]) }
  extend type Product @indexed(index: "products", text: "CANARY-INDEXED {description}", from: "products")`;
const template = `---
id: facts
version: 1
system: CANARY-RULES
maxInputTokens: 500
maxOutputTokens: 50
---
CANARY-TEMPLATE {description}
`;

describe('prompts live on the server', () => {
  let graph: Teams;
  let subgraph: Teams;
  const seen: string[] = [];
  beforeAll(async () => {
    const provider = double('model', async function* (request) {
      seen.push(JSON.stringify(request));
      if (request.kind === 'embedding') throw new GatewayError('MODEL_UNAVAILABLE', `It is down: ${request.texts.join()}`);
      // A vendor that repeats what it was asked, in its error and in an answer that is none.
      if (promptOf(request).includes('fails')) throw new Error(`500: ${promptOf(request)}`);
      yield { type: 'text', text: request.output.format === 'json' ? JSON.stringify({ 'CANARY-TEMPLATE': promptOf(request) }) : 'A sum.' };
      yield { type: 'finish', reason: 'stop' };
    });
    const described = ['fine', 'fails', 'long '.repeat(2_000)].map((description, id) => ({ id: String(id), description }));
    const settings: TeamsSettings = {
      remote: {
        shop: {
          sdl: shopSdl,
          resolvers: {
            Query: { products: () => described },
            Product: { __resolveReference: ({ id }: { id: string }) => described[Number(id)] },
          },
        },
      },
      fields,
      files: { 'prompts/facts.md': template },
      provider,
      config: { graph: { prompts: 'prompts' } },
    };
    graph = await teams(settings);
    subgraph = await teams({ ...settings, router: new Secret('between us') });
  });
  const withoutCanaries = (shown: string): void => {
    expect(shown.length).toBeGreaterThan(20);
    for (const canary of canaries) expect(shown).not.toContain(canary);
  };

  it('the model is sent the prompts', async () => {
    await graph.gateway.ask('{ products { summary facts { material } vector similar { id } } }');
    for (const canary of canaries) expect(seen.some((request) => request.includes(canary))).toBe(true);
  });

  it('the SDL of the AI subgraph, introspection and the supergraph say what a field is for, never how a model is asked', async () => {
    const { data } = await subgraph.gateway.ask('{ _service { sdl } }', {}, { headers: { 'x-fieldgate-router': 'between us' } });
    expect(data._service.sdl).toContain('summary(words: Int = 5): String');
    withoutCanaries(data._service.sdl);
    const introspected = await graph.gateway.ask(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }));
    expect(printSchema(buildClientSchema(introspected.data))).toContain('In a few words.');
    withoutCanaries(JSON.stringify(introspected));
    expect(graph.gateway.graph.supergraphSdl()).toContain('summary');
    withoutCanaries(graph.gateway.graph.supergraphSdl() ?? '');
  });

  it('no error tells them: a vendor that repeats its prompt, an answer that is none, an input that is too long, a wrong document', async () => {
    const codes = new Set<string>();
    for (const query of [
      '{ products { summary } }',
      '{ products { facts { material } } }',
      '{ products { vector similar { id } } }',
      '{ products { summary(words: "five") } }',
      '{ products { summari fact } }',
      'query($w: Int!) { products { summary(words: $w) } }',
    ]) {
      const answer = await graph.gateway.ask(query);
      expect(answer.errors?.length).toBeGreaterThan(0);
      for (const { extensions } of answer.errors ?? []) codes.add(extensions?.code);
      withoutCanaries(JSON.stringify(answer));
    }
    for (const code of ['INVALID_OUTPUT', 'CONTEXT_TOO_LONG', 'MODEL_UNAVAILABLE', 'INTERNAL']) expect([...codes]).toContain(code);
  });

  it('deferred parts, quotes, ledgers and the page of GraphiQL tell no prompt', async () => {
    const deferred = await post(
      graph.gateway.url,
      { query: '{ products { id ... @defer { summary facts { material } } } }' },
      { accept: 'multipart/mixed', authorization: `Bearer ${graph.gateway.developmentKey}` },
    );
    withoutCanaries(await deferred.text());
    const quoted = await graph.gateway.ask('{ products { summary } }', {}, { headers: { 'x-fieldgate-quote': 'only' } });
    expect(quoted.extensions.quote.fields).toHaveLength(1);
    withoutCanaries(JSON.stringify(quoted));
    await graph.gateway.storage.ledger.flush();
    const usage = await graph.gateway.ask(
      '{ aiUsage(input: { from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", groupBy: [COORDINATE, OPERATION, OUTCOME] }) { rows { key calls } } aiRoutes { name description } }',
    );
    expect(usage.data.aiUsage.rows.length).toBeGreaterThan(0);
    withoutCanaries(JSON.stringify(usage));
    const page = await fetch(graph.gateway.url, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    withoutCanaries(await page.text());
  });

  it('`fieldgate compose` tells no prompt', async () => {
    const cwd = folderWith({
      'shop.graphql': shopSdl,
      'fields.graphql': fields,
      'prompts/facts.md': template,
      'gateway.config.ts': configText(
        'graph: { subgraphs: [{ name: "shop", url: "http://127.0.0.1:9/graphql", sdl: "shop.graphql" }], fields: ["fields.graphql"], prompts: "prompts" }',
      ),
    });
    const { code, out, err } = await inProcess(['compose'], { cwd });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('In a few words.');
    withoutCanaries(out);
  });
});

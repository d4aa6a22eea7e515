import { fork } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { globSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { composer, sentenceOf } from '../../../src/federation/compose/compose.ts';
import { temporaryFolder } from '../../when-over.ts';
import { federation2 } from '../subgraph-server.ts';

const { signal } = new AbortController();
const shop = {
  name: 'shop',
  url: 'http://shop.test/graphql',
  sdl: `${federation2} type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String }`,
};
const ai = {
  name: 'ai',
  url: 'local://ai',
  sdl: `${federation2} type Query { hello: String } type Product @key(fields: "id") { id: ID! summary: String }`,
};

describe('the composer', () => {
  it('the composer composes in a process of its own, and not again while no SDL changes', async () => {
    const { compose } = composer();
    const first = await compose([shop, ai], signal);
    expect(first).toMatchObject({ ok: true, supergraphSdl: expect.stringContaining('local://ai') });
    expect(await compose([ai, shop], signal)).toBe(first);
    expect(await compose([{ ...shop, url: 'http://elsewhere.test' }, ai], signal)).not.toBe(first);
  });

  it('the composer lets go of the signal of whoever asks, who composes again and again', async () => {
    const { signal: asker } = new AbortController();
    await composer().compose([shop, ai], asker);
    expect(getEventListeners(asker, 'abort')).toEqual([]);
  });

  it('the composer is not held up by what the gateway’s environment says to Node', async () => {
    vi.stubEnv('NODE_OPTIONS', '--no-such-option');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await composer().compose([shop], signal)).toMatchObject({ ok: true });
  });

  it('the composer leaves compiled code behind, so that the next composition is quicker', async () => {
    const cwd = temporaryFolder();
    vi.stubEnv('NODE_COMPILE_CACHE', cwd);
    onTestFinished(() => void vi.unstubAllEnvs());
    await composer().compose([shop], signal);
    await expect.poll(() => globSync('**/*', { cwd }).length).toBeGreaterThan(2);
  });

  it('the composer takes Federation 1 subgraphs', async () => {
    const one = { name: 'one', url: 'http://one.test', sdl: 'extend type Product @key(fields: "id") { id: ID! @external stock: Int }' };
    await expect(composer().compose([shop, one], signal)).resolves.toMatchObject({ ok: true });
  });

  it('the composer says what does not fit, with code, subgraphs, coordinates and remedy', async () => {
    const other = { name: 'other', url: 'http://other.test', sdl: `${federation2} type Product @key(fields: "id") { id: ID! name: Int }` };
    const composed = await composer().compose([shop, other], signal);
    const sentences = composed.ok ? [] : composed.problems.map(sentenceOf);
    expect(sentences.find((sentence) => sentence.startsWith('FIELD_TYPE_MISMATCH'))).toMatch(
      /"\. Give the field one type in all subgraphs/,
    );
    expect(composed).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([
        expect.objectContaining({
          code: 'FIELD_TYPE_MISMATCH',
          subgraphs: expect.arrayContaining(['shop', 'other']),
          coordinates: ['Product.name'],
          remedy: expect.any(String),
        }),
      ]),
    });
  });

  it('the composer names every clash with the AI subgraph', async () => {
    const theirs = {
      name: 'shop',
      url: 'http://shop.test',
      sdl: `type Query { completion: String hello: String again: Int } enum Completion { A } type TokenUsage { n: Int } input CompletionInput { a: Int } type AiRoute { name: String! } type Provenance { x: Int }`,
    };
    const ours = {
      name: 'ai',
      url: 'local://ai',
      sdl: `${federation2} type Query { completion(input: CompletionInput): Completion routes: AiRoute } extend type Query { again: String } type Provenance @key(fields: "id") { id: ID! } type Completion @key(fields: "id") { id: ID! usage: TokenUsage } type TokenUsage { total: Int } input CompletionInput { b: Int } type AiRoute { "A name." name: String! }`,
    };
    const composed = await composer().compose([theirs, ours], signal);
    const coordinates = composed.ok ? [] : composed.problems.flatMap((problem) => problem.coordinates);
    expect(coordinates).toEqual(
      expect.arrayContaining(['Query.completion', 'Query.again', 'Completion', 'Provenance', 'TokenUsage', 'CompletionInput']),
    );
    expect(coordinates).not.toContain('Query.hello');
  });

  it('the composer keeps @policy, which the gateway enforces or refuses to serve', async () => {
    const guarded = {
      name: 'guarded',
      url: 'http://guarded.test',
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@policy"]) type Query { vault: String @policy(policies: [["p"]]) }`,
    };
    await expect(composer().compose([guarded], signal)).resolves.toMatchObject({
      ok: true,
      supergraphSdl: expect.stringContaining('vault: String @policy(policies: [["p"]])'),
    });
  });

  it('the composer refuses Apollo Connectors by name', async () => {
    const rest = {
      name: 'rest',
      url: 'http://rest.test',
      sdl: `extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.9")
        @link(url: "https://specs.apollo.dev/connect/v0.1", import: ["@connect", "@source"])
        @source(name: "api", http: { baseURL: "https://api.test" })
        type Query { users: [String] @connect(source: "api", http: { GET: "/users" }, selection: "$") hello: String }`,
    };
    await expect(composer().compose([rest], signal)).resolves.toMatchObject({
      ok: false,
      problems: [{ code: 'CONNECTORS_NOT_SUPPORTED', coordinates: ['Query.users'], subgraphs: ['rest'] }],
    });
  });

  it('the composer refuses an @interfaceObject of an interface without a key, whose fields nothing could ask for', async () => {
    const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject"])';
    const items = (key: string) => ({
      name: 'items',
      url: 'http://items.test',
      sdl: `${link} type Query { items: [Item] } interface Item ${key} { id: ID! } type Toy implements Item ${key} { id: ID! }`,
    });
    const tags = {
      name: 'tags',
      url: 'http://tags.test',
      sdl: `${link} type Item @key(fields: "id") @interfaceObject { id: ID! tagline: String }`,
    };
    await expect(composer().compose([items(''), tags], signal)).resolves.toMatchObject({
      ok: false,
      problems: [{ code: 'INTERFACE_OBJECT_WITHOUT_KEY', coordinates: ['Item'], subgraphs: ['items', 'tags'] }],
    });
    await expect(composer().compose([items('@key(fields: "id")'), tags], signal)).resolves.toMatchObject({ ok: true });
  });

  it('the composer says where broken SDL is broken', async () => {
    await expect(composer().compose([{ ...shop, sdl: 'type Query {' }], signal)).resolves.toMatchObject({
      ok: false,
      problems: [{ code: 'INVALID_GRAPHQL', subgraphs: ['shop'], message: expect.stringContaining('line 1') }],
    });
  });

  it('the composer stops with its signal', async () => {
    await expect(composer().compose([shop], AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('the composer outlives the signals that its gateway gets, and not the gateway', async () => {
    const worker = fork(new URL('../../../src/federation/compose/compose-worker.ts', import.meta.url));
    worker.send({ subgraphs: [], own: null });
    await once(worker, 'message');
    for (const ending of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) worker.kill(ending);
    worker.disconnect();
    await expect(once(worker, 'exit')).resolves.toEqual([0, null]);
  });
});

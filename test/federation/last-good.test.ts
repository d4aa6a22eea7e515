import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLSchema, parse } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composition } from '../../src/federation/compose/composition.ts';
import { supergraphFile } from '../../src/federation/compose/sources.ts';
import { type Graph, type GraphSource, livingGraph } from '../../src/federation/graph.ts';
import type { LastGoodStore } from '../../src/federation/last-good.ts';
import { keptFile } from '../../src/storage/state/kept-file.ts';
import { inProcessComposer } from './in-process-composer.ts';
import { runOperation } from './run-operation.ts';
import { federation2, type RunningSubgraph, runSubgraph, subgraphSchema } from './subgraph-server.ts';

const sdlOfAi = (more = ''): string =>
  `${federation2} type Query { hello: String } type Product @key(fields: "id") { id: ID! summary: String ${more} }`;
const aiOf = (sdl: string) => ({
  name: 'ai',
  sdl,
  schema: subgraphSchema(sdl, { Query: { hello: () => 'hello' }, Product: { summary: ({ id }: { id: string }) => `Summary of ${id}` } }),
});
const shopSdl = 'type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String }';
const shopResolvers = { Query: { product: () => ({ id: '1', name: 'Chair' }) } };
const product = (schema: GraphQLSchema | null): unknown =>
  schema === null ? null : runOperation({ schema, document: parse('{ hello product { name summary } }'), contextValue: {} });
const whole = { data: { hello: 'hello', product: { name: 'Chair', summary: 'Summary of 1' } } };

describe('the last good graph', () => {
  let folder: string;
  let shop: RunningSubgraph;
  const open: Graph[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'last-good-'));
    shop = await runSubgraph('shop', shopSdl, shopResolvers);
  });
  afterEach(async () => {
    for (const graph of open.splice(0)) graph.close();
    await shop.close().catch(() => {});
    await rm(folder, { recursive: true });
  });

  interface Start {
    readonly source?: GraphSource;
    readonly aiSdl?: string;
    readonly store?: LastGoodStore;
    readonly warn?: (message: string) => void;
  }
  /** A gateway's start: only what is in the folder is left of the one before. */
  async function start({ source, aiSdl = sdlOfAi(), store = keptFile(join(folder, 'graph.json')), warn }: Start = {}): Promise<Graph> {
    const graph = livingGraph({
      source: source ?? { kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url }] },
      ai: aiOf(aiSdl),
      composer: inProcessComposer(),
      pollMs: 0,
      lastGood: store,
      log: (level, message) => {
        if (level === 'warn') warn?.(message);
      },
    });
    open.push(graph);
    await graph.refresh();
    return graph;
  }

  it('the last good graph is served by a gateway that starts while a subgraph is down, and the reason is told', async () => {
    await start();
    await shop.close();
    const graph = await start();
    expect(graph.status()).toMatchObject({
      ready: true,
      reasons: [expect.stringContaining('"shop" did not give its SDL')],
      subgraphs: [{ name: 'shop', healthy: false }],
    });
    expect(graph.schema()?.getType('Product')).toBeDefined();
    expect(graph.others()).toEqual([expect.stringContaining('type Product')]);
  });

  it('the last good graph takes AI fields that are new since then into service although a subgraph is down', async () => {
    await start();
    await shop.close();
    const graph = await start({ aiSdl: sdlOfAi('slogan: String') });
    expect(graph.status().ready).toBe(true);
    expect(graph.supergraphSdl()).toContain('slogan');
  });

  it('the last good graph is served while what the subgraphs say now does not compose', async () => {
    const file = join(folder, 'shop.graphql');
    await writeFile(file, shop.sdl);
    const source: GraphSource = { kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url, sdl: { file } }] };
    await start({ source });
    await writeFile(file, `${federation2} type Query { product: Missing }`);
    const graph = await start({ source });
    expect(graph.status()).toMatchObject({ ready: true, reasons: [expect.stringContaining('Missing')] });
    await expect(product(graph.schema())).resolves.toEqual(whole);
    expect(graph.others()).toEqual([shop.sdl]);
  });

  it('the last good graph is served while what the subgraphs say now composes and cannot be served faithfully', async () => {
    const file = join(folder, 'shop.graphql');
    await writeFile(file, shop.sdl);
    const source: GraphSource = { kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url, sdl: { file } }] };
    await start({ source });
    await writeFile(
      file,
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@policy"])
      type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String @policy(policies: [["nobody-knows"]]) }`,
    );
    const graph = await start({ source });
    expect(graph.status()).toMatchObject({ ready: true, reasons: [expect.stringContaining('nobody-knows')] });
    await expect(product(graph.schema())).resolves.toEqual(whole);
  });

  it('the last good graph is served while the supergraph file is broken', async () => {
    const file = join(folder, 'graph.graphql');
    const composed = composition([shop, { name: 'ai', url: 'local://ai', sdl: sdlOfAi() }]);
    await writeFile(file, composed.ok ? composed.supergraphSdl : '');
    await start({ source: { kind: 'supergraph', reader: supergraphFile(file) } });
    await writeFile(file, 'type Query {');
    const graph = await start({ source: { kind: 'supergraph', reader: supergraphFile(file) } });
    expect(graph.status()).toMatchObject({ ready: true, reasons: [expect.stringContaining('not valid GraphQL SDL')] });
    await expect(product(graph.schema())).resolves.toEqual(whole);
  });

  it('the last good graph is not served for subgraphs at another address, nor from another file', async () => {
    await start();
    const moved = await start({ source: { kind: 'subgraphs', subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:1/graphql' }] } });
    const other = await start({ source: { kind: 'supergraph', reader: supergraphFile(join(folder, 'none.graphql')) } });
    expect([moved.status().ready, other.status().ready]).toEqual([false, false]);
  });

  it('the last good graph follows its sources as soon as they can be composed again', async () => {
    await start();
    await shop.close();
    const graph = await start();
    const { port } = new URL(shop.url);
    const back = await runSubgraph('shop', shopSdl.replace('name: String', 'name: String price: Int'), shopResolvers, {
      port: Number(port),
    });
    try {
      expect(await graph.refresh()).toMatchObject({ ready: true, reasons: [] });
      expect(graph.supergraphSdl()).toContain('price');
      expect(await readFile(join(folder, 'graph.json'), 'utf8')).toContain('price');
    } finally {
      await back.close();
    }
  });

  it('the last good graph that cannot be read or written costs a warning, and nothing of what is served', async () => {
    const warnings: string[] = [];
    const broken = { read: () => Promise.reject(new Error('EIO')), write: () => Promise.reject(new Error('ENOSPC')) };
    const graph = await start({ store: broken, warn: (message) => warnings.push(message) });
    expect(graph.status()).toMatchObject({ ready: true, reasons: [] });
    expect(warnings).toEqual([expect.stringContaining('cannot be read'), expect.stringContaining('could not be kept')]);
  });

  it.each(['', '{', '{"version":1}', '{"version":99,"file":null,"subgraphs":[],"supergraphSdl":""}'])(
    'the last good graph that is no graph of this version (%j) is as if there were none',
    async (text) => {
      await writeFile(join(folder, 'graph.json'), text);
      await shop.close();
      expect((await start()).status().ready).toBe(false);
    },
  );
});

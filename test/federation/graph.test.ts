import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLSchema, parse, print } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composition } from '../../src/federation/compose/composition.ts';
import { supergraphFile } from '../../src/federation/compose/sources.ts';
import type { OpenPlanner } from '../../src/federation/engine/plan/planner.ts';
import { type Graph, type GraphSource, livingGraph } from '../../src/federation/graph.ts';
import { makePlansAhead } from '../../src/federation/plans-ahead.ts';
import { inProcessComposer } from './in-process-composer.ts';
import { planner, runOperation } from './run-operation.ts';
import { federation2, type RunningSubgraph, runSubgraph, subgraphSchema } from './subgraph-server.ts';

const aiSdl = `${federation2} type Query { hello: String } type Product @key(fields: "id") { id: ID! summary: String }`;
const ai = {
  name: 'ai',
  sdl: aiSdl,
  schema: subgraphSchema(aiSdl, { Query: { hello: () => 'hello' }, Product: { summary: ({ id }: { id: string }) => `Summary of ${id}` } }),
};
const shopSdl = 'type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String }';
const shopResolvers = { Query: { product: () => ({ id: '1', name: 'Chair' }) } };
const ask = (schema: GraphQLSchema | null, query: string): unknown =>
  schema === null ? null : runOperation({ schema, document: parse(query), contextValue: {} });

describe('the living supergraph', () => {
  let folder: string;
  let shop: RunningSubgraph;
  const open: Graph[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'graph-'));
    shop = await runSubgraph('shop', shopSdl, shopResolvers);
  });
  afterEach(async () => {
    for (const graph of open.splice(0)) graph.close();
    await shop.close();
    await rm(folder, { recursive: true });
  });
  const graphOf = (source: GraphSource, withAi = true): Graph => {
    const graph = livingGraph({ source, ai: withAi ? ai : null, composer: inProcessComposer(), pollMs: 0 });
    open.push(graph);
    return graph;
  };

  it('the living supergraph is not ready before it is composed, and says why', async () => {
    const graph = graphOf({ kind: 'subgraphs', subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:1/graphql' }] });
    expect(graph.status()).toMatchObject({ ready: false, composedAt: null });
    const status = await graph.refresh();
    expect(status).toMatchObject({ ready: false, subgraphs: [{ name: 'shop', healthy: false }] });
    expect(status.reasons.join()).toContain('"shop" did not give its SDL');
  });

  it('the living supergraph is stitched where the planner cannot read it, unless the planner is asked for', async () => {
    const sources: GraphSource = { kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url }] };
    const openPlanner = () => {
      throw new Error('Unknown link.');
    };
    const lines: unknown[] = [];
    const log = (level: string, message: string) => lines.push([level, message]);
    const graph = livingGraph({ source: sources, ai, composer: inProcessComposer(), pollMs: 0, openPlanner, log });
    open.push(graph);
    expect(await graph.refresh()).toMatchObject({ ready: true, engine: 'stitching' });
    expect(lines).toContainEqual(['warn', 'The query planner cannot read the supergraph, so its operations are stitched.']);
    expect(await ask(graph.schema(), '{ product { name summary } }')).toMatchObject({ data: { product: { name: 'Chair' } } });
    const strict = livingGraph({ source: sources, ai, composer: inProcessComposer(), pollMs: 0, openPlanner, engine: 'planner' });
    open.push(strict);
    expect(await strict.refresh()).toMatchObject({ ready: false, reasons: [expect.stringContaining('`graph.engine: "stitching"`')] });
  });

  it('the living supergraph waits quietly for sources that are only starting, and warns of those that still do not answer later', async () => {
    let time = 0;
    const lines: (readonly [string, unknown])[] = [];
    const file = join(folder, 'late.graphql');
    const graph = livingGraph(
      {
        source: { kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url, sdl: { file } }] },
        ai,
        composer: inProcessComposer(),
        pollMs: 0,
        log: (level, message, details) => lines.push([level, details ?? message]),
      },
      () => time,
    );
    open.push(graph);
    await graph.refresh();
    await graph.refresh();
    expect(lines).toEqual([['info', { subgraphs: ['shop'], causes: { shop: expect.stringContaining('ENOENT') } }]]);
    time = 60_000;
    await graph.refresh();
    await graph.refresh();
    const causes = { shop: expect.stringContaining('ENOENT') };
    expect(lines.slice(1)).toMatchObject([['warn', { reasons: [expect.stringContaining('"shop"')], causes }]]);
    await writeFile(file, shop.sdl);
    await graph.refresh();
    await graph.refresh();
    expect(lines.slice(2)).toEqual([
      ['info', { engine: 'planner', subgraphs: ['shop'] }],
      ['info', 'The graph is what its sources say again.'],
    ]);
  });

  it('the living supergraph has plans for the documents in use when it takes over: their first callers wait for none', async () => {
    const openPlanner = await planner();
    const planned: string[] = [];
    const counting: OpenPlanner = (sdl) => {
      const whole = openPlanner(sdl);
      return {
        ...whole,
        plan(document, options) {
          planned.push(print(document).replaceAll(/\s+/g, ' '));
          return whole.plan(document, options);
        },
      };
    };
    const file = join(folder, 'shop.graphql');
    await writeFile(file, shop.sdl);
    const graph = livingGraph({
      source: { kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url, sdl: { file } }] },
      ai,
      composer: inProcessComposer(),
      pollMs: 0,
      openPlanner: counting,
    });
    await graph.refresh();
    const used = ['{ product { name } }', '{ product { summary } }', 'query ($no: Boolean = true) { product { id name @skip(if: $no) } }'];
    for (const query of used) await ask(graph.schema(), query);
    expect(planned).toHaveLength(3);
    planned.length = 0;
    // What no longer fits is left out.
    await writeFile(file, shop.sdl.replace('name: String', 'title: String'));
    let atSwap = -1;
    graph.onChange(() => {
      atSwap = planned.length;
    });
    await graph.refresh();
    expect(graph.supergraphSdl()).toContain('title');
    expect(planned.filter((text) => !text.includes('name'))).toHaveLength(2);
    const made = planned.length;
    expect(atSwap).toBe(made);
    expect(await ask(graph.schema(), used[2] ?? '')).toMatchObject({ data: { product: { id: '1' } } });
    expect(planned).toHaveLength(made);
    graph.close();
  });

  it('the living supergraph of a configuration that is read again has plans for the documents in use of the one before', async () => {
    const source: GraphSource = { kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url }] };
    const [before, next] = [graphOf(source), graphOf(source)];
    await Promise.all([before.refresh(), next.refresh()]);
    await ask(before.schema(), '{ product { name } }');
    await ask(before.schema(), '{ product { name summary } }');
    const planned = next.planned();
    if (planned === null) throw new Error('Nothing is served.');
    expect(await makePlansAhead(before.planned(), planned, null)).toBe(2);
    expect(await makePlansAhead(null, planned, null)).toBe(0);
  });

  it('the living supergraph that is asked to look while it looks looks again: what it reads may be older than the wish', async () => {
    const file = join(folder, 'shop.graphql');
    await writeFile(file, shop.sdl);
    const graph = graphOf({ kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url, sdl: { file } }] });
    const first = graph.refresh();
    await new Promise((resolve) => graph.onChange(resolve));
    await writeFile(file, shop.sdl.replace('name: String', 'name: String price: Int'));
    await Promise.all([first, graph.refresh(), graph.refresh()]);
    expect(graph.supergraphSdl()).toContain('price');
  });

  it.each(['url', 'file', 'text', 'supergraph'] as const)(
    'the living supergraph serves the same graph from a source by %s',
    async (way) => {
      const file = join(folder, 'graph.graphql');
      const subgraph = { name: 'shop', url: shop.url };
      let source: GraphSource = { kind: 'subgraphs', subgraphs: [subgraph] };
      if (way === 'file') {
        await writeFile(file, shop.sdl);
        source = { kind: 'subgraphs', subgraphs: [{ ...subgraph, sdl: { file } }] };
      } else if (way === 'text') source = { kind: 'subgraphs', subgraphs: [{ ...subgraph, sdl: { text: shop.sdl } }] };
      else if (way === 'supergraph') {
        const composed = composition([shop, { name: 'ai', url: 'local://ai', sdl: aiSdl }]);
        await writeFile(file, composed.ok ? composed.supergraphSdl : '');
        source = { kind: 'supergraph', reader: supergraphFile(file) };
      }
      const graph = graphOf(source);
      expect(await graph.refresh()).toMatchObject({ ready: true, reasons: [] });
      await expect(ask(graph.schema(), '{ product { name summary } hello }')).resolves.toEqual({
        data: { product: { name: 'Chair', summary: 'Summary of 1' }, hello: 'hello' },
      });
    },
  );

  it('the living supergraph says that a supergraph lacks the AI subgraph, and serves it unchanged without AI', async () => {
    const file = join(folder, 'graph.graphql');
    const composed = composition([shop]);
    await writeFile(file, composed.ok ? composed.supergraphSdl : '');
    const withAi = await graphOf({ kind: 'supergraph', reader: supergraphFile(file) }).refresh();
    expect(withAi).toMatchObject({ ready: false, reasons: [expect.stringContaining('`ai: false`')] });
    const graph = graphOf({ kind: 'supergraph', reader: supergraphFile(file) }, false);
    expect(await graph.refresh()).toMatchObject({ ready: true, reasons: [] });
    await expect(ask(graph.schema(), '{ product { name } }')).resolves.toEqual({ data: { product: { name: 'Chair' } } });
  });

  it('the living supergraph keeps the last good supergraph while a subgraph is down or does not compose, and says so', async () => {
    const file = join(folder, 'more.graphql');
    await writeFile(file, `${federation2} type Query { more: Int }`);
    const graph = graphOf({
      kind: 'subgraphs',
      subgraphs: [
        { name: 'shop', url: shop.url },
        { name: 'more', url: shop.url, sdl: { file } },
      ],
    });
    await graph.refresh();
    const good = graph.schema();
    await writeFile(file, `${federation2} type Query { more: Int product: Int }`);
    expect(await graph.refresh()).toMatchObject({
      ready: true,
      reasons: expect.arrayContaining([expect.stringContaining('Query.product')]),
    });
    expect(graph.schema()).toBe(good);
    await shop.close();
    await writeFile(file, `${federation2} type Query { more: Int evenMore: Int }`);
    const status = await graph.refresh();
    expect(status).toMatchObject({
      ready: true,
      subgraphs: [
        { name: 'shop', healthy: false },
        { name: 'more', healthy: true },
      ],
    });
    expect(graph.schema()?.getQueryType()?.getFields()).toHaveProperty('evenMore');
  });

  it('the living supergraph hands out a new schema only when something has changed', async () => {
    const file = join(folder, 'shop.graphql');
    await writeFile(file, shop.sdl);
    const graph = graphOf({ kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url, sdl: { file } }] });
    const seen: GraphQLSchema[] = [];
    graph.onChange((schema) => seen.push(schema));
    await graph.refresh();
    await graph.refresh();
    expect(seen).toHaveLength(1);
    await writeFile(file, `${shop.sdl} extend type Query { added: Int }`);
    await graph.refresh();
    expect(seen).toHaveLength(2);
    expect(seen[1]).toBe(graph.schema());
  });

  it('the living supergraph says once that a supergraph file is broken, and again when it is otherwise, or broke anew', async () => {
    const file = join(folder, 'supergraph.graphql');
    const warned: string[] = [];
    const graph = livingGraph({
      source: { kind: 'supergraph', reader: supergraphFile(file) },
      ai: null,
      composer: inProcessComposer(),
      pollMs: 0,
      log: (level, message) => {
        if (level === 'warn') warned.push(message);
      },
    });
    open.push(graph);
    const looks = async (): Promise<number> => {
      for (let look = 0; look < 3; look += 1) await graph.refresh();
      return warned.length;
    };
    expect(await looks()).toBe(1);
    await writeFile(file, ' ');
    expect(await looks()).toBe(2);
    const composed = composition([{ name: 'shop', url: shop.url, sdl: shop.sdl }]);
    await writeFile(file, composed.ok ? composed.supergraphSdl : '');
    expect(await looks()).toBe(2);
    expect(graph.status()).toMatchObject({ ready: true, reasons: [] });
    await writeFile(file, '');
    expect(await looks()).toBe(3);
  });

  it('the living supergraph notices by polling', async () => {
    const file = join(folder, 'shop.graphql');
    await writeFile(file, shop.sdl);
    const graph = livingGraph({
      source: { kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url, sdl: { file } }] },
      ai: null,
      composer: inProcessComposer(),
      pollMs: 20,
    });
    open.push(graph);
    await graph.refresh();
    const changed = new Promise<GraphQLSchema>((resolve) => {
      graph.onChange((schema) => schema.getQueryType()?.getFields()['added'] !== undefined && resolve(schema));
    });
    await writeFile(file, `${shop.sdl} extend type Query { added: Int }`);
    const newest = await changed;
    expect(newest === graph.schema()).toBe(true);
  });
});

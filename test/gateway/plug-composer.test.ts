/** What makes the supergraph is an option of `createGateway`: a composer of one's own, or none where there is nothing to compose. */
import { introspectionFromSchema, lexicographicSortSchema, print, printSchema } from 'graphql';
import { expect, it } from 'vitest';
import type { Composer } from '../../src/federation/compose/compose.ts';
import { supergraphSchema } from '../../src/federation/supergraph.ts';
import { aiTypeDefs } from '../../src/graphql/ai-schema.ts';
import { inProcessComposer } from '../federation/in-process-composer.ts';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { plainConfig, startGateway, whenOver } from '../harness.ts';

/** Keeps what it is asked to compose. */
function foreignComposer(): Composer & { readonly asked: string[][] } {
  const asked: string[][] = [];
  const { compose } = inProcessComposer();
  return {
    asked,
    compose(subgraphs, signal) {
      asked.push(subgraphs.map(({ name }) => name));
      return compose(subgraphs, signal);
    },
  };
}

async function shop(): Promise<{ readonly name: string; readonly url: string }> {
  const running = await runSubgraph('shop', 'type Query { hello: String }', { Query: { hello: () => 'from the shop' } });
  whenOver(() => running.close());
  return { name: 'shop', url: running.url };
}

it('a graph is composed by the composer that a program gives', async () => {
  const composer = foreignComposer();
  const gateway = await startGateway({ graph: { subgraphs: [await shop()] } }, { composer });
  expect(composer.asked).toContainEqual(['shop', 'ai']);
  expect(await gateway.ask('{ hello aiRoutes { name } }')).toMatchObject({
    data: { hello: 'from the shop', aiRoutes: [{ name: 'default' }, { name: 'embedding' }] },
  });
});

it('a configuration that is read again is composed by the same composer', async () => {
  const composer = foreignComposer();
  const gateway = await startGateway({}, { composer });
  expect(composer.asked).toEqual([]);
  await gateway.reconfigure({ ...plainConfig, graph: { subgraphs: [await shop()] } });
  expect(composer.asked[0]).toEqual(['shop', 'ai']);
});

it('a composer that fails leaves a graph that is not ready, with an error id and without its message', async () => {
  const composer: Composer = { compose: () => Promise.reject(new Error('secret of the composer')) };
  const gateway = await startGateway({ graph: { subgraphs: [await shop()] } }, { composer });
  const status = gateway.graph.status();
  expect(status.ready).toBe(false);
  expect(JSON.stringify(status)).not.toContain('secret of the composer');
});

it('a graph of AI fields alone is composed by nothing, and clients see what a composed one would show', async () => {
  const composer = foreignComposer();
  const gateway = await startGateway({}, { composer });
  expect(composer.asked).toEqual([]);
  expect(gateway.graph.status()).toMatchObject({ ready: true, reasons: [] });
  const composed = await inProcessComposer().compose(
    [{ name: 'ai', url: 'local://ai', sdl: print(aiTypeDefs()) }],
    new AbortController().signal,
  );
  if (!composed.ok || gateway.aiSchema === null) throw new Error(JSON.stringify(composed));
  const stitched = supergraphSchema({ supergraphSdl: composed.supergraphSdl, local: { 'local://ai': gateway.aiSchema } });
  const served = gateway.graph.schema();
  if (served === null) throw new Error('No graph is served.');
  expect(printSchema(lexicographicSortSchema(served))).toBe(printSchema(lexicographicSortSchema(stitched)));
  expect(introspectionFromSchema(served).__schema.types.map(({ name }) => name)).not.toContain('_Entity');
});

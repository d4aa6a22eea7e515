/**
 * What federation costs. First in this process: CPU of a 2-hop query (a list from one subgraph, a field of each entity from another), in this
 * process, against one plain schema and against the stitched engine without our wrappers. Then as it is served, over HTTP: see
 * `federation/served.ts`. Trust the ratios.
 */
import { createServer } from 'node:http';
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { composition } from '../../src/federation/compose/composition.ts';
import { chooseEngine } from '../../src/federation/engine/bypass.ts';
import { runOn } from '../../src/federation/engine/execution.ts';
import { loadPlanner } from '../../src/federation/engine/plan/planner.ts';
import { supergraphSchema } from '../../src/federation/supergraph.ts';
import { federation2, listening, subgraphSchema } from '../federation/subgraph-server.ts';
import { servedBench } from './federation/served.ts';

const shopSdl = `${federation2} type Query { products(first: Int!): [Product!]! } type Product @key(fields: "id") { id: ID! name: String description: String }`;
const aiSdl = `${federation2} type Query { completion: String } type Product @key(fields: "id") { id: ID! description: String @external summary(words: Int = 3): String @requires(fields: "description") }`;
const plainSdl = `${federation2} type Query { products(first: Int!): [Product!]! } type Product { id: ID! name: String description: String summary(words: Int = 3): String }`;

const product = (_: unknown, index: number) => ({ id: String(index), name: `Product ${index}`, description: `About ${index}` });
const products = (_: unknown, { first }: { first: number }) => Array.from({ length: first }, product);
const summary = ({ description }: { description: string }, { words }: { words: number }): string => `${description} in ${words}`;

const query = (first: number) => parse(`{ products(first: ${first}) { id name summary(words: 5) } }`);

/** Microseconds of CPU per operation. */
async function cpu(schema: GraphQLSchema, first: number, seconds: number): Promise<number> {
  const document = query(first);
  const once = async (): Promise<void> => {
    const result = await runOn({ schema, document, contextValue: {} });
    if (result.errors !== undefined) throw result.errors[0];
  };
  for (let warm = 0; warm < 300; warm++) await once();
  const begin = process.cpuUsage();
  const end = performance.now() + seconds * 1000;
  let count = 0;
  while (performance.now() < end) {
    await once();
    count++;
  }
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / count;
}

export async function federationBench(seconds = 2): Promise<void> {
  const shop = subgraphSchema(shopSdl, { Query: { products } });
  const ai = subgraphSchema(aiSdl, { Query: { completion: () => 'x' }, Product: { summary } });
  const plain = subgraphSchema(plainSdl, { Query: { products }, Product: { summary } });
  const composed = composition([
    { name: 'shop', url: 'local://shop', sdl: shopSdl },
    { name: 'ai', url: 'local://ai', sdl: aiSdl },
  ]);
  if (!composed.ok) throw new Error(composed.problems.map(({ message }) => message).join('\n'));
  const { supergraphSdl } = composed;
  const local = { 'local://shop': shop, 'local://ai': ai };
  const ours = supergraphSchema({ supergraphSdl, local });
  const openPlanner = await loadPlanner();
  const planned = openPlanner === null ? null : supergraphSchema({ supergraphSdl, local, openPlanner });
  const locals: Readonly<Record<string, GraphQLSchema>> = { SHOP: shop, AI: ai };
  const bare = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl,
    batch: false,
    onSubschemaConfig(config) {
      const schema = locals[config.name];
      if (schema === undefined) throw new Error(config.name);
      config.executor = (({ document, variables, context }: { document: never; variables?: Record<string, unknown>; context?: unknown }) =>
        execute({ schema, document, variableValues: variables ?? {}, contextValue: context })) as never;
    },
  });
  console.log('federation: CPU per 2-hop operation, both subgraphs in process');
  for (const first of [10, 50]) {
    const one = await cpu(plain, first, seconds);
    const without = await cpu(bare, first, seconds);
    const with_ = await cpu(ours, first, seconds);
    console.log(
      `  ${first} entities: one schema ${one.toFixed(0)} us, engine alone ${without.toFixed(0)} us, ours ${with_.toFixed(0)} us: ` +
        `${(with_ / one).toFixed(1)}x one schema, ${(with_ / without).toFixed(2)}x the engine`,
    );
    if (planned === null) continue;
    const byPlan = await cpu(planned, first, seconds);
    console.log(
      `  ${first} entities by plan: ${byPlan.toFixed(0)} us, ${(byPlan / one).toFixed(1)}x one schema, ${(byPlan / with_).toFixed(2)}x stitching`,
    );
  }
  await remoteBench(supergraphSdl, ai, seconds);
  bypassBench(ours, ai);
  await servedBench({ rounds: 5, seconds });
}

/** The list over HTTP: our executor against the library's. The subgraph answers from a constant. */
async function remoteBench(supergraphSdl: string, ai: GraphQLSchema, seconds: number): Promise<void> {
  const rows = Array.from({ length: 10 }, product).map((row) => ({ __typename: 'Product', ...row }));
  const body = JSON.stringify({ data: { products: rows } });
  const { port, close } = await listening(
    createServer((request, response) => {
      request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(body));
    }),
  );
  const url = `http://127.0.0.1:${port}/graphql`;
  const overHttp = supergraphSdl.replace('local://shop', url);
  const ours = supergraphSchema({ supergraphSdl: overHttp, local: { 'local://ai': ai } });
  const bare = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: overHttp,
    onSubschemaConfig(config) {
      if (config.name !== 'AI') {
        config.executor = buildHTTPExecutor({ endpoint: url, deduplicateInflightRequests: false });
        return;
      }
      config.executor = (({ document, variables, context }: { document: never; variables?: Record<string, unknown>; context?: unknown }) =>
        execute({ schema: ai, document, variableValues: variables ?? {}, contextValue: context })) as never;
    },
  });
  const without = await cpu(bare, 10, seconds);
  const with_ = await cpu(ours, 10, seconds);
  console.log(
    `  10 entities, the list over HTTP (client and server): engine alone ${without.toFixed(0)} us, ours ${with_.toFixed(0)} us: ${(with_ / without).toFixed(2)}x`,
  );
  await close();
}

function bypassBench(stitched: GraphQLSchema, local: GraphQLSchema): void {
  const choose = chooseEngine(stitched, local);
  const document = parse('{ completion }');
  choose(document);
  const begin = process.cpuUsage();
  const rounds = 1_000_000;
  for (let round = 0; round < rounds; round++) choose(document);
  const { user, system } = process.cpuUsage(begin);
  console.log(`  the bypass decides a known document in ${((user + system) / rounds).toFixed(3)} us`);
}

if (import.meta.main) await federationBench();

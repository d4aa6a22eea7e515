/**
 * Reload under load, in a process of its own (run with --expose-gc): 100 streams and 50 queries in flight while the graph
 * changes ten times. Prints what was cut, what ran twice, and the heap before and after, as JSON.
 */

import { writeFile } from 'node:fs/promises';
import { type ExecutionResult, type GraphQLSchema, parse } from 'graphql';
import { composer } from '../../../src/federation/compose/compose.ts';
import { chooseEngine } from '../../../src/federation/engine/bypass.ts';
import { livingGraph } from '../../../src/federation/graph.ts';
import { runOperation } from '../../federation/run-operation.ts';
import { federation2, runSubgraph, subgraphSchema } from '../../federation/subgraph-server.ts';

const folder = process.argv[2] ?? '.';
const rounds = Number(process.argv[3] ?? 10);
const streams = 100;
const queries = 50;

let runs = new Map<string, number>();
const ran = (id: string): void => {
  runs.set(id, (runs.get(id) ?? 0) + 1);
};
let go = Promise.withResolvers<void>();
let tick = Promise.withResolvers<void>();

const aiSdl = `${federation2} type Query { echo(id: ID!): String slow(id: ID!): String } type Subscription { ticks(id: ID!, to: Int!): Int }
  type Product @key(fields: "id") { id: ID! summary(of: ID!): String }`;
const aiSchema = subgraphSchema(aiSdl, {
  Query: {
    echo: (_: unknown, { id }: { id: string }) => id,
    slow: async (_: unknown, { id }: { id: string }) => {
      ran(id);
      await go.promise;
      return id;
    },
  },
  Subscription: {
    ticks: {
      async *subscribe(_: unknown, { id, to }: { id: string; to: number }) {
        ran(id);
        for (let n = 1; n <= to; n++) {
          await tick.promise;
          yield { ticks: n };
        }
      },
    },
  },
  Product: {
    summary: async (_: unknown, { of }: { of: string }) => {
      ran(of);
      await go.promise;
      return of;
    },
  },
});

const shop = await runSubgraph('shop', 'type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String }', {
  Query: { product: () => ({ id: '1', name: 'x' }) },
});
// Large enough that one schema that stays behind is seen in the heap.
const types = Array.from(
  { length: 100 },
  (_, n) => `type T${n} { ${Array.from({ length: 8 }, (_, f) => `f${f}(a: Int): String`).join(' ')} }`,
);
const large = `${shop.sdl}\n${types.join('\n')}\ntype Everything { ${types.map((_, n) => `t${n}: T${n}`).join(' ')} }\nextend type Query { everything: Everything }`;
const file = `${folder}/shop.graphql`;
await writeFile(file, large);
const graph = livingGraph({
  source: { kind: 'subgraphs', subgraphs: [{ name: 'shop', url: shop.url, sdl: { file } }] },
  ai: { name: 'ai', sdl: aiSdl, schema: aiSchema },
  composer: composer(),
  pollMs: 0,
});
let current: GraphQLSchema | null = null;
let choose: ReturnType<typeof chooseEngine> | null = null;
graph.onChange((schema) => {
  current = schema;
  choose = chooseEngine(schema, aiSchema);
});
await graph.refresh();

async function load(prefix: string, changes: number): Promise<{ cut: number; twice: number; wrong: number }> {
  runs = new Map();
  go = Promise.withResolvers();
  let cut = 0;
  let wrong = 0;
  const schemaFor = (document: ReturnType<typeof parse>, bypass: boolean): GraphQLSchema => {
    const schema = bypass ? choose?.(document) : current;
    if (schema === null || schema === undefined) throw new Error('The graph is not ready.');
    return schema;
  };
  const toEnd = changes + 2;
  const stream = async (n: number): Promise<void> => {
    const document = parse(`subscription { ticks(id: "${prefix}s${n}", to: ${toEnd}) }`);
    const events = await runOperation({ schema: schemaFor(document, n % 2 === 0), document, contextValue: {} });
    if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events));
    let seen = 0;
    for await (const event of events) {
      seen++;
      if (event.data?.['ticks'] !== seen) wrong++;
    }
    if (seen !== toEnd) cut++;
  };
  const ask = async (n: number): Promise<void> => {
    const id = `${prefix}q${n}`;
    const document = parse(n % 2 === 0 ? `{ slow(id: "${id}") }` : `{ product { name summary(of: "${id}") } }`);
    const { data, errors } = (await runOperation({ schema: schemaFor(document, true), document, contextValue: {} })) as ExecutionResult;
    const answer = n % 2 === 0 ? data?.['slow'] : (data?.['product'] as { summary?: unknown } | undefined)?.summary;
    if (errors !== undefined || answer !== id) cut++;
  };
  const work = Promise.all([...Array.from({ length: streams }, (_, n) => stream(n)), ...Array.from({ length: queries }, (_, n) => ask(n))]);
  const beat = async (): Promise<void> => {
    const before = tick;
    tick = Promise.withResolvers();
    before.resolve();
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await beat();
  for (let change = 1; change <= changes; change++) {
    const before = current;
    await writeFile(file, `${large} extend type Query { added_${prefix}_${change}: Int }`);
    await graph.refresh();
    if (current === before) wrong++;
    await beat();
  }
  go.resolve();
  const beating = setInterval(() => void beat(), 2);
  await work;
  clearInterval(beating);
  return { cut, wrong, twice: [...runs.values()].filter((count) => count !== 1).length + (runs.size === streams + queries ? 0 : 1) };
}

const heap = async (): Promise<number> => {
  for (let round = 0; round < 5; round++) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
};

await load('warm', 3);
const before = await heap();
const outcome = await load('a', rounds);
const after = await heap();
const { engine } = graph.status();
graph.close();
await shop.close();
console.log(JSON.stringify({ ...outcome, before, after, engine }));
process.exit(0);

/**
 * A served gateway whose graph changes under load, in a process of its own (run with --expose-gc): subscriptions whose events are entities,
 * each with a hop to another subgraph and an AI field, and query loops, all over HTTP. Prints what was cut, doubled, lost or mixed, and the
 * heap before and after, as JSON.
 */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { composition } from '../../../src/federation/compose/composition.ts';
import { createGateway } from '../../../src/gateway.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import { bodyOf, federation2, listening, runSubgraph } from '../../federation/subgraph-server.ts';
import { plainConfig } from '../../plain-config.ts';

const folder = process.argv[2] ?? '.';
const reloads = Number(process.argv[3] ?? 10);
const subscriptions = 20;
const loops = 4;

let beat = Promise.withResolvers<void>();
/** All subscriptions get an event, and some time to deliver it. */
async function beatOnce(): Promise<void> {
  const before = beat;
  beat = Promise.withResolvers();
  before.resolve();
  await new Promise((resolve) => setTimeout(resolve, 10));
}

/** How often each event was sent for: a subscription that the gateway asks for twice is seen here. */
let asked = new Map<string, number>();
const shopSdl = `${federation2} type Query { product(of: ID!): Product } type Subscription { ticks(of: ID!, to: Int!): Tick }
  type Tick { n: Int product: Product } type Product @key(fields: "id") { id: ID! name: String }`;
const productOf = (id: string) => ({ __typename: 'Product', id, name: `Name of ${id}.` });

interface ToShop {
  readonly query: string;
  readonly variables?: Readonly<Record<string, string | number>>;
}

/** The value of an argument, as the engine sends it: in its place, or as a variable. */
function argumentOf({ query, variables = {} }: ToShop, name: string): string {
  const [, text, variable] = new RegExp(`[(, ]${name}: ?(?:"?([\\w-]+)"?|\\$(\\w+))`).exec(query) ?? [];
  return text ?? String(variables[variable ?? '']);
}

const shop = createServer(async (request, response) => {
  const body = JSON.parse(await bodyOf(request)) as ToShop;
  const of = argumentOf(body, 'of');
  const key = (field: string): string => new RegExp(`(\\w+): ?${field}\\b`).exec(body.query)?.[1] ?? field;
  if (!/^\s*subscription/.test(body.query)) {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { [key('product')]: productOf(of) } }));
    return;
  }
  asked.set(of, (asked.get(of) ?? 0) + 1);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const to = Number(argumentOf(body, 'to'));
  for (let n = 1; n <= to && !response.destroyed; n += 1) {
    await beat.promise;
    response.write(`event: next\ndata: ${JSON.stringify({ data: { [key('ticks')]: { n, product: productOf(`${of}-${n}`) } } })}\n\n`);
  }
  response.end('event: complete\ndata:\n\n');
});
const { port, close: closeShop } = await listening(shop);
const stock = await runSubgraph('stock', 'type Query { none: Int } type Product @key(fields: "id") { id: ID! stock: String }', {
  Product: { __resolveReference: ({ id }: { id: string }) => ({ id, stock: `Stock of ${id}.` }) },
});

/** Says the name that it is asked about, a word at a time. */
const echo: Provider = {
  name: 'echo',
  outputCeiling: (_request, _model, most) => most,
  async *send(request) {
    const said = /Name of [\w-]+\./.exec(JSON.stringify(request))?.[0] ?? 'nothing';
    for (const word of said.split(' ')) yield { type: 'text', text: word === 'Name' ? word : ` ${word}` };
    yield { type: 'finish', reason: 'stop' };
  },
};

// Large enough that one schema that stays behind is seen in the heap.
const types = Array.from(
  { length: 100 },
  (_, n) => `type T${n} { ${Array.from({ length: 8 }, (_, f) => `f${f}(a: Int): String`).join(' ')} }`,
);
const large = `${shopSdl}\n${types.join('\n')}\ntype Everything { ${types.map((_, n) => `t${n}: T${n}`).join(' ')} }\nextend type Query { everything: Everything }`;
const file = join(folder, 'shop.graphql');
await writeFile(file, large);
await writeFile(
  join(folder, 'ai.graphql'),
  `extend type Product @key(fields: "id") { id: ID! name: String
    blurb: String @completion(prompt: "{name}", maxInputTokens: 100, maxOutputTokens: 20) @requiresScopes(scopes: [["ai:use"]]) }`,
);
const gateway = await createGateway(
  {
    ...plainConfig,
    providers: { ...plainConfig.providers, echo },
    deployments: { ...plainConfig.deployments, echo: { provider: 'echo', model: 'echo-1', price: { input: 1, output: 1 } } },
    routes: { ...plainConfig.routes, default: { deployments: ['echo'] } },
    graph: {
      pollSeconds: 0,
      fields: ['ai.graphql'],
      subgraphs: [
        { name: 'shop', url: `http://127.0.0.1:${port}/graphql`, sdl: 'shop.graphql' },
        { name: 'stock', url: stock.url },
      ],
    },
  },
  { folder, loopback: true, log: silentLog, composer: { compose: async (subgraphs) => composition(subgraphs) } },
);
const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
const { ready, reasons } = await gateway.graph.refresh();
if (!ready) throw new Error(`The graph is not ready: ${reasons.join(' ')}`);

const post = (query: string, variables: object, accept: string): Promise<Response> =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${gateway.developmentKey}` },
    body: JSON.stringify({ query, variables }),
  });

const whole = 'id name stock blurb';
// The same documents in every load: what is kept of documents is not what this measures.
const subscription = `subscription ($of: ID!, $to: Int!) { ticks(of: $of, to: $to) { n product { ${whole} } } }`;
const question = `query ($of: ID!) { product(of: $of) { ${whole} } }`;
const expected = (id: string): object => ({ id, name: `Name of ${id}.`, stock: `Stock of ${id}.`, blurb: `Name of ${id}.` });
const isSame = (found: unknown, wanted: object): boolean => JSON.stringify(found) === JSON.stringify(wanted);

interface Outcome {
  cut: number;
  doubled: number;
  /** Of another subscription, or parts of two entities in one. */
  mixed: number;
  notReloaded: number;
  queries: number;
}

async function subscribed(of: string, to: number, outcome: Outcome): Promise<void> {
  const response = await post(subscription, { of, to }, 'text/event-stream');
  let seen = 0;
  for (const event of (await response.text()).split('\n\n')) {
    const data = /^data: (\{.*)$/m.exec(event)?.[1];
    if (data === undefined) continue;
    const tick = (JSON.parse(data) as { data?: { ticks?: { n: number; product: unknown } } }).data?.ticks;
    if (tick?.n !== undefined && tick.n <= seen) outcome.doubled += 1;
    seen += 1;
    if (!isSame(tick, { n: seen, product: expected(`${of}-${seen}`) })) outcome.mixed += 1;
  }
  if (seen !== to) outcome.cut += 1;
}

async function load(prefix: string, changes: number): Promise<Outcome> {
  const outcome: Outcome = { cut: 0, doubled: 0, mixed: 0, notReloaded: 0, queries: 0 };
  asked = new Map();
  const to = changes + 2;
  const reading = Promise.all(Array.from({ length: subscriptions }, (_, n) => subscribed(`${prefix}${n}`, to, outcome)));
  while (asked.size < subscriptions) await new Promise((resolve) => setTimeout(resolve, 5));
  let over = false;
  const asking = Promise.all(
    Array.from({ length: loops }, async (_, loop) => {
      while (!over) {
        const id = `${prefix}q${loop}`;
        const { data } = (await (await post(question, { of: id }, 'application/json')).json()) as { data?: object };
        if (!isSame(data, { product: expected(id) })) outcome.mixed += 1;
        outcome.queries += 1;
      }
    }),
  );
  await beatOnce();
  for (let change = 1; change <= changes; change += 1) {
    const added = `added_${prefix}_${change}`;
    await writeFile(file, `${large} extend type Query { ${added}: Int }`);
    await gateway.graph.refresh();
    if (gateway.graph.supergraphSdl()?.includes(added) !== true) outcome.notReloaded += 1;
    await beatOnce();
  }
  await beatOnce();
  await reading;
  over = true;
  await asking;
  outcome.doubled += [...asked.values()].filter((count) => count !== 1).length;
  return outcome;
}

async function heap(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

await load('warm', reloads);
const before = await heap();
const { queries, ...outcome } = await load('a', reloads);
const after = await heap();
await gateway.close();
await closeShop();
await stock.close();
console.log(JSON.stringify({ ...outcome, asked: queries > 0, before, after }));
process.exit(0);

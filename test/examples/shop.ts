/** The graph of the examples: both teams' subgraphs as processes of their own, behind a gateway whose models a test counts. */
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startSubgraphs } from '../../src/cli/subgraph-processes.ts';
import type { GatewayConfig, SubgraphConfig } from '../../src/config/config.ts';
import type { ModelRequest } from '../../src/core/request/request.ts';
import { embeddedCapabilities, embeddedExtractive, embeddedLexical, embeddedProvider } from '../../src/providers/embedded/embedded.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { until } from '../gateway/streams.ts';
import { plainConfig, startGateway, type TestGateway, whenOver } from '../harness.ts';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Asked {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

/** Notes what the gateway asks of a subgraph, and passes it on. */
async function noting(target: string): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    const { query, variables = {} } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
    if (!query.includes('_service')) asked.push({ query, variables, headers: incoming.headers });
    const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...headers } = incoming.headers;
    const answer = await fetch(target, { method: 'POST', headers: headers as Record<string, string>, body });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenOver(() => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, asked };
}

export interface CountingProvider extends Provider {
  readonly asked: ModelRequest[];
}

/** The embedded provider, and a list of what it was asked. */
function countingProvider(): CountingProvider {
  const asked: ModelRequest[] = [];
  const inner = embeddedProvider();
  return {
    ...inner,
    name: 'embedded',
    asked,
    send(request, options) {
      asked.push(request);
      return inner.send(request, options);
    },
  };
}

export interface Shop {
  readonly gateway: TestGateway;
  readonly asked: ModelRequest[];
  readonly products: Asked[];
  readonly reviews: Asked[];
  /** Forgets what was asked so far. */
  forget(): void;
}

export interface ShopSubgraphs {
  readonly subgraphs: readonly SubgraphConfig[];
  readonly products: Asked[];
  readonly reviews: Asked[];
}

/** Starts the two teams' subgraphs on free ports, as `npm start` does. */
async function shopSubgraphs(): Promise<ShopSubgraphs> {
  const running = await Promise.all(
    ['products', 'reviews'].map(async (name) => ({
      name,
      url: `http://127.0.0.1:${await freePort()}/graphql`,
      run: ['node', `subgraphs/${name}.ts`],
    })),
  );
  const processes = startSubgraphs(running, examples, () => {});
  whenOver(() => processes.stop());
  const noted = await Promise.all(running.map(({ url }) => noting(url)));
  await Promise.all(
    running.map(({ url }) =>
      until(() =>
        fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{__typename}"}' }).then(
          ({ ok }) => ok,
          () => false,
        ),
      ),
    ),
  );
  const [products = [], reviews = []] = noted.map(({ asked }) => asked);
  return { subgraphs: running.map(({ name }, index) => ({ name, url: noted[index]?.url ?? '' })), products, reviews };
}

/** `graph` is merged into the examples' own. One dollar per million input tokens, two per million output tokens. */
export async function shop({ graph, ...changes }: Partial<GatewayConfig> = {}, running: ShopSubgraphs | null = null): Promise<Shop> {
  const { subgraphs, products, reviews } = running ?? (await shopSubgraphs());
  const provider = countingProvider();
  const priced = { provider: 'embedded', price: { input: 1, output: 2 } };
  const gateway = await startGateway(
    {
      ...plainConfig,
      providers: { embedded: provider },
      deployments: {
        extractive: { ...priced, model: embeddedExtractive, capabilities: embeddedCapabilities[embeddedExtractive] },
        lexical: { ...priced, model: embeddedLexical, capabilities: embeddedCapabilities[embeddedLexical] },
      },
      collections: { shop: {} },
      graph: { subgraphs, fields: ['ai-fields.graphql'], prompts: 'prompts', forwardHeaders: ['x-shop-role'], ...graph },
      ...changes,
    },
    { folder: examples },
  );
  if (gateway.graph.supergraphSdl() === null) throw new Error(JSON.stringify(gateway.graph.status()));
  const forget = (): void => {
    for (const list of [provider.asked, products, reviews]) list.length = 0;
  };
  // The index of products is built in the background: its calls are not those that a test counts.
  const isIndexed = async (): Promise<boolean> =>
    (await gateway.storage.passages.collections()).some(({ name, passages }) => name === 'index:products' && passages >= 234);
  if (graph?.fields === undefined)
    for (let tries = 0; tries < 200 && !(await isIndexed()); tries += 1) await new Promise((next) => setTimeout(next, 50));
  forget();
  return { gateway, asked: provider.asked, products, reviews, forget };
}

/**
 * A gateway over two subgraphs in a process of its own, without the native planner: prints what it answers, as JSON. Run by
 * `portable.test.ts`.
 */
import { createGateway } from '../../../src/gateway.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import { plainConfig } from '../../plain-config.ts';
import { inProcessComposer } from '../in-process-composer.ts';
import { runSubgraph } from '../subgraph-server.ts';

const engine = process.argv[2] as 'auto' | 'planner' | 'stitching';
const shop = await runSubgraph(
  'shop',
  'type Query { products: [Product!]! slow: String } type Product @key(fields: "id") { id: ID! name: String }',
  {
    Query: { products: () => ['1', '2'].map((id) => ({ id, name: `Chair ${id}` })), slow: () => 'slow' },
  },
);
const stock = await runSubgraph(
  'stock',
  'type Product @key(fields: "id") { id: ID! stock: Int must: Int! @requiresScopes(scopes: [["none"]]) }',
  {
    Product: { __resolveReference: ({ id }: { id: string }) => ({ id, stock: Number(id) * 10, must: 1 }) },
  },
);
const subgraphs = [shop, stock].map(({ name, url }) => ({ name, url }));
const config = { ...plainConfig, graph: { engine, subgraphs } };
const gateway = await createGateway(config, { folder: process.cwd(), loopback: true, log: silentLog, composer: inProcessComposer() });
const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
const { ready, reasons, engine: runs } = await gateway.graph.refresh();
const ask = async (query: string): Promise<unknown> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.developmentKey}`, 'x-fieldgate-plan': 'include' },
    body: JSON.stringify({ query }),
  });
  return response.json();
};
const health = await (await fetch(`${url}/health/ready`)).json();
const answers = ready
  ? [await ask('{ products { name stock } a: slow }'), await ask('{ products { must } }'), await ask('{ aiRoutes { name } }')]
  : [];
process.stdout.write(`${JSON.stringify({ ready, reasons, engine: runs, health, answers })}\n`);
await gateway.close();
await Promise.all([shop.close(), stock.close()]);
process.exit(0);

import { firstQueries } from '../assembly/welcome.ts';
import type { GatewayConfig } from '../config.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import type { Arguments } from './arguments.ts';
import { soundConfig } from './load-config.ts';
import { startSubgraphs } from './subgraph-processes.ts';

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** Serves until SIGTERM or SIGINT, then drains. SIGHUP looks at the graph's sources again. */
export async function serve(args: Arguments): Promise<void> {
  const { config, folder, warnings } = await soundConfig(args);
  const host = config.server?.host ?? '127.0.0.1';
  const gateway = await createGateway(config, { folder, loopback: loopback.has(host) });
  const subgraphs = startSubgraphs(config.graph?.subgraphs ?? [], folder, (name, code) => {
    process.stderr.write(
      `The subgraph "${name}" ended${code === null ? '' : ` with code ${code}`}. What the graph last had of it is still served.\n`,
    );
  });
  const { url } = await gateway.listen({ host, port: config.server?.port ?? 4000 }).catch(async (error: unknown) => {
    subgraphs.stop();
    await gateway.close();
    throw error;
  });
  process.stdout.write(welcome(url, gateway, config, warnings));
  process.on('SIGHUP', () => void gateway.graph.refresh());
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => tell());
  await told;
  process.stdout.write('Stopping: what runs may finish.\n');
  await gateway.close();
  subgraphs.stop();
}

function welcome(url: string, { developmentKey }: Gateway, config: GatewayConfig, warnings: readonly string[]): string {
  const lines = [
    '',
    `  Fieldgate   ${url}/graphql${developmentKey === null ? '' : '   (open it in a browser)'}`,
    `  health      ${url}/health/ready`,
    ...(developmentKey === null ? [] : [`  your key    ${developmentKey}`]),
    ...warnings.map((warning) => `  note        ${warning}`),
    '',
    ...firstQueries(config).flatMap(({ says, query }) => [`  # ${says}`, `  ${query}`, '']),
  ];
  return `${lines.join('\n')}\n`;
}

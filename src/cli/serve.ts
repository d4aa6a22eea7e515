import { firstQueries } from '../assembly/welcome.ts';
import type { GatewayConfig } from '../config.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import type { Arguments } from './arguments.ts';
import { soundConfig } from './load-config.ts';
import { addressOf, isLoopback, serving } from './serving.ts';
import { startSubgraphs } from './subgraph-processes.ts';

export async function serve(args: Arguments): Promise<void> {
  const { config, folder, warnings } = await soundConfig(args);
  const address = addressOf(config);
  const gateway = await createGateway(config, { folder, loopback: isLoopback(address) });
  const subgraphs = startSubgraphs(config.graph?.subgraphs ?? [], folder, ({ name, url }, code) => {
    process.stderr.write(
      `The program of the subgraph "${name}" ended${code === null ? '' : ` with code ${code}`}. Whatever answers at ${url} is asked.\n`,
    );
  });
  try {
    await serving(gateway, address, (url) => welcome(url, gateway, config, warnings));
  } finally {
    subgraphs.stop();
  }
}

function welcome(url: string, { developmentKey, keyless }: Gateway, config: GatewayConfig, warnings: readonly string[]): string {
  const lines = [
    '',
    `  Fieldgate   ${url}/graphql${developmentKey === null ? '' : '   (open it in a browser)'}`,
    `  health      ${url}/health/ready`,
    ...(developmentKey === null
      ? []
      : [`  your key    ${developmentKey}${keyless ? '' : '   (as Authorization: Bearer; what follows needs it)'}`]),
    ...warnings.map((warning) => `  note        ${warning}`),
    '',
    ...firstQueries(config).flatMap(({ says, query }) => [`  # ${says}`, `  ${query}`, '']),
  ];
  return `${lines.join('\n')}\n`;
}

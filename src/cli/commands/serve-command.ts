import { schemaWhenComposed } from '../../assembly/graph/configured-graph.ts';
import { firstQueries, needsGraph } from '../../assembly/welcome/welcome.ts';
import type { GatewayConfig } from '../../config/config.ts';
import type { AiField } from '../../fields/ai-field.ts';
import { createGateway, type Gateway } from '../../gateway.ts';
import { addressWithKey } from '../../server/pages/key-of-address.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { configReader } from '../reread-config.ts';
import { addressOf, isLoopback, serveUntilSignal } from '../serving.ts';
import { startSubgraphs } from '../subgraph-processes.ts';
import { warmUpFor } from '../warm-up.ts';

export async function serve(args: Arguments): Promise<void> {
  const { config, folder, fields, warnings } = await soundConfig(args);
  const address = addressOf(config);
  const gateway = await createGateway(config, {
    folder,
    loopback: isLoopback(address),
    ...(args.warmUp ? { warmUp: warmUpFor(config) } : {}),
  });
  const subgraphs = startSubgraphs(config.graph?.subgraphs ?? [], folder, ({ name, url }, code) => {
    process.stderr.write(
      `The program of the subgraph "${name}" ended${code === null ? '' : ` with code ${code}`}. Whatever answers at ${url} is asked.\n`,
    );
  });
  try {
    await serveUntilSignal(
      gateway,
      address,
      (url, ended) => welcome(url, gateway, { config, fields: fields.read.fields, warnings, isHere: isLoopback(address) }, ended),
      configReader((reading) => soundConfig(args, reading), gateway, config),
    );
  } finally {
    subgraphs.stop();
  }
}

/** Milliseconds that the first queries wait for the graph that they are made of. */
const maxComposingMs = 8_000;

interface Told {
  readonly config: GatewayConfig;
  readonly fields: readonly AiField[];
  readonly warnings: readonly string[];
  /** It listens on this machine alone. */
  readonly isHere: boolean;
}

/** On this machine with the key, so that a first click works. */
const graphiqlLine = (endpoint: string, key: string | null): string =>
  key === null
    ? `  GraphiQL    ${endpoint}   (in a browser)`
    : `  GraphiQL    ${addressWithKey(endpoint, key)}   (in a browser: it asks with your key)`;

async function* welcome(
  url: string,
  gateway: Gateway,
  { config, fields, warnings, isHere }: Told,
  ended: AbortSignal,
): AsyncIterable<string> {
  const { developmentKey, keyless, graph } = gateway;
  const lines = [
    '',
    `  Fieldgate   ${url}/graphql`,
    ...(developmentKey === null ? [] : [graphiqlLine(`${url}/graphql`, isHere ? developmentKey : null)]),
    `  health      ${url}/health/ready`,
    ...(developmentKey === null
      ? []
      : [`  your key    ${developmentKey}${keyless ? '' : '   (as Authorization: Bearer; what follows needs it)'}`]),
    ...warnings.map((warning) => `  note        ${warning}`),
    '',
  ];
  yield `${lines.join('\n')}\n`;
  const waiting = AbortSignal.any([ended, AbortSignal.timeout(maxComposingMs)]);
  const schema = needsGraph({ config, fields }) ? await schemaWhenComposed(graph, waiting) : null;
  if (ended.aborted) return;
  yield firstQueries({ config, fields, schema })
    .map(({ says, query }) => `  # ${says}\n  ${query}\n\n`)
    .join('');
}

/** The lines that `fieldgate serve` prints when it listens. */
import { schemaWhenComposed } from '../../assembly/graph/configured-graph.ts';
import { firstQueries, needsGraph } from '../../assembly/welcome/welcome.ts';
import type { GatewayConfig } from '../../config/config.ts';
import type { AiField } from '../../fields/ai-field.ts';
import type { Gateway } from '../../gateway.ts';
import { howToBuildConsole, isConsoleBuilt } from '../../server/pages/console-page.ts';
import { addressWithKey } from '../../server/pages/key-of-address.ts';

/** Milliseconds that the first queries wait for the graph that they are made of. */
const usualComposingMs = 8_000;

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

/** On this machine it opens without a login. */
function consoleLine(url: string, key: string | null): string {
  if (!isConsoleBuilt()) return `  Console     ${howToBuildConsole}`;
  return `  Console     ${key === null ? `${url}/console/` : addressWithKey(`${url}/console/`, key)}   (in a browser: who spends what, keys, a playground)`;
}

const pageLine = (name: string, address: string, key: string | null): string =>
  `  ${name.padEnd(11)} ${key === null ? address : addressWithKey(address, key)}   (in a browser)`;

/** The address and the key at once; the first queries when there is a graph that they are made of, and nothing more after `ended`. */
export async function* firstLines(
  url: string,
  gateway: Pick<Gateway, 'developmentKey' | 'keyless' | 'graph'>,
  { config, fields, warnings, isHere }: Told,
  ended: AbortSignal,
  maxComposingMs: number = usualComposingMs,
): AsyncIterable<string> {
  const { developmentKey, keyless, graph } = gateway;
  const lines = [
    '',
    `  Fieldgate   ${url}/graphql`,
    ...(developmentKey === null ? [] : [graphiqlLine(`${url}/graphql`, isHere ? developmentKey : null)]),
    ...((config.server?.console ?? true) ? [consoleLine(url, isHere ? developmentKey : null)] : []),
    ...Object.keys(config.server?.pages ?? {}).map((name) => pageLine(name, `${url}/${name}/`, isHere ? developmentKey : null)),
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

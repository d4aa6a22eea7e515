/** The lines that `fieldgate serve` prints when it listens. */
import { schemaWhenComposed } from '../../assembly/graph/configured-graph.ts';
import { firstQueries, needsGraph } from '../../assembly/welcome/welcome.ts';
import type { GatewayConfig } from '../../config/config.ts';
import type { AiField } from '../../fields/ai-field.ts';
import type { Gateway } from '../../gateway.ts';
import { howToBuildConsole } from '../../server/pages/console-page.ts';
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
function consoleLine(url: string, key: string | null, isServed: boolean): string {
  if (!isServed) return `  Console     ${howToBuildConsole}`;
  return `  Console     ${key === null ? `${url}/console/` : addressWithKey(`${url}/console/`, key)}   (in a browser: who spends what, keys, a playground)`;
}

function pageLine(name: string, address: string, key: string | null, isServed: boolean): string {
  const said = isServed ? `${key === null ? address : addressWithKey(address, key)}   (in a browser)` : 'not served: the log says why';
  return `  ${(name.charAt(0).toUpperCase() + name.slice(1)).padEnd(11)} ${said}`;
}

/** The address and the key at once; the first queries when there is a graph that they are made of, and nothing more after `ended`. */
export async function* firstLines(
  url: string,
  gateway: Pick<Gateway, 'developmentKey' | 'keyless' | 'graph' | 'pages'>,
  { config, fields, warnings, isHere }: Told,
  ended: AbortSignal,
  maxComposingMs: number = usualComposingMs,
): AsyncIterable<string> {
  const { developmentKey, keyless, graph, pages } = gateway;
  const shownKey = isHere ? developmentKey : null;
  const lines = [
    '',
    `  Fieldgate   ${url}/graphql`,
    ...(developmentKey === null ? [] : [graphiqlLine(`${url}/graphql`, shownKey)]),
    ...((config.server?.console ?? true) ? [consoleLine(url, shownKey, pages.includes('/console'))] : []),
    ...Object.keys(config.server?.pages ?? {}).map((name) => pageLine(name, `${url}/${name}/`, shownKey, pages.includes(`/${name}`))),
    `  Health      ${url}/health/ready`,
    ...(developmentKey === null
      ? []
      : [`  Your key    ${developmentKey}${keyless ? '' : '   (as Authorization: Bearer; what follows needs it)'}`]),
    ...warnings.map((warning) => `  Note        ${warning}`),
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

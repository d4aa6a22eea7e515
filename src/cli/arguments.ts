/** The command line, parsed: what is not understood is refused with what would have been. */
import { parseArgs } from 'node:util';
import { GatewayError } from '../core/errors.ts';

export const commands = {
  serve: 'serve the gateway (the default)',
  check: 'check configuration, schema, prompts, prices and composition; exit 1 if anything is wrong',
  compose: 'print the supergraph SDL',
  quote: 'FILE.graphql: what an operation can cost at most, field by field',
  keys: 'create | list | revoke ID: virtual keys',
  ingest: 'PATH...: add documents to a collection',
  subgraph: 'serve the AI schema as a Federation-2 subgraph for a router of your own',
} as const;

export type Command = keyof typeof commands;

const flags = {
  config: { type: 'string', value: 'FILE', says: 'the configuration; without it ./gateway.config.ts, else the built-in one' },
  port: { type: 'string', value: 'N', says: 'the port to listen on (4000)' },
  host: { type: 'string', value: 'ADDRESS', says: 'the address to listen on (127.0.0.1)' },
  supergraph: { type: 'string', value: 'FILE', says: "serve this supergraph instead of the configuration's graph" },
  subgraph: {
    type: 'string',
    multiple: true,
    value: 'NAME=URL',
    says: "compose these subgraphs instead of the configuration's; repeatable",
  },
  'no-ai': { type: 'boolean', says: 'serve the graph without the AI subgraph' },
  variables: { type: 'string', value: 'FILE', says: 'quote: variables, as a JSON file' },
  operation: { type: 'string', value: 'NAME', says: 'quote: which operation of the file' },
  collection: { type: 'string', value: 'NAME', says: 'ingest: the collection; may be left out when there is one' },
  name: { type: 'string', value: 'NAME', says: 'keys create: what the key is for' },
  team: { type: 'string', value: 'NAME', says: 'keys create: whose budget and cache it shares' },
  scope: { type: 'string', multiple: true, value: 'SCOPE', says: 'keys create: repeatable (ai:use)' },
  route: { type: 'string', multiple: true, value: 'ROUTE', says: 'keys create: routes it may use; repeatable (all)' },
  budget: { type: 'string', value: 'USD', says: 'keys create: US dollars a month, such as 25.00' },
  rpm: { type: 'string', value: 'N', says: 'keys create: requests a minute' },
  expires: { type: 'string', value: 'DATE', says: 'keys create: when it stops working, such as 2027-01-31' },
  help: { type: 'boolean', short: 'h', says: 'show this' },
} as const;

export interface Arguments {
  readonly command: Command;
  readonly rest: readonly string[];
  readonly config: string | null;
  readonly port: number | null;
  readonly host: string | null;
  readonly supergraph: string | null;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly ai: boolean;
  readonly variables: string | null;
  readonly operation: string | null;
  readonly collection: string | null;
  readonly key: {
    readonly name: string | null;
    readonly team: string | null;
    readonly scopes: readonly string[];
    readonly routes: readonly string[] | null;
    readonly budget: string | null;
    readonly rpm: string | null;
    readonly expires: string | null;
  };
}

/** Null: help was asked for. Throws BAD_REQUEST with a sentence for what is not understood. */
export function parseArguments(argv: readonly string[]): Arguments | null {
  const { values, positionals } = parsed(argv);
  if (values.help === true) return null;
  const [command = 'serve', ...rest] = positionals;
  if (!isCommand(command)) {
    throw new GatewayError('BAD_REQUEST', `There is no command "${command}". Commands: ${Object.keys(commands).join(', ')}.`);
  }
  return {
    command,
    rest,
    config: values.config ?? null,
    port: values.port === undefined ? null : portOf(values.port),
    host: values.host ?? null,
    supergraph: values.supergraph ?? null,
    subgraphs: (values.subgraph ?? []).map(subgraphOf),
    ai: values['no-ai'] !== true,
    variables: values.variables ?? null,
    operation: values.operation ?? null,
    collection: values.collection ?? null,
    key: {
      name: values.name ?? null,
      team: values.team ?? null,
      scopes: values.scope ?? ['ai:use'],
      routes: values.route ?? null,
      budget: values.budget ?? null,
      rpm: values.rpm ?? null,
      expires: values.expires ?? null,
    },
  };
}

export function helpText(): string {
  const table = (rows: readonly (readonly [string, string])[]): string => {
    const width = Math.max(...rows.map(([left]) => left.length));
    return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
  };
  const options = Object.entries(flags).map(([name, flag]) => [`--${name}${'value' in flag ? ` ${flag.value}` : ''}`, flag.says] as const);
  return `fieldgate [COMMAND] [OPTIONS]\n\nCommands\n${table(Object.entries(commands))}\n\nOptions\n${table(options)}\n`;
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, allowPositionals: true });
  } catch (error) {
    throw new GatewayError(
      'BAD_REQUEST',
      `${error instanceof Error ? error.message.split('. ')[0] : 'The arguments are not understood'}. fieldgate --help lists the options.`,
    );
  }
}

const isCommand = (name: string): name is Command => Object.hasOwn(commands, name);

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new GatewayError('BAD_REQUEST', `--port is "${text}". It must be a whole number from 0 to 65535; 0 takes a free one.`);
}

function subgraphOf(text: string): { readonly name: string; readonly url: string } {
  const [, name, url] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name !== undefined && url !== undefined && URL.canParse(url)) return { name, url };
  throw new GatewayError('BAD_REQUEST', `--subgraph is "${text}". It must be NAME=URL, such as products=http://127.0.0.1:4501/graphql.`);
}

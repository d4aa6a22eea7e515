/** Parses the command line. A refusal says what would have been accepted. */
import { parseArgs } from 'node:util';
import { GatewayError } from '../core/errors.ts';
import { nearestName } from '../core/nearest-name.ts';

const commands = {
  serve: { takes: null, says: 'serve the gateway (the default)' },
  check: { takes: null, says: 'check configuration, AI fields, prompts, prices and composition; exit 1 if anything is wrong' },
  compose: { takes: null, says: 'print the supergraph SDL' },
  schema: { takes: null, says: 'print the schema that clients see, for code generators' },
  quote: { takes: 'FILE.graphql', says: 'what an operation can cost at most, field by field' },
  plan: { takes: 'FILE.graphql', says: 'which subgraph is asked for what by an operation, and what its AI fields can cost at most' },
  keys: { takes: 'ACTION [ID]', says: 'virtual keys: create, list, update ID, rotate ID, revoke ID' },
  ingest: { takes: 'PATH...', says: 'add documents to a collection' },
  subgraph: { takes: null, says: 'serve the AI schema as a Federation-2 subgraph for a router of your own' },
} as const;

type Command = keyof typeof commands;

interface Flag {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: true;
  readonly value?: string;
  /** The commands that it means something to; without it, all. */
  readonly of?: readonly Command[];
  readonly says: string;
}

const listening = ['serve', 'subgraph'] as const;
const graphing = ['serve', 'check', 'compose', 'schema', 'quote', 'plan', 'subgraph'] as const;
const shown = ['schema'] as const;
const asking = ['quote', 'plan'] as const;
const keyed = ['keys'] as const;

const flags = {
  config: { type: 'string', value: 'FILE', says: 'the configuration; without it ./gateway.config.ts, else the built-in one' },
  port: { type: 'string', value: 'N', of: listening, says: 'the port to listen on (4000); 0 takes a free one' },
  host: { type: 'string', value: 'ADDRESS', of: listening, says: 'the address to listen on (127.0.0.1)' },
  supergraph: { type: 'string', value: 'FILE', of: graphing, says: "this supergraph instead of the configuration's graph" },
  subgraph: {
    type: 'string',
    multiple: true,
    value: 'NAME=URL',
    of: graphing,
    says: "these subgraphs instead of the configuration's graph; repeatable",
  },
  'no-ai': { type: 'boolean', of: ['serve', 'check', 'compose', 'schema'], says: 'the graph without the AI subgraph' },
  'no-warm-up': { type: 'boolean', of: ['serve'], says: 'ready at once; the first calls take longer, while their code is compiled' },
  out: { type: 'string', value: 'FILE', of: shown, says: 'write it to this file' },
  check: { type: 'boolean', of: shown, says: 'exit 1 when the file of --out is another than would be written' },
  'possible-types': {
    type: 'boolean',
    of: shown,
    says: 'the object types of each interface and union instead, as JSON for caches of clients',
  },
  contract: { type: 'string', value: 'NAME', of: shown, says: 'the graph of this contract' },
  variables: { type: 'string', value: 'FILE', of: asking, says: 'its variables, as a JSON file' },
  operation: { type: 'string', value: 'NAME', of: asking, says: 'which operation of the file' },
  collection: { type: 'string', value: 'NAME', of: ['ingest'], says: 'the collection; may be left out when there is one' },
  name: { type: 'string', value: 'NAME', of: keyed, says: 'what the key is for' },
  team: { type: 'string', value: 'NAME', of: keyed, says: 'whose budget and cache it shares' },
  scope: { type: 'string', multiple: true, value: 'SCOPE', of: keyed, says: 'what it may do; repeatable (a new key: ai:use)' },
  route: { type: 'string', multiple: true, value: 'ROUTE', of: keyed, says: 'routes it may use; repeatable (all); * for all' },
  budget: {
    type: 'string',
    value: 'USD',
    of: keyed,
    says: 'US dollars a month, such as 25.00; none takes the limit away, as with --rpm, --cpm and --expires',
  },
  rpm: { type: 'string', value: 'N', of: keyed, says: 'operations a minute; model calls too, without --cpm' },
  cpm: { type: 'string', value: 'N', of: keyed, says: 'model calls a minute' },
  expires: { type: 'string', value: 'DATE', of: keyed, says: 'when it stops working, such as 2027-01-31 (UTC)' },
  overlap: { type: 'string', value: 'SECONDS', of: keyed, says: 'rotate: how long the secret before is accepted; 0 ends it at once' },
  help: { type: 'boolean', short: 'h', says: 'show this' },
  version: { type: 'boolean', says: 'show the version' },
} as const satisfies Record<string, Flag>;

export interface Arguments {
  readonly command: Command;
  readonly rest: readonly string[];
  readonly config: string | null;
  readonly port: number | null;
  readonly host: string | null;
  readonly supergraph: string | null;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly ai: boolean;
  readonly warmUp: boolean;
  readonly out: string | null;
  readonly check: boolean;
  readonly possibleTypes: boolean;
  readonly contract: string | null;
  readonly variables: string | null;
  readonly operation: string | null;
  readonly collection: string | null;
  readonly key: {
    readonly name: string | null;
    readonly team: string | null;
    readonly scopes: readonly string[] | null;
    readonly routes: readonly string[] | null;
    readonly budget: string | null;
    readonly rpm: string | null;
    readonly cpm: string | null;
    readonly expires: string | null;
    readonly overlap: string | null;
  };
}

/** Instead of arguments: what is asked about the command line itself. `of`: one command; null: all. */
export type About = { readonly about: 'help'; readonly of: Command | null } | { readonly about: 'version' };

/** Throws BAD_REQUEST with a sentence for what is not understood. */
export function parseArguments(argv: readonly string[]): Arguments | About {
  const { values, positionals } = parsed(argv);
  if (values.version === true) return { about: 'version' };
  if (values.help === true || positionals[0] === 'help') {
    const of = positionals.find((word) => word !== 'help');
    return { about: 'help', of: of !== undefined && isCommand(of) ? of : null };
  }
  const [command = 'serve', ...rest] = positionals;
  if (!isCommand(command)) {
    refuse(`There is no command "${command}". Commands: ${Object.keys(commands).join(', ')}.${didYouMean(command, Object.keys(commands))}`);
  }
  if (rest.length > 0 && commands[command].takes === null)
    refuse(`"${command}" takes options only, and "${rest.join(' ')}" is none. fieldgate --help lists them.`);
  for (const name of Object.keys(values)) checkBelongs(name, command);
  if (values.supergraph !== undefined && values.subgraph !== undefined)
    refuse('--supergraph and --subgraph exclude each other: give a composed graph, or what is to be composed.');
  return {
    command,
    rest,
    config: values.config ?? null,
    port: values.port === undefined ? null : portOf(values.port),
    host: values.host ?? null,
    supergraph: values.supergraph ?? null,
    subgraphs: (values.subgraph ?? []).map(subgraphOf),
    ai: values['no-ai'] !== true,
    warmUp: values['no-warm-up'] !== true,
    out: values.out ?? null,
    check: values.check === true,
    possibleTypes: values['possible-types'] === true,
    contract: values.contract ?? null,
    variables: values.variables ?? null,
    operation: values.operation ?? null,
    collection: values.collection ?? null,
    key: {
      name: values.name ?? null,
      team: values.team ?? null,
      scopes: values.scope ?? null,
      routes: values.route ?? null,
      budget: values.budget ?? null,
      rpm: values.rpm ?? null,
      cpm: values.cpm ?? null,
      expires: values.expires ?? null,
      overlap: values.overlap ?? null,
    },
  };
}

/** What there is; of one command, what it takes. */
export function helpText(command: Command | null = null): string {
  const width = Math.max(...Object.entries(commands).map(([name, { takes }]) => left(name, takes).length), 24);
  const rows = (lines: readonly (readonly [string, string])[]): string =>
    lines.map(([before, after]) => `  ${before.padEnd(width)}  ${after}`).join('\n');
  const known = Object.entries<Flag>(flags)
    .filter(([, { of }]) => command === null || of === undefined || of.includes(command))
    .map(
      ([name, { value = null, of, says }]) =>
        [left(`--${name}`, value), of === undefined || command !== null ? says : `${of.join(', ')}: ${says}`] as const,
    );
  if (command !== null) {
    const { takes, says } = commands[command];
    return `fieldgate ${left(command, takes)} [OPTIONS]\n\n  ${says}\n\nOptions\n${rows(known)}\n`;
  }
  const described = Object.entries(commands).map(([name, { takes, says }]) => [left(name, takes), says] as const);
  return `fieldgate [COMMAND] [OPTIONS]\n\nCommands\n${rows(described)}\n\nOptions\n${rows(known)}\n\nfieldgate COMMAND --help lists the options of one command.\n`;
}

const left = (name: string, takes: string | null): string => (takes === null ? name : `${name} ${takes}`);

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, allowPositionals: true });
  } catch (error) {
    return refuse(refusedOption(error instanceof Error ? error : new Error('The arguments are not understood.')));
  }
}

/** The parser's own sentences quote its manual, and tell no near name. */
function refusedOption({ message }: Error): string {
  const name = /'(?:-\w, )?(-[^\s'=]+)/.exec(message)?.[1] ?? '';
  const { value } = Object.entries<Flag>(flags).find(([flag]) => `--${flag}` === name)?.[1] ?? {};
  if (message.startsWith('Unknown option'))
    return `There is no option ${name}.${didYouMean(
      name,
      Object.keys(flags).map((flag) => `--${flag}`),
    )} fieldgate --help lists them.`;
  if (value === undefined) return `${name} takes no value. fieldgate --help lists the options.`;
  return `${name} needs a value: ${name} ${value}. One that begins with a dash is written ${name}=-….`;
}

function didYouMean(written: string, names: readonly string[]): string {
  const meant = nearestName(written, names);
  return meant === null ? '' : ` Did you mean ${meant}?`;
}

const isCommand = (name: string): name is Command => Object.hasOwn(commands, name);

function checkBelongs(name: string, command: Command): void {
  const { of: owners } = Object.entries<Flag>(flags).find(([flag]) => flag === name)?.[1] ?? {};
  if (owners === undefined || owners.includes(command)) return;
  refuse(`--${name} means nothing to "${command}". It belongs to ${owners.join(', ')}.`);
}

function refuse(sentence: string): never {
  throw new GatewayError('BAD_REQUEST', sentence);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  return refuse(`--port is "${text}". It must be a whole number from 0 to 65535; 0 takes a free one.`);
}

function subgraphOf(text: string): { readonly name: string; readonly url: string } {
  const [, name, url] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name !== undefined && url !== undefined && URL.canParse(url)) return { name, url };
  return refuse(`--subgraph is "${text}". It must be NAME=URL, such as products=http://127.0.0.1:4501/graphql.`);
}

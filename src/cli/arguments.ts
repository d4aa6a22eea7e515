/** Parses the command line. A refusal says what would have been accepted. */
import { parseArgs } from 'node:util';
import { GatewayError } from '../core/errors.ts';
import { nearestName } from '../core/nearest-name.ts';
import { type Command, commands, type Flag, flags } from './text/command-table.ts';

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
  /** The file for the AI fields. */
  readonly aiFields: string | null;
  readonly contract: string | null;
  /** Public id of a key. */
  readonly keyId: string | null;
  readonly variables: string | null;
  readonly operation: string | null;
  readonly collection: string | null;
  /** Why something is changed. */
  readonly reason: string | null;
  readonly key: {
    readonly name: string | null;
    readonly team: string | null;
    readonly scopes: readonly string[] | null;
    readonly routes: readonly string[] | null;
    readonly budget: string | null;
    readonly rpm: string | null;
    readonly cpm: string | null;
    readonly agent: string | null;
    readonly session: string | null;
    readonly expires: string | null;
    readonly overlap: string | null;
  };
  readonly team: {
    readonly organisation: string | null;
    readonly issuer: string | null;
    readonly user: string | null;
    readonly description: string | null;
    readonly scopes: readonly string[] | null;
    readonly routes: readonly string[] | null;
    readonly budgets: readonly string[] | null;
    readonly setBudgets: readonly string[] | null;
    readonly rpm: string | null;
    readonly cpm: string | null;
    readonly tpm: string | null;
    readonly concurrency: string | null;
    readonly guardrails: readonly string[] | null;
    readonly share: string | null;
    readonly timeZone: string | null;
    readonly session: string | null;
    readonly perUser: string | null;
    readonly agents: readonly string[] | null;
  };
  readonly usage: {
    readonly from: string | null;
    readonly to: string | null;
    readonly by: readonly string[] | null;
    readonly where: readonly string[] | null;
    readonly interval: string | null;
    readonly order: string | null;
    readonly csv: boolean;
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
    aiFields: values['ai-fields'] ?? null,
    contract: values.contract ?? null,
    keyId: values.key ?? null,
    variables: values.variables ?? null,
    operation: values.operation ?? null,
    collection: values.collection ?? null,
    reason: values.reason ?? null,
    key: {
      name: values.name ?? null,
      team: values.team ?? null,
      scopes: values.scope ?? null,
      routes: values.route ?? null,
      budget: command === 'keys' ? onlyOne('--budget', values.budget) : null,
      rpm: values.rpm ?? null,
      cpm: values.cpm ?? null,
      agent: command === 'keys' ? onlyOne('--agent', values.agent) : null,
      session: values.session ?? null,
      expires: values.expires ?? null,
      overlap: values.overlap ?? null,
    },
    team: {
      organisation: values.organisation ?? null,
      issuer: values.issuer ?? null,
      user: values.user ?? null,
      description: values.description ?? null,
      scopes: values.scope ?? null,
      routes: values.route ?? null,
      budgets: values.budget ?? null,
      setBudgets: values['set-budget'] ?? null,
      rpm: values.rpm ?? null,
      cpm: values.cpm ?? null,
      tpm: values.tpm ?? null,
      concurrency: values.concurrency ?? null,
      guardrails: values.guardrail ?? null,
      share: values.share ?? null,
      timeZone: values['time-zone'] ?? null,
      session: values.session ?? null,
      perUser: values['per-user'] ?? null,
      agents: values.agent ?? null,
    },
    usage: {
      from: values.from ?? null,
      to: values.to ?? null,
      by: values.by ?? null,
      where: values.where ?? null,
      interval: values.interval ?? null,
      order: values.order ?? null,
      csv: values.csv === true,
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

function onlyOne(flag: string, values: readonly string[] | undefined): string | null {
  const [only, ...more] = values ?? [];
  if (more.length > 0) refuse(`${flag} is there ${more.length + 1} times. A key has one: give it once.`);
  return only ?? null;
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

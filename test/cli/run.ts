/** The command line as a person runs it: a process of its own, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { parseArguments } from '../../src/cli/arguments.ts';
import { check } from '../../src/cli/commands/check-command.ts';
import { compose } from '../../src/cli/commands/compose-command.ts';
import { explain } from '../../src/cli/commands/explain-command.ts';
import { ingest } from '../../src/cli/commands/ingest-command.ts';
import { keys } from '../../src/cli/commands/keys-command.ts';
import { plan } from '../../src/cli/commands/plan-command.ts';
import { quote } from '../../src/cli/commands/quote-command.ts';
import { schema } from '../../src/cli/commands/schema-command.ts';
import { subgraph } from '../../src/cli/commands/subgraph-command.ts';
import { organisations, teams } from '../../src/cli/commands/teams-command.ts';
import { usage } from '../../src/cli/commands/usage-command.ts';
import { users } from '../../src/cli/commands/users-command.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { temporaryFolder, whenOver } from '../harness.ts';

const ownMain = resolve('src/main.ts');
const surface = resolve('src/index.ts');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The program; by default the sources' own. */
  readonly main?: string;
  /** Whether a server runs its code before it is ready, which takes seconds. Default: it does not. */
  readonly warmsUp?: boolean;
}

/** A folder with these files in it. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Text of a configuration on the embedded provider, with these parts (source text) besides. */
export const configText = (parts: string): string =>
  `import { defineConfig, fromEnvironment } from ${JSON.stringify(surface)};\nexport default defineConfig({ ...fromEnvironment({}), ${parts} });\n`;

export async function fieldgate(args: readonly string[], options: RunOptions): Promise<Ran> {
  const { child, text } = started(args, options);
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, ...text };
}

const commands = { check, compose, explain, ingest, keys, organisations, plan, quote, schema, subgraph, teams, usage, users } as const;

/**
 * The command, done in this process: a process for each would take a second or two. What a process shows alone, such as how it ends, needs
 * {@link fieldgate}.
 */
export async function inProcess(argv: readonly string[], { cwd }: Pick<RunOptions, 'cwd'>): Promise<Ran> {
  const text = { out: '', err: '' };
  const { exitCode, stdout, stderr } = process;
  const before = process.cwd();
  const written = (name: 'out' | 'err') => (piece: string) => {
    text[name] += stripVTControlCharacters(piece);
    return true;
  };
  const [out, err] = [stdout.write, stderr.write];
  Object.assign(stdout, { write: written('out') });
  Object.assign(stderr, { write: written('err') });
  process.chdir(cwd);
  process.exitCode = 0;
  try {
    const args = parseArguments(argv);
    if ('about' in args || args.command === 'serve') throw new Error('This needs a process.');
    await commands[args.command](args);
    return { code: Number(process.exitCode ?? 0), ...text };
  } catch (error) {
    if (error instanceof GatewayError && error.code !== 'INTERNAL') return { ...text, code: 1, err: `${text.err}${error.message}\n` };
    throw error;
  } finally {
    process.exitCode = exitCode;
    process.chdir(before);
    Object.assign(stdout, { write: out });
    Object.assign(stderr, { write: err });
  }
}

/** What the command says when it refuses. */
export async function refusal(argv: readonly string[], cwd: string): Promise<string> {
  const { code, err } = await inProcess(argv, { cwd });
  return code === 0 ? 'It was not refused.' : err.trimEnd();
}

export interface ServingRun {
  /** With `/graphql`. */
  readonly url: string;
  readonly text: { readonly out: string; readonly err: string };
  readonly child: ChildProcess;
  ask(query: string, headers?: Readonly<Record<string, string>>, variables?: object): Promise<AnyAnswer>;
  /** Resolves when /health/ready says yes. */
  ready(): Promise<void>;
  /** Sends the signal and waits for the end: the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
export type AnyAnswer = any;

/** Serves on a free port until the test file is over. Rejects with what it said when it ends before. */
export async function serving(args: readonly string[], options: RunOptions): Promise<ServingRun> {
  const flags = args[0] === 'subgraph' || options.warmsUp === true ? [] : ['--no-warm-up'];
  const { child, text } = started([...args, '--port', '0', ...flags], options);
  const ended = new Promise<number | null>((done) => child.once('close', done));
  whenOver(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  await new Promise<void>((done, fail) => {
    child.stdout?.on('data', () => {
      if (text.out.includes('health')) done();
    });
    void ended.then((code) => fail(new Error(`It ended with ${code}: ${text.err}${text.out}`)));
  });
  const url = /http:\S+\/graphql/.exec(text.out)?.[0] ?? '';
  return {
    url,
    text,
    child,
    async ask(query, headers = {}, variables = {}) {
      const body = JSON.stringify({ query, variables });
      return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })).json();
    },
    async ready() {
      while (!(await fetch(new URL('/health/ready', url))).ok) await new Promise((done) => setTimeout(done, 50));
    },
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

function started(args: readonly string[], { cwd, env = {}, main = ownMain }: RunOptions) {
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, NODE_ENV: 'development', ...env } });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text.out += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text.err += piece;
  });
  return { child, text };
}

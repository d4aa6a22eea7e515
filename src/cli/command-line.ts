/** Runs the command line. A mistake prints a sentence to standard error and exits with code 1, never with a stack. */
import { readFileSync } from 'node:fs';
import { debuglog } from 'node:util';
import { GatewayError } from '../core/errors.ts';
import { processLogOutput } from '../telemetry/log-output.ts';
import { type About, type Arguments, helpText, parseArguments } from './arguments.ts';

async function run(args: Arguments): Promise<void> {
  switch (args.command) {
    case 'serve':
      return (await import('./commands/serve-command.ts')).serve(args);
    case 'check':
      return (await import('./commands/check-command.ts')).check(args);
    case 'compose':
      return (await import('./commands/compose-command.ts')).compose(args);
    case 'schema':
      return (await import('./commands/schema-command.ts')).schema(args);
    case 'quote':
      return (await import('./commands/quote-command.ts')).quote(args);
    case 'plan':
      return (await import('./commands/plan-command.ts')).plan(args);
    case 'explain':
      return (await import('./commands/explain-command.ts')).explain(args);
    case 'keys':
      return (await import('./commands/keys-command.ts')).keys(args);
    case 'users':
      return (await import('./commands/users-command.ts')).users(args);
    case 'teams':
      return (await import('./commands/teams-command.ts')).teams(args);
    case 'organisations':
      return (await import('./commands/teams-command.ts')).organisations(args);
    case 'usage':
      return (await import('./commands/usage-command.ts')).usage(args);
    case 'ingest':
      return (await import('./commands/ingest-command.ts')).ingest(args);
    case 'subgraph':
      return (await import('./commands/subgraph-command.ts')).subgraph(args);
  }
}

/** An error that is not a GatewayError is a bug of ours. NODE_DEBUG=fieldgate shows where. */
function sentence(error: unknown): string {
  debuglog('fieldgate')('%O', error);
  const known = error instanceof GatewayError && error.code !== 'INTERNAL';
  if (known) return error.message;
  const cause = error instanceof GatewayError ? error.cause : error;
  return `Something went wrong in fieldgate itself: ${cause instanceof Error ? cause.message : String(cause)}\nNODE_DEBUG=fieldgate shows where.`;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return version;
}

const isServer = (args: Arguments | About): boolean => !('about' in args) && (args.command === 'serve' || args.command === 'subgraph');
/** Milliseconds for what was written to be read: a reader that has stopped reading keeps no process alive. */
const farewellMs = 1_000;

/** Does what the command line asks for, and ends the process. */
export async function commandLine(argv: readonly string[]): Promise<void> {
  let serves = false;
  /** A reader that has left (`| head`) is not a failure. A server also continues without it, and on a full disk. */
  process.stdout.on('error', () => {
    if (!serves) process.exit();
  });
  process.stderr.on('error', () => {});

  try {
    const args = parseArguments(argv);
    serves = isServer(args);
    if (!('about' in args)) await run(args);
    else process.stdout.write(args.about === 'help' ? helpText(args.of) : `${version()}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${sentence(error)}\n`);
  }
  await processLogOutput().flush(farewellMs);
  setTimeout(() => process.exit(), farewellMs);
  process.stdout.write('', () => process.exit());
}

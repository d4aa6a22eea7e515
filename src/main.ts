#!/usr/bin/env node
/** The command line. A mistake is a sentence on standard error and exit code 1, never a stack. */
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debuglog } from 'node:util';
import { type Arguments, helpText, parseArguments } from './cli/arguments.ts';
import { GatewayError } from './core/errors.ts';

// By the environment, so that the processes below this one share it: it is where Node keeps it by default.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');
enableCompileCache();

async function run(args: Arguments): Promise<void> {
  switch (args.command) {
    case 'serve':
      return (await import('./cli/serve.ts')).serve(args);
    case 'check':
      return (await import('./cli/check.ts')).check(args);
    case 'compose':
      return (await import('./cli/compose.ts')).compose(args);
    case 'quote':
      return (await import('./cli/quote.ts')).quote(args);
    case 'keys':
      return (await import('./cli/keys.ts')).keys(args);
    case 'ingest':
      return (await import('./cli/ingest.ts')).ingest(args);
    case 'subgraph':
      return (await import('./cli/subgraph.ts')).subgraph(args);
  }
}

/** What is no GatewayError is a bug of ours: NODE_DEBUG=fieldgate shows where. */
function sentence(error: unknown): string {
  debuglog('fieldgate')('%O', error);
  const known = error instanceof GatewayError && error.code !== 'INTERNAL';
  if (known) return error.message;
  const cause = error instanceof GatewayError ? error.cause : error;
  return `Something went wrong in fieldgate itself: ${cause instanceof Error ? cause.message : String(cause)}\nNODE_DEBUG=fieldgate shows where.`;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return version;
}

/** A reader that has left (`| head`) is no failure. */
process.stdout.on('error', () => process.exit());

try {
  const args = parseArguments(process.argv.slice(2));
  if (args === 'help') process.stdout.write(helpText());
  else if (args === 'version') process.stdout.write(`${version()}\n`);
  else await run(args);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${sentence(error)}\n`);
}
process.stdout.write('', () => process.exit());

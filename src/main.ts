#!/usr/bin/env node
/** The command line. A mistake is a sentence on standard error and exit code 1, never a stack. */
import { enableCompileCache } from 'node:module';
import { type Arguments, helpText, parseArguments } from './cli/arguments.ts';
import { GatewayError } from './core/errors.ts';

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

try {
  const args = parseArguments(process.argv.slice(2));
  if (args === null) process.stdout.write(helpText());
  else await run(args);
  process.exit(process.exitCode ?? 0);
} catch (error) {
  if (!(error instanceof GatewayError) || error.code === 'INTERNAL') throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

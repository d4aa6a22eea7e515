#!/usr/bin/env node
/**
 * The program. It first imports only what every Node has, so that an older Node prints a sentence before it meets what it lacks.
 */
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeRefusal } from './cli/node-version.ts';

const refused = nodeRefusal(process.versions.node);
if (refused === null) {
  // By the environment, so that the processes below this one share it: it is where Node keeps it by default.
  process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');
  module.enableCompileCache();
  const { commandLine } = await import('./cli/command-line.ts');
  await commandLine(process.argv.slice(2));
} else {
  process.exitCode = 1;
  process.stderr.write(`${refused}\n`);
}

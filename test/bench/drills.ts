/**
 * The drills: tests of what chance or the moment decides (kill -9, soaks, races, drawn inputs), ten rounds of each. `npm test` runs one.
 * A test takes part by importing `test/rounds.ts`, itself or through a file of `test/`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { drillTests } from '../tiers.ts';
import { inFolder, say } from './measure.ts';

const root = join(import.meta.dirname, '../..');
const rounds = 10;

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Throws when one of them failed. */
export async function drillsBench(): Promise<void> {
  const { testResults } = await inFolder(async (folder) => {
    const file = join(folder, 'report.json');
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const asked = ['run', '--config', 'test/vitest.config.ts', '--reporter=json', `--outputFile=${file}`, ...drillTests];
    const env = { ...process.env, FIELDGATE_TEST_ROUNDS: String(rounds) };
    await once(spawn(process.execPath, [vitest, ...asked], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] }), 'close');
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  });
  const failures = testResults.flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    const sentences = failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0] ?? ''}`);
    return message !== '' && failed.length === 0 ? [`${name}: ${message}`] : sentences;
  });
  for (const { name, startTime, endTime, assertionResults } of testResults)
    say(
      `drills   ${relative(root, name)}: ${assertionResults.length} tests, ${rounds} rounds, ${((endTime - startTime) / 1_000).toFixed(1)} s`,
    );
  if (failures.length > 0) throw new Error(`Of the drills, ${failures.length} failed.\n${failures.join('\n')}`);
}

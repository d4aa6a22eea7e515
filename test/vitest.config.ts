import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { rounds } from './rounds.ts';
import { wholeTests, wiredTests } from './tiers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// Workers, and the gateways that tests start as processes, share what Node has compiled (`src/main.ts` takes the same folder).
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');

export default defineConfig({
  root,
  test: {
    // Node itself loads sources and tests, as it does for users: Vite's runner takes a fifth more of the processor. A test imports no JSX, then.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    testTimeout: 30_000 * rounds,
    hookTimeout: 30_000,
    // What is waited for comes when the machine has time for it.
    expect: { poll: { timeout: 20_000 } },
    // Of two processors: a third of the time of most files is waiting, for processes, streams and clocks.
    maxWorkers: 3,
    // Of the tests in a file that wait for the same fractions of a second.
    maxConcurrency: 24,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...wholeTests, ...wiredTests],
          setupFiles: ['test/setup.ts', 'test/setup-wired.ts', 'test/setup-unit.ts'],
          // Files share the modules of their worker: loading them again for each file takes longer than most files.
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'wired', include: [...wiredTests], setupFiles: ['test/setup.ts', 'test/setup-wired.ts'], isolate: false },
      },
      { extends: true, test: { name: 'whole', include: [...wholeTests], setupFiles: ['test/setup.ts'], isolate: false } },
    ],
  },
});

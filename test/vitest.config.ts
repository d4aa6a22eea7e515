import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { rounds } from './rounds.ts';
import { wholeTests, wiredTests } from './tiers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  root,
  // Vite loads graphql's ESM build for our sources and its CJS build for dependencies: "another module or realm".
  resolve: { alias: [{ find: /^graphql$/, replacement: `${root}node_modules/graphql/index.js` }] },
  test: {
    testTimeout: 30_000 * rounds,
    hookTimeout: 30_000,
    // What is waited for comes when the machine has time for it.
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 2,
    // Of the tests in a file that wait for the same fractions of a second.
    maxConcurrency: 24,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...wholeTests, ...wiredTests],
          setupFiles: ['test/setup-unit.ts'],
          // Files share the modules of their worker: loading them again for each file takes longer than most files.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'wired', include: [...wiredTests], setupFiles: ['test/setup-wired.ts'], isolate: false } },
      { extends: true, test: { name: 'whole', include: [...wholeTests], setupFiles: ['test/setup.ts'], isolate: false } },
    ],
  },
});

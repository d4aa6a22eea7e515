import { describe, expect, it } from 'vitest';
import { startDocumentProcess } from '../src/retrieval/documents/process.ts';
import { drillTests, unitTests, wholeTests } from './tiers.ts';

describe('the unit tier', () => {
  it('the unit tier has no test of a whole gateway, of the command line, or of a crash', () => {
    const folders = new Set(unitTests.map((file) => file.split('/')[1]));
    expect([...folders].filter((folder) => ['gateway', 'crash', 'examples'].includes(folder ?? ''))).toEqual([]);
    expect(wholeTests).toEqual(expect.arrayContaining(['test/cli/serve.test.ts', 'test/crash/full-disk.test.ts', 'test/readme.test.ts']));
  });

  it('the unit tier has the tests that start neither a gateway nor a process, and these are most', () => {
    expect(unitTests).toEqual(
      expect.arrayContaining(['test/architecture.test.ts', 'test/pipeline/guard.test.ts', 'test/server/query.test.ts']),
    );
    expect(unitTests.length).toBeGreaterThan(wholeTests.length);
  });

  it('the unit tier refuses to start a process, whichever module asks for one', () => {
    expect(startDocumentProcess).toThrow('A unit test starts no process.');
  });
});

describe('the drills', () => {
  it('the drills have tests of both tiers that repeat more in them: kill -9, soaks, reloads and drawn inputs', () => {
    expect(drillTests).toEqual(
      expect.arrayContaining([
        'test/crash/promise-09-kill-9.test.ts',
        'test/federation/reload.test.ts',
        'test/gateway/promise-29-memory-is-flat.test.ts',
        'test/pipeline/validate/check-answer.test.ts',
        'test/storage/crash.test.ts',
      ]),
    );
  });
});

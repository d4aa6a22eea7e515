import { describe, expect, it } from 'vitest';
import { startDocumentProcess } from '../src/retrieval/documents/process.ts';
import { openBookingWorker } from '../src/storage/journal/booking-worker.ts';
import { drillTests, unitTests, wholeTests, wiredTests } from './tiers.ts';

describe('the unit tier', () => {
  it('the unit tier has no test of a whole gateway, of the command line, or of a crash', () => {
    const folders = new Set(unitTests.map((file) => file.split('/')[1]));
    expect([...folders].filter((folder) => ['gateway', 'crash', 'examples'].includes(folder ?? ''))).toEqual([]);
    expect(wholeTests).toEqual(expect.arrayContaining(['test/cli/serve.test.ts', 'test/crash/full-disk.test.ts', 'test/readme.test.ts']));
  });

  it('the unit tier has the tests without a gateway, a process or a socket, and is the largest', () => {
    expect(unitTests).toEqual(
      expect.arrayContaining(['test/architecture.test.ts', 'test/pipeline/guard.test.ts', 'test/storage/ledger/ledger.test.ts']),
    );
    expect(unitTests.length).toBeGreaterThan(Math.max(wholeTests.length, wiredTests.length));
  });

  it('the unit tier refuses to start a process, whichever module asks for one', () => {
    expect(startDocumentProcess).toThrow('A unit or wired test starts no process.');
  });

  it('the unit tier refuses to open a socket and to start a thread, whichever module asks for one', async () => {
    await expect(fetch('http://127.0.0.1:4999')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('connects to no address') },
    });
    const worker = openBookingWorker({ file: 'never.db', here: async () => 'booked', linesBefore: 1 });
    await expect(worker.book('owner', ['{}'])).rejects.toThrow('A unit test starts no thread.');
  });
});

describe('the wired tier', () => {
  it('the wired tier has the tests of the server, of connections to vendors and subgraphs, and of threads', () => {
    expect(wiredTests).toEqual(
      expect.arrayContaining([
        'test/federation/remote.test.ts',
        'test/outbound/http-client.test.ts',
        'test/providers/wire-provider.test.ts',
        'test/server/query.test.ts',
        'test/storage/journal/booking-worker.test.ts',
      ]),
    );
  });

  it('no test is in two tiers', () => {
    expect(new Set([...unitTests, ...wiredTests, ...wholeTests]).size).toBe(unitTests.length + wiredTests.length + wholeTests.length);
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

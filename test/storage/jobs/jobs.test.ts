import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/storage/database/database.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { jobMigrations } from '../../../src/storage/jobs/migrations.ts';
import { openJobs } from '../../../src/storage/jobs/sql-jobs.ts';
import { jobsContract } from '../../contracts/jobs.ts';

const opened: { readonly folder: string; readonly databases: readonly Database[] }[] = [];

afterEach(async () => {
  for (const { folder, databases } of opened.splice(0)) {
    for (const database of databases) await database.close();
    rmSync(folder, { recursive: true });
  }
});

const workerFile = fileURLToPath(new URL('jobs-worker.ts', import.meta.url));

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  const connect = () => openSqlite(join(folder, 'test.db'), jobMigrations);
  const databases = [connect(), connect()] as const;
  opened.push({ folder, databases });
  let now = 5_000_000;
  let setMs = 0;
  const clock = () => 1_800_000_000_000 + now + setMs;
  const machine = () => now;
  return {
    folder,
    database: databases[0],
    jobs: await openJobs(databases[0], clock, machine),
    elsewhere: await openJobs(databases[1], clock, machine),
    pass: (ms: number) => {
      now += ms;
    },
    /** The system time, which is then ahead by so much of what has passed. */
    setTime: (ms: number) => {
      setMs = ms;
    },
  };
}

describe('jobs in SQLite', () => {
  jobsContract(open);

  const hourMs = 3_600_000;
  const next = { id: 'a', kind: 'ingest', owner: 'key:a', body: '' };

  it('jobs in SQLite stay with the worker that holds them when the system time jumps by hours, here or in another process, until its lease has run out', async () => {
    const { jobs, elsewhere, pass, setTime } = await open();
    await jobs.add(next);
    const lease = await jobs.take('ingest', 30_000);
    for (const hours of [6, -6]) {
      setTime(hours * hourMs);
      expect(await jobs.take('ingest', 30_000)).toBeNull();
      expect(await elsewhere.take('ingest', 30_000)).toBeNull();
      pass(20_000);
      expect(await lease?.progressed('on')).toBe(true);
    }
    pass(30_001);
    expect(await elsewhere.take('ingest', 30_000)).toMatchObject({ id: 'a' });
  });

  it.each([6, -6])('jobs in SQLite wait as long as they were told to when the system time jumps by %i hours', async (hours) => {
    const { jobs, elsewhere, pass, setTime } = await open();
    await jobs.add(next);
    await (await jobs.take('ingest', 30_000))?.release({ waitMs: 5_000 });
    setTime(hours * hourMs);
    pass(4_999);
    expect(await elsewhere.take('ingest', 30_000)).toBeNull();
    pass(1);
    expect(await elsewhere.take('ingest', 30_000)).not.toBeNull();
  });

  it('jobs in SQLite count for the share of their tenant while they are worked on, whatever the system time is', async () => {
    const { jobs, setTime } = await open();
    for (const id of ['a', 'b']) await jobs.add({ ...next, id, owner: `key:${id}`, tenant: 'team' });
    expect(await jobs.take('ingest', 30_000, 1)).not.toBeNull();
    for (const hours of [6, -6]) {
      setTime(hours * hourMs);
      expect(await jobs.take('ingest', 30_000, 1)).toBeNull();
    }
  });

  it('jobs in SQLite forget what was given to them when they end, and themselves after a week', async () => {
    const { database, jobs, pass } = await open();
    await jobs.add({ id: 'a', kind: 'ingest', owner: 'key:a', body: 'confidential' });
    await (await jobs.take('ingest', 1_000))?.end('done', '{}');
    expect(await database.all('select body from jobs')).toEqual([{ body: '' }]);
    pass(7 * 24 * 3_600_000 + 1);
    await jobs.add({ id: 'b', kind: 'ingest', owner: 'key:a', body: '' });
    expect(await jobs.find('a')).toBeNull();
  });

  it('jobs in SQLite are each done once by processes of which some are killed at work', async () => {
    const { folder, database, jobs } = await open();
    const ids = Array.from({ length: 30 }, (_, index) => `job-${String(index).padStart(2, '0')}`);
    for (const id of ids) await jobs.add({ id, kind: 'ingest', owner: 'key:a', body: id });
    const begin = () => spawn(process.execPath, [workerFile, join(folder, 'test.db')], { stdio: ['ignore', 'pipe', 'inherit'] });
    for (let round = 0; round < 2; round += 1) {
      const doomed = begin();
      await once(doomed.stdout, 'data');
      doomed.kill('SIGKILL');
      await once(doomed, 'exit');
    }
    const workers = [begin(), begin()];
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
    expect(await database.all('select id, status, progress from jobs order by id')).toEqual(
      ids.map((id) => ({ id, status: 'done', progress: `steps of ${id}: 3` })),
    );
  });
});

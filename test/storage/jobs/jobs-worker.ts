/** A process that works on jobs until all have ended: three steps each, each step one more than the progress it was handed. */
import { setTimeout } from 'node:timers/promises';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { jobMigrations } from '../../../src/storage/jobs/migrations.ts';
import { openJobs } from '../../../src/storage/jobs/sql-jobs.ts';

const database = openSqlite(process.argv[2] ?? '', jobMigrations);
const jobs = await openJobs(database);
const open = async () => (await database.all(`select id from jobs where status <> 'done'`)).length > 0;

while (await open()) {
  const lease = await jobs.take('ingest', 200);
  if (lease === null) {
    await setTimeout(20);
    continue;
  }
  let step = Number(lease.progress ?? 0);
  while (step < 2) {
    await setTimeout(2);
    step += 1;
    if (!(await lease.progressed(String(step)))) break;
    process.stdout.write('.');
  }
  await lease.end('done', `steps of ${lease.body}: ${step + 1}`);
}
await database.close();

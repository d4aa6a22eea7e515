/** A process that works on ingestions with a short lease, slowly, and says on its output when it embeds: made to be killed. */
import { setTimeout } from 'node:timers/promises';
import { openRetrieval } from '../../../src/retrieval/open-retrieval.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { jobMigrations } from '../../../src/storage/jobs/migrations.ts';
import { openJobs } from '../../../src/storage/jobs/sql-jobs.ts';
import { passageMigrations } from '../../../src/storage/passages/migrations.ts';
import { openPassages } from '../../../src/storage/passages/sql-passages.ts';
import { bothFaces, type ChunkHandler } from '../../faces.ts';
import { booked, models } from '../doubles.ts';

const database = openSqlite(process.argv[2] ?? '', [...passageMigrations, ...jobMigrations]);
const { handle: inner } = models();
const handle: ChunkHandler = async function* slow(request, call) {
  process.stdout.write('.');
  await setTimeout(20);
  yield* inner(request, call);
};
const retrieval = openRetrieval({
  passages: await openPassages(database),
  jobs: await openJobs(database),
  handle: bothFaces(handle),
  collections: { docs: { embeddingModel: 'lexical' } },
  ingestCallFor: booked().callFor,
  onFailure: (error) => process.stderr.write(`${error.message}\n`),
  leaseMs: 300,
});
retrieval.start();
setInterval(() => {}, 1_000);

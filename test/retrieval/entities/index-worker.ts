/** A process that builds an index slowly, under a short lease, and says on its output what it embeds: made to be killed. */
import { setTimeout } from 'node:timers/promises';
import { openEntities } from '../../../src/retrieval/entities/open-entities.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { jobMigrations } from '../../../src/storage/jobs/migrations.ts';
import { openJobs } from '../../../src/storage/jobs/sql-jobs.ts';
import { passageMigrations } from '../../../src/storage/passages/migrations.ts';
import { openPassages } from '../../../src/storage/passages/sql-passages.ts';
import { bothFaces, type ChunkHandler } from '../../faces.ts';
import { booked, models, principal } from '../doubles.ts';

const database = openSqlite(process.argv[2] ?? '', [...passageMigrations, ...jobMigrations]);
const { handle: inner } = models();
const handle: ChunkHandler = async function* slow(request, call) {
  const texts = request.kind === 'embedding' ? request.texts : [];
  process.stdout.write(texts.map((text) => `${text}\n`).join(''));
  await setTimeout(20);
  yield* inner(request, call);
};
const entities = Array.from({ length: 60 }, (_, index) => ({ __typename: 'Product', id: `p${index}`, name: `Product ${index}` }));
const { refresh } = openEntities({
  indexes: [
    {
      name: 'products',
      typeName: 'Product',
      key: 'id',
      from: 'products',
      selection: 'name',
      keyOf: ({ id }) => ({ id }),
      textOf: ({ name }) => String(name),
      embeddingRoute: 'embedding',
      embeddingModel: 'lexical',
    },
  ],
  passages: await openPassages(database),
  jobs: await openJobs(database),
  handle: bothFaces(handle),
  callFor: booked().callFor,
  principal: principal({ id: 'service:indexes', kind: 'service' }),
  page: async () => ({ entities, next: null, partial: false }),
  visible: async () => [],
  onFailure: (error) => process.stderr.write(`${error.message}\n`),
  textsPerCall: 4,
  // Long enough that a living process keeps its turn on a machine with other work.
  turns: { leaseMs: 3_000, pollMs: 20 },
});
const stop = new AbortController();
const keepAlive = setInterval(() => {}, 1_000);
await refresh(stop.signal);
clearInterval(keepAlive);
process.stdout.write('fresh\n');
await database.close();

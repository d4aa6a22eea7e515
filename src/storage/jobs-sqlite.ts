import { commitOrRefuse } from './commit-or-refuse.ts';
import type { Database, Row } from './database.ts';
import type { JobLease, JobState, Jobs } from './jobs.ts';

/** A job that was begun so often without any progress kills its worker: it is given up. */
const mostTakes = 5;
const endedJobsKeptMs = 7 * 24 * 3_600_000;

/** The database must have {@link jobMigrations}. `now` gives milliseconds since 1970, UTC. */
export async function openJobs(database: Database, now: () => number = Date.now): Promise<Jobs> {
  const commit = commitOrRefuse(database, 'The work cannot be queued at the moment, so nothing was begun. Try again in a moment.');
  return {
    async add({ id, kind, owner, body, progress }) {
      await commit(async (tx) => {
        await tx.run(`delete from jobs where ended_at < $1`, [now() - endedJobsKeptMs]);
        await tx.run(`insert into jobs (id, kind, owner, body, progress, status, created_at) values ($1, $2, $3, $4, $5, 'waiting', $6)`, [
          id,
          kind,
          owner,
          body,
          progress ?? null,
          now(),
        ]);
      });
    },

    take: (kind, leaseMs) =>
      database.tx(async (tx) => {
        const free = `kind = $1 and (status = 'waiting' or (status = 'running' and leased_until < $2))`;
        await tx.run(`update jobs set status = 'failed', body = '', lease = null, ended_at = $2 where ${free} and takes >= $3`, [
          kind,
          now(),
          mostTakes,
        ]);
        const lease = crypto.randomUUID();
        const [row] = await tx.all(
          `update jobs set status = 'running', lease = $3, leased_until = $4, takes = takes + 1
           where id = (select id from jobs where ${free} order by created_at, id limit 1)
           returning id, owner, body, progress`,
          [kind, now(), lease, now() + leaseMs],
        );
        return row === undefined ? null : leaseOf(database, row, lease, leaseMs, now);
      }),

    async find(id) {
      const [row] = await database.all('select id, owner, status, progress from jobs where id = $1', [id]);
      return row === undefined
        ? null
        : { ...ownedBy(row), status: String(row['status']) as JobState['status'], progress: textOf(row['progress']) };
    },
  };
}

function leaseOf(database: Database, row: Row, lease: string, leaseMs: number, now: () => number): JobLease {
  const { id, owner } = ownedBy(row);
  const mine = `id = $1 and lease = $2 and status = 'running'`;
  return {
    id,
    owner,
    body: String(row['body']),
    progress: textOf(row['progress']),
    async progressed(progress) {
      const changed = await database.run(
        `update jobs set takes = case when progress is distinct from $3 then 0 else takes end, progress = $3, leased_until = $4 where ${mine}`,
        [id, lease, progress, now() + leaseMs],
      );
      return changed > 0;
    },
    async end(status, progress) {
      await database.run(`update jobs set status = $3, progress = $4, body = '', lease = null, ended_at = $5 where ${mine}`, [
        id,
        lease,
        status,
        progress,
        now(),
      ]);
    },
    async release() {
      await database.run(`update jobs set status = 'waiting', lease = null, takes = takes - 1 where ${mine}`, [id, lease]);
    },
  };
}

const ownedBy = (row: Row) => ({ id: String(row['id']), owner: String(row['owner']) });
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

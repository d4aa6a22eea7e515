import { machineMs } from '../../core/turns/monotonic.ts';
import { commitOrRefuse } from '../database/commit-or-refuse.ts';
import type { Database, Row, Statements } from '../database/database.ts';
import { forgetParts, leaseOf } from './job-lease.ts';
import { idleJobOf, nextJob, ownersOf } from './job-turns.ts';
import { bytesOf, type JobRoom, type JobState, type Jobs, type NewJob, type Queued } from './jobs.ts';

/** A job that was taken this often without progress kills its workers, so it fails. */
const maxTakes = 5;
const endedJobsKeptMs = 7 * 24 * 3_600_000;

/**
 * The database must have {@link jobMigrations}. `now` gives milliseconds since 1970, UTC, for when jobs came and ended. Leases and waits use
 * `machine`, a clock that all processes of the machine share and nobody can set: see `machineMs`.
 */
export async function openJobs(database: Database, now: () => number = Date.now, machine: () => number = machineMs): Promise<Jobs> {
  const commit = commitOrRefuse(database, 'The work cannot be queued at the moment, so nothing was begun.');
  return {
    add: (job, room) =>
      commit(async (tx) => {
        const keptFrom = now() - endedJobsKeptMs;
        await tx.run('delete from jobs where ended_at is not null and ended_at < $1', [keptFrom]);
        await tx.run('delete from job_turns where taken_at < $1', [keptFrom]);
        const queued = room === undefined ? null : await queuedBy(tx, job);
        if (room !== undefined && queued !== null && !hasRoom(queued, room, job)) return queued;
        await insert(tx, job, now());
        return null;
      }),

    take: (kind, leaseMs, maxPerTenant = Number.MAX_SAFE_INTEGER) =>
      database.tx(async (tx) => {
        for (;;) {
          const job = await nextJob(tx, kind, maxPerTenant, { now: machine(), leaseMs });
          if (job === null) return null;
          if (job.takes < maxTakes) return leaseOf(database, tx, { ...job, kind }, { leaseMs, now, machine });
          await tx.run(`update jobs set status = 'failed', body = '', lease = null, ended_at = $2 where id = $1`, [job.id, now()]);
          await forgetParts(tx, job.id);
        }
      }),

    async find(id) {
      const [row] = await database.all(`${selectState} where id = $1`, [id]);
      return row === undefined ? null : stateOf(row);
    },

    async list(kind, owner, subject, first) {
      const sql = `${selectState} where kind = $1 and owner = $2 and subject = $3 order by created_at desc, id limit $4`;
      return (await database.all(sql, [kind, owner, subject, first])).map(stateOf);
    },

    owners: (kind) => ownersOf(database, kind),

    takeFrom: (kind, owner, leaseMs) =>
      database.tx(async (tx) => {
        const job = await idleJobOf(tx, kind, owner, { now: machine(), leaseMs });
        return job === null ? null : leaseOf(database, tx, { ...job, kind }, { leaseMs, now, machine });
      }),
  };
}

const selectState = 'select id, owner, status, progress, subject, created_at from jobs';

function stateOf(row: Row): JobState {
  const progress = row['progress'];
  return {
    id: String(row['id']),
    owner: String(row['owner']),
    status: String(row['status']) as JobState['status'],
    progress: typeof progress === 'string' ? progress : null,
    subject: String(row['subject']),
    createdAt: Number(row['created_at']),
  };
}

async function queuedBy(tx: Statements, { kind, owner }: NewJob): Promise<Queued> {
  const [row] = await tx.all(
    `select count(*) as parts, coalesce(sum(p.bytes), 0) as bytes from jobs j join job_parts p on p.job_id = j.id
     where j.kind = $1 and j.owner = $2 and j.status in ('waiting', 'running')`,
    [kind, owner],
  );
  return { parts: Number(row?.['parts']), bytes: Number(row?.['bytes']) };
}

function hasRoom(queued: Queued, { maxParts, maxBytes }: JobRoom, { parts = [] }: NewJob): boolean {
  return queued.parts + parts.length <= maxParts && queued.bytes + bytesOf(parts) <= maxBytes;
}

/** Two jobs that an owner adds in the same millisecond keep their order. */
async function insert(
  tx: Statements,
  { id, kind, owner, tenant = owner, subject = '', body, parts = [], progress }: NewJob,
  now: number,
): Promise<void> {
  await tx.run(
    `insert into jobs (id, kind, owner, tenant, body, progress, subject, status, created_at)
     select $1, $2, $3, $4, $5, $6, $8, 'waiting', case when last >= $7 then last + 1 else $7 end from
       (select coalesce(max(created_at), 0) as last from jobs where kind = $2 and owner = $3 and status in ('waiting', 'running')) as line`,
    [id, kind, owner, tenant, body, progress ?? null, now, subject],
  );
  for (const [position, part] of parts.entries()) {
    await tx.run('insert into job_parts (job_id, position, bytes, body) values ($1, $2, $3, $4)', [
      id,
      position,
      Buffer.byteLength(part),
      part,
    ]);
  }
}

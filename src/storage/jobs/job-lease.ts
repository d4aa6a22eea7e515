import type { Database, Statements } from '../database/database.ts';
import { countTurn, type NextJob } from './job-turns.ts';
import { type JobLease, maxWaitMs } from './jobs.ts';

interface LeaseTerms {
  readonly leaseMs: number;
  /** Milliseconds since 1970, UTC. */
  readonly now: () => number;
  /** Milliseconds of the machine's clock. */
  readonly machine: () => number;
}

/** Gives the caller the lease of a job, and counts a turn of its owner. */
export async function leaseOf(
  database: Database,
  tx: Statements,
  { id, kind, owner, tenant, body, progress: before }: NextJob & { readonly kind: string },
  { leaseMs, now, machine }: LeaseTerms,
): Promise<JobLease> {
  const lease = crypto.randomUUID();
  await tx.run(`update jobs set status = 'running', lease = $2, leased_until = $3, takes = takes + 1 where id = $1`, [
    id,
    lease,
    machine() + leaseMs,
  ]);
  await countTurn(tx, kind, { tenant, owner }, now());
  const mine = `id = $1 and lease = $2 and status = 'running'`;
  return {
    id,
    owner,
    body,
    progress: before,
    async part(position) {
      const [row] = await database.all('select body from job_parts where job_id = $1 and position = $2', [id, position]);
      return row === undefined ? null : String(row['body']);
    },
    async draft(position, name) {
      const [row] = await database.all('select body from job_drafts where job_id = $1 and position = $2 and name = $3', [
        id,
        position,
        name,
      ]);
      const kept = row?.['body'];
      return kept instanceof Uint8Array ? kept : null;
    },
    async keepDraft(position, name, kept) {
      await database.run(
        `insert into job_drafts (job_id, position, name, body) select id, $3, $4, $5 from jobs where ${mine}
         on conflict (job_id, position, name) do update set body = excluded.body`,
        [id, lease, position, name, kept],
      );
    },
    async progressed(progress) {
      const changed = await database.run(
        `update jobs set takes = case when progress is distinct from $3 then 0 else takes end, progress = $3, leased_until = $4 where ${mine}`,
        [id, lease, progress, machine() + leaseMs],
      );
      return changed > 0;
    },
    end(status, progress) {
      return database.tx(async (end) => {
        const changed = await end.run(`update jobs set status = $3, progress = $4, body = '', lease = null, ended_at = $5 where ${mine}`, [
          id,
          lease,
          status,
          progress,
          now(),
        ]);
        if (changed > 0) await forgetParts(end, id);
      });
    },
    release({ progress, done = 0, waitMs = 0 } = {}) {
      return database.tx(async (end) => {
        // A job that was given back did not kill its worker, so this take is not counted.
        const changed = await end.run(
          `update jobs set status = 'waiting', lease = null, not_before = $3, progress = coalesce($4, progress),
             takes = case when takes < 1 or ($4 is not null and progress is distinct from $4) then 0 else takes - 1 end where ${mine}`,
          [id, lease, waitMs === 0 ? 0 : machine() + Math.min(waitMs, maxWaitMs), progress ?? null],
        );
        if (changed > 0 && done > 0) await forgetParts(end, id, done);
      });
    },
  };
}

/** Deletes the parts before that position, and the drafts of work on them. */
export async function forgetParts(tx: Statements, id: string, before = Number.MAX_SAFE_INTEGER): Promise<void> {
  for (const table of ['job_parts', 'job_drafts']) await tx.run(`delete from ${table} where job_id = $1 and position < $2`, [id, before]);
}

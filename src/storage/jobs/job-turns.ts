/** Chooses the owner whose job runs next. The rule is stated in `jobs.ts`. */
import type { Statements } from '../database/database.ts';

export interface NextJob {
  readonly id: string;
  readonly owner: string;
  readonly tenant: string;
  readonly body: string;
  readonly progress: string | null;
  readonly takes: number;
}

/** A later time than this, of a wait or of a lease, was written by a clock that has been set back since. */
const maxWaitMs = 3_600_000;

/**
 * The oldest open job of each owner is found by as many looks into the index as there are owners, however many jobs each has.
 * An owner whose oldest job is worked on, or waits, has none to give.
 *
 * `held`: leases of this process that have not run out by its own clock, whatever the time of day is.
 */
export async function nextJob(
  tx: Statements,
  kind: string,
  maxPerTenant: number,
  { now, held }: { readonly now: number; readonly held: readonly string[] },
): Promise<NextJob | null> {
  const open = `kind = $1 and status in ('waiting', 'running')`;
  const isHeld = (job: string) => `${job}.lease in (select value from json_each($5))`;
  const ranOut = (job: string) => `((${job}.leased_until < $2 or ${job}.leased_until > $3) and not ${isHeld(job)})`;
  const turn = (name: string) => `coalesce((select turn from job_turns where kind = $1 and name = ${name}), 0)`;
  const [row] = await tx.all(
    `with recursive
       owners (owner) as (
         select (select min(owner) from jobs where ${open})
         union all
         select (select min(owner) from jobs where ${open} and owner > owners.owner) from owners where owner is not null),
       oldest (id) as (
         select (select id from jobs where ${open} and owner = owners.owner order by created_at, id limit 1)
         from owners where owner is not null)
     select j.id, j.owner, j.tenant, j.body, j.progress, j.takes from oldest join jobs j on j.id = oldest.id
     where (j.status = 'waiting' or ${ranOut('j')})
       and (j.not_before <= $2 or j.not_before > $3)
       and (select count(*) from jobs r where r.kind = $1 and r.tenant = j.tenant and r.status = 'running' and not ${ranOut('r')}) < $4
     order by ${turn(`'tenant ' || j.tenant`)}, ${turn(`'owner ' || j.owner`)}, j.created_at, j.id limit 1`,
    [kind, now, now + maxWaitMs, maxPerTenant, JSON.stringify(held)],
  );
  if (row === undefined) return null;
  const progress = row['progress'];
  return {
    id: String(row['id']),
    owner: String(row['owner']),
    tenant: String(row['tenant']),
    body: String(row['body']),
    progress: typeof progress === 'string' ? progress : null,
    takes: Number(row['takes']),
  };
}

/** The tenant and the owner have had their turn: all others come before them. */
export async function countTurn(tx: Statements, kind: string, { tenant, owner }: Pick<NextJob, 'tenant' | 'owner'>, now: number) {
  for (const name of [`tenant ${tenant}`, `owner ${owner}`]) {
    await tx.run(
      `insert into job_turns (kind, name, turn, taken_at)
       select $1, $2, coalesce(max(turn), 0) + 1, $3 from job_turns where kind = $1
       on conflict (kind, name) do update set turn = excluded.turn, taken_at = excluded.taken_at`,
      [kind, name, now],
    );
  }
}

/** Chooses the owner whose job runs next. The rule is stated in `jobs.ts`. */
import type { Row, Statements } from '../database/database.ts';
import { maxWaitMs } from './jobs.ts';

export interface NextJob {
  readonly id: string;
  readonly owner: string;
  readonly tenant: string;
  readonly body: string;
  readonly progress: string | null;
  readonly takes: number;
}

export interface JobClock {
  /** Milliseconds of the machine's clock. */
  readonly now: number;
  /** A lease that ends later than this from now was taken before the last start of the machine. */
  readonly leaseMs: number;
}

const open = `kind = $1 and status in ('waiting', 'running')`;

/** Finds all owners by one look into the index per owner, however many jobs each owner has. */
const owners = `owners (owner) as (
    select (select min(owner) from jobs where ${open})
    union all
    select (select min(owner) from jobs where ${open} and owner > owners.owner) from owners where owner is not null)`;

/** Whether the lease of the job with that alias is over. $2: now; $3: the latest possible end of a lease. */
const ranOut = (job: string): string => `(${job}.leased_until < $2 or ${job}.leased_until > $3)`;

/** Chooses among the oldest open job of each owner. An owner whose oldest job is being worked on, or must wait, is skipped. */
export async function nextJob(tx: Statements, kind: string, maxPerTenant: number, { now, leaseMs }: JobClock): Promise<NextJob | null> {
  const turn = (name: string) => `coalesce((select turn from job_turns where kind = $1 and name = ${name}), 0)`;
  const [row] = await tx.all(
    `with recursive ${owners},
       oldest (id) as (
         select (select id from jobs where ${open} and owner = owners.owner order by created_at, id limit 1)
         from owners where owner is not null)
     select j.id, j.owner, j.tenant, j.body, j.progress, j.takes from oldest join jobs j on j.id = oldest.id
     where (j.status = 'waiting' or ${ranOut('j')})
       and (j.not_before <= $2 or j.not_before > $5)
       and (select count(*) from jobs r where r.kind = $1 and r.tenant = j.tenant and r.status = 'running' and not ${ranOut('r')}) < $4
     order by ${turn(`'tenant ' || j.tenant`)}, ${turn(`'owner ' || j.owner`)}, j.created_at, j.id limit 1`,
    [kind, now, now + leaseMs, maxPerTenant, now + maxWaitMs],
  );
  return row === undefined ? null : jobOf(row);
}

/** The owner's oldest open job that nobody works on. */
export async function idleJobOf(tx: Statements, kind: string, owner: string, { now, leaseMs }: JobClock): Promise<NextJob | null> {
  const [row] = await tx.all(
    `select j.id, j.owner, j.tenant, j.body, j.progress, j.takes from jobs j
     where ${open} and j.owner = $4 and (j.status = 'waiting' or ${ranOut('j')}) order by j.created_at, j.id limit 1`,
    [kind, now, now + leaseMs, owner],
  );
  return row === undefined ? null : jobOf(row);
}

export async function ownersOf(
  database: Pick<Statements, 'all'>,
  kind: string,
): Promise<readonly { readonly owner: string; readonly tenant: string }[]> {
  const rows = await database.all(
    `with recursive ${owners} select owner, (select tenant from jobs where ${open} and owner = owners.owner order by created_at, id limit 1) as tenant
     from owners where owner is not null`,
    [kind],
  );
  return rows.map((row) => ({ owner: String(row['owner']), tenant: String(row['tenant']) }));
}

function jobOf(row: Row): NextJob {
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

/** Counts a turn of the tenant and of the owner, so that all others come before them. */
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

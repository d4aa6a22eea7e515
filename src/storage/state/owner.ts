/**
 * Owners: each process that opens the state folder is an owner with a lease. What a dead process left (draws, held money,
 * slots, a journal) is found by its owner id and finished by another process.
 *
 * A lease has expired when it was not renewed for its duration, measured by the monotonic clock of the process that checks:
 * changing the system time ends no lease. A process of this host that runs no more is known to be dead at once; one of another host,
 * as containers on one machine are, is dead when it has been silent for so long.
 */
import { hostname } from 'node:os';
import { monotonicMs as monotonic } from '../../core/turns/monotonic.ts';
import type { Database, Row } from '../database/database.ts';

export const usualLeaseMs = 30_000;
/** Two readings of one process's start differ by the steps of the clock. */
const sameStartMs = 2_000;
/** Read once: a clock that is set later would give this process another beginning. */
const beganAt = Math.round(Date.now() - process.uptime() * 1_000);

export interface Owner {
  /** This machine, as its owners are stored. */
  readonly host: string;
  /**
   * Changes when others took this process for dead (it was suspended for longer than its lease): what the old name held
   * has been ended by them.
   */
  id(): string;
  /**
   * Owners whose process runs and whose lease has not run out since they were seen first. Ask after listing what may belong to the dead: an owner
   * registers before it leaves anything.
   */
  living(): Promise<ReadonlySet<string>>;
  /**
   * Those, and the dead: each is condemned by then, so that it cannot renew its lease, and the caller may end what it left. One that renews
   * at this moment lives.
   */
  census(): Promise<Census>;
  /** Nobody has taken this process for dead, nor can while a sixth of the lease lasts. */
  isLeased(): boolean;
  /** Something may be drawn: half of the lease is left. Else renew it first. */
  mayDraw(): boolean;
  /** A caller who asks during one shares it: two at a time would each take a new name, and anyone may ask whether we are ready. */
  renew(): Promise<void>;
  /** `left`: something is left that others must end. */
  close(left?: boolean): Promise<void>;
}

export interface Census {
  readonly living: ReadonlySet<string>;
  readonly dead: readonly string[];
}

export interface OwnerOptions {
  readonly now?: () => number;
  /** For leases. */
  readonly monotonicMs?: () => number;
  readonly host?: string;
  readonly pid?: number;
  /** For how long nobody may take a process for dead that has renewed its lease, milliseconds. The same for all processes. Default: 30 s. */
  readonly leaseMs?: number;
}

export async function openOwner(
  database: Database,
  { now = Date.now, monotonicMs = monotonic, host = hostname(), pid = process.pid, leaseMs = usualLeaseMs }: OwnerOptions = {},
): Promise<Owner> {
  /** Near its end a lease is not relied upon: what was done while it was in force has to be finished by then. */
  const marginMs = leaseMs / 6;
  let id: string = crypto.randomUUID();
  /** Taken before the lease is written: others count it from later on. */
  let leasedAtMs = Number.NEGATIVE_INFINITY;
  const register = async (): Promise<void> => {
    const atMs = monotonicMs();
    await database.run('insert into owners (id, host, pid, began_at, leased_until) values ($1, $2, $3, $4, $5)', [
      id,
      host,
      pid,
      beganAt,
      now() + leaseMs,
    ]);
    leasedAtMs = atMs;
  };
  let closed = false;
  const renewNow = async (): Promise<void> => {
    const atMs = monotonicMs();
    const renewed = await database.run('update owners set leased_until = $2 where id = $1 and condemned = 0', [id, now() + leaseMs]);
    if (renewed > 0) leasedAtMs = atMs;
    if (renewed > 0 || closed) return;
    id = crypto.randomUUID();
    await register();
  };
  let renewing: Promise<void> | null = null;
  const renew = (): Promise<void> => {
    renewing ??= renewNow().finally(() => {
      renewing = null;
    });
    return renewing;
  };
  /** Leases of others as they were last seen, and since when they have been so. */
  const seen = new Map<string, { readonly until: number; readonly sinceMs: number }>();
  const renews = (its: string, until: number): boolean => {
    const known = seen.get(its);
    if (known !== undefined && known.until === until) return monotonicMs() - known.sinceMs <= leaseMs;
    seen.set(its, { until, sinceMs: monotonicMs() });
    return true;
  };
  const lives = (row: Row): boolean => {
    const its = String(row['id']);
    const until = Number(row['leased_until']);
    if (Number(row['condemned']) === 1) return false;
    if (its === id) return true;
    return !isGone(row, host, pid) && renews(its, until);
  };
  await register();
  // A renewal that fails is tried again at the next turn, long before the lease ends.
  const timer = setInterval(() => void renew().catch(() => {}), leaseMs / 6);
  timer.unref();
  const all = async (): Promise<readonly Row[]> => {
    const rows = await database.all('select id, host, pid, began_at, leased_until, condemned from owners');
    const ids = new Set(rows.map(idOf));
    for (const its of seen.keys()) if (!ids.has(its)) seen.delete(its);
    return rows;
  };
  /** False: it has renewed its lease meanwhile. */
  const condemned = async (row: Row): Promise<boolean> =>
    (await database.run('update owners set condemned = 1 where id = $1 and leased_until = $2', [idOf(row), Number(row['leased_until'])])) >
    0;
  return {
    host,
    id: () => id,
    living: async () => new Set((await all()).filter(lives).map(idOf)),
    async census() {
      const living = new Set<string>();
      const dead: string[] = [];
      for (const row of await all()) {
        if (lives(row)) living.add(idOf(row));
        else if (await condemned(row)) dead.push(idOf(row));
        else living.add(idOf(row));
      }
      return { living, dead };
    },
    isLeased: () => monotonicMs() - leasedAtMs < leaseMs - marginMs,
    mayDraw: () => monotonicMs() - leasedAtMs < leaseMs / 2,
    renew,
    async close(left = false) {
      closed = true;
      clearInterval(timer);
      await database.run(left ? 'update owners set condemned = 1 where id = $1' : 'delete from owners where id = $1', [id]);
    },
  };
}

const idOf = (row: Row): string => String(row['id']);

/** A process of this host that runs no more. `pid` is ours: an owner with that number and another beginning was a process before this one. */
export function isGone(owner: Row, host: string, pid: number): boolean {
  if (owner['host'] !== host) return false;
  const its = Number(owner['pid']);
  return its === pid ? Math.abs(Number(owner['began_at']) - beganAt) > sameStartMs : !isRunning(its);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Owners: each process that opens the state folder is an owner with a lease. What a dead process left (draws, held money,
 * slots, an outbox) is found by its owner id and finished by another process.
 *
 * A lease has expired when it was not renewed for its duration, measured by the monotonic clock of the process that checks:
 * changing the system time ends no lease on one machine. For processes on other machines, the stored time is checked as
 * well.
 */
import { hostname } from 'node:os';
import { monotonicMs as monotonic } from '../../core/turns/monotonic.ts';
import type { Database, Row } from '../database/database.ts';

const leaseMs = 30_000;
const renewEveryMs = 5_000;
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
  /** Whoever asks during one shares it: two at a time would each take a new name, and anyone may ask whether we are ready. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

export interface OwnerOptions {
  readonly now?: () => number;
  /** For leases. */
  readonly monotonicMs?: () => number;
  readonly host?: string;
  readonly pid?: number;
}

export async function openOwner(
  database: Database,
  { now = Date.now, monotonicMs = monotonic, host = hostname(), pid = process.pid }: OwnerOptions = {},
): Promise<Owner> {
  let id: string = crypto.randomUUID();
  const register = (): Promise<number> =>
    database.run('insert into owners (id, host, pid, began_at, leased_until) values ($1, $2, $3, $4, $5)', [
      id,
      host,
      pid,
      beganAt,
      now() + leaseMs,
    ]);
  let closed = false;
  const renewNow = async (): Promise<void> => {
    const renewed = await database.run('update owners set leased_until = $2 where id = $1', [id, now() + leaseMs]);
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
  const runs = (itsPid: number, itsBeganAt: number): boolean =>
    itsPid === pid ? Math.abs(itsBeganAt - beganAt) <= sameStartMs : isRunning(itsPid);
  const lives = (row: Row): boolean => {
    const its = String(row['id']);
    const until = Number(row['leased_until']);
    if (its === id) return true;
    const gone = row['host'] === host ? !runs(Number(row['pid']), Number(row['began_at'])) : until <= now();
    return !gone && renews(its, until);
  };
  await register();
  // A renewal that fails is tried again at the next turn, long before the lease ends.
  const timer = setInterval(() => void renew().catch(() => {}), renewEveryMs);
  timer.unref();
  return {
    host,
    id: () => id,
    async living() {
      const rows = await database.all('select id, host, pid, began_at, leased_until from owners');
      const all = new Set(rows.map((row) => String(row['id'])));
      for (const its of seen.keys()) if (!all.has(its)) seen.delete(its);
      return new Set(rows.filter(lives).map((row) => String(row['id'])));
    },
    renew,
    async close() {
      closed = true;
      clearInterval(timer);
      await database.run('delete from owners where id = $1', [id]);
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Who holds what: each process that opens the state is an owner with a lease. What a process left behind when it died
 * (draws, held money, slots, an outbox) is found by its owner and ended by another.
 */
import { hostname } from 'node:os';
import type { Database, Row } from './database.ts';

const leaseMs = 30_000;
const renewEveryMs = 5_000;
/** Two readings of one process's start differ by the steps of the clock. */
const sameStartMs = 2_000;

export interface Owner {
  /**
   * Changes when others took this process for dead (it was suspended for longer than its lease): what the old name held
   * has been ended by them.
   */
  id(): string;
  /**
   * Owners whose process runs and whose lease has not expired. Ask after listing what may belong to the dead: an owner
   * registers before it leaves anything.
   */
  living(): Promise<ReadonlySet<string>>;
  /** Whoever asks during one shares it: two at a time would each take a new name, and anyone may ask whether we are ready. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

export interface OwnerOptions {
  readonly now?: () => number;
  readonly host?: string;
  readonly pid?: number;
}

export async function openOwner(
  database: Database,
  { now = Date.now, host = hostname(), pid = process.pid }: OwnerOptions = {},
): Promise<Owner> {
  const beganAt = Math.round(Date.now() - process.uptime() * 1_000);
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
  const lives = (row: Row): boolean => {
    if (row['id'] === id) return true;
    if (Number(row['leased_until']) <= now()) return false;
    if (row['host'] !== host) return true;
    const itsPid = Number(row['pid']);
    return itsPid === pid ? Math.abs(Number(row['began_at']) - beganAt) <= sameStartMs : isRunning(itsPid);
  };
  await register();
  // A renewal that fails is tried again at the next turn, long before the lease ends.
  const timer = setInterval(() => void renew().catch(() => {}), renewEveryMs);
  timer.unref();
  return {
    id: () => id,
    async living() {
      const rows = await database.all('select id, host, pid, began_at, leased_until from owners');
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

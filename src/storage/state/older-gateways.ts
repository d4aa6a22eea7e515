/**
 * Refuses to change the database of a state folder that a gateway of an older version uses.
 *
 * The older gateway has checked its file when it started. It would go on writing as it knows, without the columns and roll-ups that came since,
 * and nothing would repair them.
 */
import { hostname } from 'node:os';
import { GatewayError } from '../../core/errors.ts';
import type { Row } from '../database/database.ts';
import { isGone, usualLeaseMs } from './owner.ts';

interface OlderGatewaysOptions {
  readonly folder: string;
  readonly leaseMs?: number;
  /** The clock by which owners write their leases. */
  readonly now?: () => number;
}

/** Throws BAD_REQUEST while an owner lives. `read` is of a database that lacks migrations, so none of its owners is of this version. */
export function refuseBesideOlder(
  read: (sql: string) => readonly Row[],
  { folder, leaseMs = usualLeaseMs, now = Date.now }: OlderGatewaysOptions,
): void {
  if (read("select 1 from sqlite_schema where name = 'owners'").length === 0) return;
  const nowMs = now();
  // An older database has no column `condemned`.
  const lives = (row: Row): boolean =>
    Number(row['condemned'] ?? 0) === 0 && !isGone(row, hostname(), process.pid) && isLeased(Number(row['leased_until']), nowMs, leaseMs);
  if (!read('select * from owners').some(lives)) return;
  throw new GatewayError(
    'BAD_REQUEST',
    `The state folder "${folder}" is used by a gateway of an older version, and this version would change its database. Stop that gateway first; one that was killed in another container counts as running for ${Math.ceil(leaseMs / 1_000)} s.`,
  );
}

/**
 * There is no time to watch whether the owner renews, so its lease is measured by the system clock, which processes with one file share. A lease that
 * ends later than one that is taken now was written before the clock was set back: a living owner replaces it at its next renewal.
 */
const isLeased = (untilMs: number, nowMs: number, leaseMs: number): boolean => untilMs > nowMs && untilMs <= nowMs + leaseMs;

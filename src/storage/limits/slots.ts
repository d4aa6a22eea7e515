/** Leased concurrency slots. A slot belongs to a process and ends with it, at the latest when another process recovers it. */

import type { Limit } from '../../core/call/hold.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Statements } from '../database/database.ts';

export type ConcurrencyLimit = Extract<Limit, { kind: 'concurrency' }>;

/** Slots are freed by calls that end at any moment: a second is a guess that does no harm. */
const retryAfterMs = 1_000;

/** Those of a process on this machine count until it has been recovered: its lease is not judged by a clock that may be set. */
const takenSlots = `select count(*) as taken from slots join owners on owners.id = slots.owner
  and (owners.host = $3 or owners.leased_until > $2) where slots.name = $1`;

/** One slot of each, or CONCURRENCY_LIMITED, having taken none. */
export async function takeSlots(
  tx: Statements,
  limits: readonly ConcurrencyLimit[],
  { id, owner, host, now }: { readonly id: string; readonly owner: string; readonly host: string; readonly now: number },
): Promise<void> {
  for (const { name, most } of limits) {
    const [row] = await tx.all(takenSlots, [name, now, host]);
    if (Number(row?.['taken'] ?? 0) < most) continue;
    throw new GatewayError(
      'CONCURRENCY_LIMITED',
      `"${name}" may run ${most} calls at a time, and they are running. Another is accepted when one of them ends.`,
      { limit: name, retryAfterMs },
    );
  }
  for (const { name } of limits) await tx.run('insert into slots (name, id, owner) values ($1, $2, $3)', [name, id, owner]);
}

export async function freeSlots(tx: Statements, limits: readonly ConcurrencyLimit[], id: string): Promise<void> {
  for (const { name } of limits) await tx.run('delete from slots where name = $1 and id = $2', [name, id]);
}

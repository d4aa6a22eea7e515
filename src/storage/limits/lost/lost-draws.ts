/**
 * Draws whose process died before they were settled. Their real cost is unknown: the ledger books an estimate, and the rest
 * of the ceiling stays held for a while, so that the vendor's real count still fits into the budget.
 */
import type { NanoUsd } from '../../../core/money.ts';
import type { Statements } from '../../database/database.ts';
import { type Account, holdWithoutOwner, spend } from '../accounts.ts';

export interface LostDraw {
  readonly id: string;
  readonly callId: string;
  readonly accounts: readonly Account[];
  /** The part of the LOST row that belongs to this draw. */
  readonly booked: NanoUsd;
  readonly held: NanoUsd;
}

/** A process that was stopped for longer than this can no longer correct what was booked for it. */
const keptMs = 30 * 24 * 3_600_000;

export async function insertLostDraw(tx: Statements, draw: LostDraw, now: number, holdMs: number): Promise<void> {
  const held = holdMs > 0 ? draw.held : 0;
  for (const account of draw.accounts) {
    await spend(tx, account, draw.booked);
    await holdWithoutOwner(tx, account, held);
  }
  await tx.run('insert into lost_draws (id, call_id, booked, held, accounts, lost_at, held_until) values ($1, $2, $3, $4, $5, $6, $7)', [
    draw.id,
    draw.callId,
    draw.booked,
    held,
    JSON.stringify(draw.accounts),
    now,
    now + holdMs,
  ]);
}

/** Corrects the booking when the process was not dead and now reports the cost. */
export async function foundAgain(tx: Statements, id: string, cost: NanoUsd): Promise<void> {
  const [row] = await tx.all('select booked, held, accounts from lost_draws where id = $1', [id]);
  if (row === undefined) return;
  for (const account of accountsOf(row['accounts'])) {
    await spend(tx, account, cost - Number(row['booked']));
    await holdWithoutOwner(tx, account, -Number(row['held']));
  }
  await tx.run('delete from lost_draws where id = $1', [id]);
}

/** Frees amounts that were held for long enough, at most `maxDraws` at a time. Returns their number. */
export async function freeLostHolds(tx: Statements, now: number, maxDraws: number): Promise<number> {
  const rows = await tx.all('select id, held, accounts from lost_draws where held > 0 and held_until <= $1 limit $2', [now, maxDraws]);
  for (const row of rows) {
    for (const account of accountsOf(row['accounts'])) await holdWithoutOwner(tx, account, -Number(row['held']));
    await tx.run('update lost_draws set held = 0 where id = $1', [String(row['id'])]);
  }
  return rows.length;
}

export async function forgetLostDraws(tx: Statements, now: number): Promise<void> {
  await tx.run('delete from lost_draws where held = 0 and lost_at < $1', [now - keptMs]);
}

const accountsOf = (text: unknown): readonly Account[] => JSON.parse(String(text)) as Account[];

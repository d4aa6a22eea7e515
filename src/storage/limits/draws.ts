/** Stores attempts that were sent and have no ledger row yet, so that they survive the process. */

import type { UsageRow } from '../../core/call/usage-row.ts';
import type { NanoUsd } from '../../core/money.ts';
import type { Row, Statements } from '../database/database.ts';
import { endDraws, storedCost } from '../ledger/usage-rows.ts';
import { type Account, free, spend } from './accounts.ts';
import { foundAgain } from './lost-draws.ts';

export interface StoredDraw {
  readonly id: string;
  readonly owner: string;
  readonly callId: string;
  readonly most: NanoUsd;
  /** The part of `most` that is the input's; null: unknown. */
  readonly inputCost: NanoUsd | null;
  /** Null: still running. */
  readonly cost: NanoUsd | null;
  readonly accounts: readonly Account[];
  /** What the ledger would say if it cost the most. */
  readonly rows: readonly UsageRow[];
}

export async function insertDraw(tx: Statements, draw: StoredDraw, now: number): Promise<void> {
  await tx.run(
    'insert into draws (id, owner, call_id, most, input_cost, cost, accounts, usage_rows, began_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [draw.id, draw.owner, draw.callId, draw.most, draw.inputCost, draw.cost, JSON.stringify(draw.accounts), JSON.stringify(draw.rows), now],
  );
}

/** The draw, while it has not been settled. */
export async function openDraw(tx: Statements, id: string): Promise<StoredDraw | null> {
  const [row] = await tx.all('select * from draws where id = $1 and cost is null', [id]);
  return row === undefined ? null : drawOf(row);
}

/** Books the cost and frees what was held. The draw stays, settled, until its call's row is in the ledger. */
export async function settleDraw(tx: Statements, draw: StoredDraw, cost: NanoUsd): Promise<void> {
  const { id, owner, callId, most, accounts } = draw;
  const settled = await tx.run('update draws set cost = $2 where id = $1 and cost is null', [id, cost]);
  if (settled > 0) {
    for (const account of accounts) {
      await free(tx, owner, account, most);
      await spend(tx, account, cost);
    }
  } else if (!(await settledAnew(tx, draw, cost))) await foundAgain(tx, id, cost);
  if ((await storedCost(tx, callId)) !== null) await tx.run(endDraws, [callId]);
}

/** Another draw has taken its place, and then it cost something after all. */
async function settledAnew(tx: Statements, { id, accounts }: StoredDraw, cost: NanoUsd): Promise<boolean> {
  const [row] = await tx.all('select cost from draws where id = $1', [id]);
  if (row === undefined) return false;
  for (const account of accounts) await spend(tx, account, cost - Number(row['cost']));
  await tx.run('update draws set cost = $2 where id = $1', [id, cost]);
  return true;
}

export function drawOf(row: Row): StoredDraw {
  return {
    id: String(row['id']),
    owner: String(row['owner']),
    callId: String(row['call_id']),
    most: Number(row['most']),
    inputCost: row['input_cost'] === null ? null : Number(row['input_cost']),
    cost: row['cost'] === null ? null : Number(row['cost']),
    accounts: JSON.parse(String(row['accounts'])) as Account[],
    rows: JSON.parse(String(row['usage_rows'])) as UsageRow[],
  };
}

/** Draws of dead owners. They are stored from the reading of their journals until their calls are ended, so that a crash in between loses none. */

import type { UsageRow } from '../../../core/call/usage-row.ts';
import type { NanoUsd } from '../../../core/money.ts';
import type { Row, Statements } from '../../database/database.ts';
import type { Account } from '../accounts.ts';

export interface StoredDraw {
  readonly id: string;
  readonly owner: string;
  readonly callId: string;
  readonly most: NanoUsd;
  /** The part of `most` for the input. Null: unknown. */
  readonly inputCost: NanoUsd | null;
  /** Cost that was settled and booked. Null: the attempt was running. */
  readonly cost: NanoUsd | null;
  readonly accounts: readonly Account[];
  /** The ledger rows if the call had cost the maximum. */
  readonly rows: readonly UsageRow[];
}

export async function insertDraw(tx: Statements, draw: StoredDraw, now: number): Promise<void> {
  await tx.run(
    'insert into draws (id, owner, call_id, most, input_cost, cost, accounts, usage_rows, began_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [draw.id, draw.owner, draw.callId, draw.most, draw.inputCost, draw.cost, JSON.stringify(draw.accounts), JSON.stringify(draw.rows), now],
  );
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

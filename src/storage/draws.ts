/** Attempts that were sent and have no ledger row yet, as rows that survive the process. */
import { addUsage, type NanoUsd, noUsage, shares, type Usage } from '../core/money.ts';
import type { UsageRow } from '../core/usage-row.ts';
import { type Account, free, freeAll, spend } from './accounts.ts';
import type { Row, Statements } from './database.ts';
import { endDraws, storedCost, storeUsageRows } from './usage-rows.ts';

export interface StoredDraw {
  readonly id: string;
  readonly owner: string;
  readonly callId: string;
  readonly most: NanoUsd;
  /** Null: still running. */
  readonly cost: NanoUsd | null;
  readonly accounts: readonly Account[];
  /** What the ledger would say if the process died now. */
  readonly rows: readonly UsageRow[];
}

export async function insertDraw(tx: Statements, draw: StoredDraw, now: number): Promise<void> {
  await tx.run(
    'insert into draws (id, owner, call_id, most, cost, accounts, usage_rows, began_at) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [draw.id, draw.owner, draw.callId, draw.most, draw.cost, JSON.stringify(draw.accounts), JSON.stringify(draw.rows), now],
  );
}

/** Books the cost and frees what was held. The draw stays, settled, until its call's row is in the ledger. */
export async function settleDraw(tx: Statements, { id, owner, callId, most, accounts }: StoredDraw, cost: NanoUsd): Promise<void> {
  const open = await tx.run('update draws set cost = $2 where id = $1 and cost is null', [id, cost]);
  for (const account of accounts) {
    await free(tx, owner, account, most);
    // Recovered by others, who took this process for dead: they have booked the most.
    await spend(tx, account, open > 0 ? cost : cost - most);
  }
  if ((await storedCost(tx, callId)) !== null) await tx.run(endDraws, [callId]);
}

/** Ends all that a dead owner left. Returns how many calls got their row here. */
export async function endOwner(tx: Statements, owner: string): Promise<number> {
  const rows = await tx.all('select * from draws where owner = $1 order by began_at, id', [owner]);
  let lost = 0;
  for (const draws of Map.groupBy(rows.map(drawOf), (draw) => draw.callId).values()) lost += await endCall(tx, draws);
  await tx.run('delete from draws where owner = $1', [owner]);
  await freeAll(tx, owner);
  await tx.run('delete from slots where owner = $1', [owner]);
  await tx.run('delete from owners where id = $1', [owner]);
  return lost;
}

async function endCall(tx: Statements, draws: readonly StoredDraw[]): Promise<number> {
  const running = draws.filter((draw) => draw.cost === null);
  const stored = await storedCost(tx, draws[0]?.callId ?? '');
  if (stored === null) {
    await storeUsageRows(tx, lostRows(draws));
    for (const draw of running) await spendFor(tx, draw, draw.most);
    return 1;
  }
  const settled = draws.reduce((sum, draw) => sum + (draw.cost ?? 0), 0);
  const [first] = running;
  if (first !== undefined) await spendFor(tx, first, Math.max(0, stored - settled));
  return 0;
}

async function spendFor(tx: Statements, { accounts }: StoredDraw, cost: NanoUsd): Promise<void> {
  for (const account of accounts) await spend(tx, account, cost);
}

/**
 * What the ledger says of a call that died: what had settled, and for what had not, all that was drawn. The tokens of a
 * settled attempt were never stored; they are estimated from its cost.
 */
function lostRows(draws: readonly StoredDraw[]): readonly UsageRow[] {
  const last = draws.at(-1)?.rows ?? [];
  const costs = shares(
    draws.reduce((sum, { cost, most }) => sum + (cost ?? most), 0),
    last.map((row) => row.cost ?? 0),
  );
  return last.map((row, index) => ({
    ...row,
    outcome: 'LOST',
    estimated: true,
    attempts: draws.length,
    usage: draws.map((draw) => usageOf(draw, index)).reduce(addUsage, noUsage),
    cost: draws.some((draw) => draw.rows[index]?.cost === null) ? null : (costs[index] ?? 0),
  }));
}

function usageOf({ rows, cost, most }: StoredDraw, index: number): Usage {
  const usage = rows[index]?.usage ?? noUsage;
  const part = cost === null || most === 0 ? 1 : Math.min(1, cost / most);
  return {
    freshInputTokens: Math.round(usage.freshInputTokens * part),
    cacheReadTokens: Math.round(usage.cacheReadTokens * part),
    cacheWriteTokens: Math.round(usage.cacheWriteTokens * part),
    outputTokens: Math.round(usage.outputTokens * part),
    reasoningTokens: Math.round(usage.reasoningTokens * part),
  };
}

function drawOf(row: Row): StoredDraw {
  return {
    id: String(row['id']),
    owner: String(row['owner']),
    callId: String(row['call_id']),
    most: Number(row['most']),
    cost: row['cost'] === null ? null : Number(row['cost']),
    accounts: JSON.parse(String(row['accounts'])) as Account[],
    rows: JSON.parse(String(row['usage_rows'])) as UsageRow[],
  };
}

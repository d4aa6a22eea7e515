/**
 * Finishes the calls of a dead process. A settled attempt is booked as it was. An unsettled attempt is booked with an
 * estimate: its input, and the median output of the deployment on that route.
 */

import type { UsageRow } from '../../../core/call/usage-row.ts';
import { addUsage, type NanoUsd, noUsage, shares, type Usage } from '../../../core/money.ts';
import type { Database, Statements } from '../../database/database.ts';
import { medianOutput } from '../../ledger/median-output.ts';
import { storedCost, storeUsageRows } from '../../ledger/usage-rows.ts';
import { freeAll, spend } from '../accounts.ts';
import { drawOf, type StoredDraw } from './dead-draws.ts';
import { insertLostDraw } from './lost-draws.ts';

export interface LossRules {
  readonly now: () => number;
  /** How long the rest of a lost call's ceiling stays held, in milliseconds. */
  readonly holdMs: number;
}

/** Number of draws that one transaction ends. Other work runs between two transactions. */
const maxDrawsPerTurn = 100;

/** Returns the number of calls that got their row here. Another process that ends the same owner at the same time gets the rest. */
export async function endOwner(database: Database, owner: string, rules: LossRules): Promise<number> {
  let lost = 0;
  for (let more = true; more; ) {
    await database.tx(async (tx) => {
      const rows = await tx.all(drawsOfCalls, [owner, maxDrawsPerTurn]);
      more = rows.length > 0;
      for (const draws of Map.groupBy(rows.map(drawOf), (draw) => draw.callId).values()) lost += await endCall(tx, draws, rules);
      for (const row of rows) await tx.run('delete from draws where id = $1', [String(row['id'])]);
      if (more) return;
      await freeAll(tx, owner);
      await tx.run('delete from owners where id = $1', [owner]);
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return lost;
}

/** All draws of the calls to which the owner's oldest draws belong. */
const drawsOfCalls = `select * from draws where owner = $1 and call_id in (
    select call_id from draws where owner = $1 order by began_at, id limit $2
  ) order by began_at, id`;

async function endCall(tx: Statements, draws: readonly StoredDraw[], { now, holdMs }: LossRules): Promise<number> {
  const running = draws.filter((draw) => draw.cost === null);
  const stored = await storedCost(tx, draws[0]?.callId ?? '');
  if (stored === null) {
    const ended = await Promise.all(draws.map(async (draw) => ({ draw, ...(await lossOf(tx, draw)) })));
    await storeUsageRows(tx, lostRows(ended));
    for (const { draw, cost } of ended) {
      if (draw.cost === null) await insertLostDraw(tx, { ...draw, booked: cost, held: Math.max(0, draw.most - cost) }, now(), holdMs);
    }
    return 1;
  }
  const settled = draws.reduce((sum, draw) => sum + (draw.cost ?? 0), 0);
  const [first] = running;
  for (const account of first?.accounts ?? []) await spend(tx, account, Math.max(0, stored - settled));
  return 0;
}

interface Loss {
  readonly draw: StoredDraw;
  readonly cost: NanoUsd;
  /** Booked output as a part of the drawn output: 0 to 1. */
  readonly outputPart: number;
  readonly inputPart: number;
}

/** The tokens of a settled attempt were never stored, so they are estimated from its cost. */
async function lossOf(tx: Statements, { cost, most, inputCost, rows }: StoredDraw): Promise<Omit<Loss, 'draw'>> {
  if (cost !== null) {
    const part = most === 0 ? 1 : Math.min(1, cost / most);
    return { cost, inputPart: part, outputPart: part };
  }
  const drawn = rows.reduce((sum, row) => sum + row.usage.outputTokens, 0);
  if (drawn === 0 || inputCost === null) return { cost: most, inputPart: 1, outputPart: 1 };
  const outputPart = Math.min(1, (await medianOutput(tx, rows[0])) / drawn);
  return { cost: Math.min(most, Math.round(inputCost + (most - inputCost) * outputPart)), inputPart: 1, outputPart };
}

function lostRows(losses: readonly Loss[]): readonly UsageRow[] {
  const last = losses.at(-1)?.draw.rows ?? [];
  const costs = shares(
    losses.reduce((sum, { cost }) => sum + cost, 0),
    last.map((row) => row.cost ?? 0),
  );
  return last.map((row, index) => ({
    ...row,
    outcome: 'LOST',
    estimated: true,
    attempts: losses.length,
    usage: losses.map((loss) => usageOf(loss, index)).reduce(addUsage, noUsage),
    cost: losses.some(({ draw }) => draw.rows[index]?.cost === null) ? null : (costs[index] ?? 0),
  }));
}

function usageOf({ draw, inputPart, outputPart }: Loss, index: number): Usage {
  const usage = draw.rows[index]?.usage ?? noUsage;
  return {
    freshInputTokens: Math.round(usage.freshInputTokens * inputPart),
    cacheReadTokens: Math.round(usage.cacheReadTokens * inputPart),
    cacheWriteTokens: Math.round(usage.cacheWriteTokens * inputPart),
    outputTokens: Math.round(usage.outputTokens * outputPart),
    reasoningTokens: Math.round(usage.reasoningTokens * outputPart),
  };
}

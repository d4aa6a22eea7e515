/** Works as a gateway under load does, and says of each call, once it may be sent, which it is. It is there to be killed. */
import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import type { Limit } from '../../src/core/call/hold.ts';
import { noUsage } from '../../src/core/money.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { usageRow } from './rows.ts';

const { limits, ledger } = await openStorage({ folder: argv[2] ?? '' });
const budgets: readonly Limit[] = [
  { kind: 'budget', name: 'key:a', per: 'month', most: 1e15 },
  { kind: 'concurrency', name: 'key:a', most: 1_000 },
];

/** Before anything else is done: the parent kills by what it has been told. A full pipe is waited for. */
async function tell(callId: string): Promise<void> {
  for (;;) {
    try {
      writeSync(1, `${callId}\n`);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await wait(1);
    }
  }
}

async function operation(): Promise<void> {
  const callId = crypto.randomUUID();
  const uses = (cost: number, outputTokens: number) =>
    [0, 1].map((use) =>
      usageRow({ time: Date.now(), callId, use, cost: use === 0 ? cost : 0, usage: { ...noUsage, freshInputTokens: 10, outputTokens } }),
    );
  const admission = await limits.admit(budgets);
  const hold = await limits.hold(budgets, 700);
  const draw = await hold.draw({ callId, most: 1_000, inputCost: 100, rows: uses(1_000, 500) });
  await tell(callId);
  if (Math.random() < 0.7) await wait(Math.random() * 5);
  await draw.settle(400);
  if (Math.random() < 0.3) await wait(1);
  await ledger.append(uses(400, 250));
  await hold.release();
  await admission.release();
}

for (;;) await Promise.all(Array.from({ length: 20 }, operation));

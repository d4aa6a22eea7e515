/**
 * What a call pays for its money and its rows: it is let in, draws on two budgets, settles and is written down. The floor is a write of the
 * same row to a bare file. Of the thread that serves; what other threads do is said beside it.
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Limit } from '../../src/core/call/hold.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { usageRow } from '../storage/rows.ts';
import { inFolder, median, ratio, say } from './measure.ts';

const limits: readonly Limit[] = [
  { kind: 'calls', name: 'key:a', perMinute: 1e9 },
  { kind: 'concurrency', name: 'team:search', most: 1_000 },
  { kind: 'budget', name: 'key:a', per: 'month', most: 1e15 },
  { kind: 'budget', name: 'team:search', per: 'month', most: 1e15 },
];
const calls = 4_000;
const turns = 7;

export async function moneyBench(open: typeof openStorage = openStorage): Promise<void> {
  await inFolder(async (folder) => {
    const storage = await open({ folder: join(folder, 'state') });
    const bare = openSync(join(folder, 'bare.jsonl'), 'a');
    for (const connections of [32, 1]) {
      const [own, all, floor]: [number[], number[], number[]] = [[], [], []];
      for (let turn = 0; turn <= turns; turn += 1) {
        const call = await cpuOf(() => together(connections, () => callOn(storage)));
        const write = await cpuOf(() => together(connections, async () => void writeSync(bare, `${JSON.stringify([usageRow()])}\n`)));
        if (turn === 0) continue;
        own.push(call.own);
        all.push(call.all);
        floor.push(write.own);
      }
      say(
        `money: a call pays ${median(own).toFixed(0)} us for its draw, settlement and row at ${connections} connection(s), ` +
          `${ratio(median(own), median(floor))} a bare write of its row (${median(floor).toFixed(1)} us); ${median(all).toFixed(0)} us with all threads`,
      );
    }
    await storage.close();
  });
}

async function callOn({ limits: store, ledger }: Storage): Promise<void> {
  const row = usageRow();
  const admission = await store.admit(limits);
  const hold = await store.hold(limits, 0);
  const draw = await hold.draw({ callId: row.callId, most: 1_000, inputCost: 100, rows: [{ ...row, cost: 1_000, outcome: 'LOST' }] });
  await draw.settle(100);
  await ledger.append([row]);
  await hold.release();
  await admission.release();
}

async function together(connections: number, work: () => Promise<void>): Promise<void> {
  let left = calls;
  const connection = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
}

/** Microseconds of one call. */
async function cpuOf(work: () => Promise<void>): Promise<{ readonly own: number; readonly all: number }> {
  const [thread, whole] = [process.threadCpuUsage(), process.cpuUsage()];
  await work();
  const [ownAfter, allAfter] = [process.threadCpuUsage(thread), process.cpuUsage(whole)];
  return { own: (ownAfter.user + ownAfter.system) / calls, all: (allAfter.user + allAfter.system) / calls };
}

if (import.meta.main) await moneyBench();

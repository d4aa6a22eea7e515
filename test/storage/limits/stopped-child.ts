/** Draws, is stopped by its parent for longer than its lease, and goes on. */
import { once } from 'node:events';
import { argv } from 'node:process';
import type { Limit } from '../../../src/core/call/hold.ts';
import { noUsage } from '../../../src/core/money.ts';
import { openStorage } from '../../../src/storage/open-storage.ts';
import { usageRow } from '../rows.ts';

const budget: Limit = { kind: 'budget', name: 'key:a', per: 'month', most: 100_000 };
const storage = await openStorage({ folder: argv[2] ?? '', leaseMs: Number(argv[3]) });
const { limits, ledger, database } = storage;
const nameOf = async () => (await database.all('select id from owners where pid = $1 and condemned = 0', [process.pid]))[0]?.['id'];
const row = (cost: number, outputTokens: number) =>
  usageRow({ time: Date.now(), cost, usage: { ...noUsage, freshInputTokens: 10, outputTokens } });

const hold = await limits.hold([budget], 500);
const settled = row(300, 10);
await (await hold.draw({ callId: settled.callId, most: 300, rows: [settled] })).settle(300);
await ledger.append([settled]);
await ledger.flush();
const running = row(200, 20);
const draw = await hold.draw({ callId: running.callId, most: 200, inputCost: 0, rows: [running] });
const name = await nameOf();
process.send?.('drawn');
await once(process, 'message');

let further = 0;
for (let made = 0; made < 20; made += 1) {
  const next = row(100, 1);
  const other = await (await limits.hold([budget], 0)).draw({ callId: next.callId, most: 100, rows: [next] }).catch(() => null);
  if (other === null) continue;
  further += 1;
  await other.settle(100);
  await ledger.append([next]);
}
await draw.settle(50);
await ledger.append([{ ...running, cost: 50 }]);
await hold.release();
await ledger.flush();
process.send?.({ renamed: (await nameOf()) !== name, further });
await storage.close();
process.disconnect();

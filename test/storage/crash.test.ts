/** The promise of the ledger: kill -9 under load, start again, and every call that reached a provider has its row. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import type { Limit } from '../../src/core/call/hold.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { perRound } from '../rounds.ts';
import { temporaryFolder } from './state.ts';

const budget: Limit = { kind: 'budget', name: 'key:a', per: 'month', most: 1e15 };

/** What the child draws for a call, and what the ledger books for one that was lost: its input, and half of its output. */
const drawn = 1_000;
const estimate = 550;

/** Runs the child until it has told of so many draws, and kills it there and then. Returns what it told. */
async function killedAfter(folder: string, draws: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    told.push(line);
    if (told.length === draws) child.kill('SIGKILL');
  });
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  expect(child.signalCode).toBe('SIGKILL');
  return told;
}

it.each(perRound([60], [1, 60, 300, 2, 17, 123, 700, 41, 205, 9]))(
  'the storage has a row for every call after kill -9 in the middle of call %i',
  { timeout: 240_000 },
  async (draws) => {
    const folder = temporaryFolder();
    const told = [...(await killedAfter(folder, draws)), ...(await killedAfter(folder, draws))];
    const storage = await openStorage({ folder });
    const rows = await storage.database.all('select call_id, count(*) as found from usage_rows group by call_id');
    const stored = new Set(rows.map((row) => row['call_id']));
    expect(told.filter((callId) => !stored.has(callId))).toEqual([]);
    expect(rows.filter((row) => row['found'] !== 2)).toEqual([]);
    const [state] = await storage.limits.budgets([budget]);
    const [sum] = await storage.database.all('select sum(cost) as cost from usage_rows');
    const [lost] = await storage.database.all('select sum(held) as held, count(*) as draws from lost_draws');
    expect(state).toMatchObject({ held: Number(lost?.['held'] ?? 0), spent: Number(sum?.['cost']) });
    expect(Number(lost?.['held'] ?? 0)).toBe(Number(lost?.['draws']) * (drawn - estimate));
    for (const table of ['draws', 'holdings']) expect(await storage.database.all(`select * from ${table}`)).toEqual([]);
    expect(readdirSync(join(folder, 'outbox'))).toEqual([]);
    await storage.close();
  },
);

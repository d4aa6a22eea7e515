/** Several processes on one folder, each with leases of its own: together they never spend more than there is, and refuse nothing that fits. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Limit } from '../../../src/core/call/hold.ts';
import { type EmbeddedStorage, openStorage } from '../../../src/storage/open-storage.ts';
import { rounds } from '../../rounds.ts';
import { temporaryFolder, whenOver } from '../../when-over.ts';
import { usageRow } from '../rows.ts';

const budget = (most: number): Limit => ({ kind: 'budget', name: 'key:a', per: 'month', most });
const slots = (most: number): Limit => ({ kind: 'concurrency', name: 'key:a', most });

async function opened(folder: string, leaseMs = 30_000): Promise<EmbeddedStorage> {
  const storage = await openStorage({ folder, leaseMs });
  whenOver(() => storage.close());
  return storage;
}

/** What is held here beside what calls use, by the database. */
const heldBy = async (storage: EmbeddedStorage): Promise<number> => {
  const [row] = await storage.database.all('select sum(held) as held from accounts where per <> $1', ['slots']);
  return Number(row?.['held'] ?? 0);
};
const isExceeded = (error: { readonly code?: string }): null => {
  if (error.code !== 'BUDGET_EXCEEDED') throw error;
  return null;
};
async function call(storage: EmbeddedStorage, most: number, cost: number, of: Limit): Promise<boolean> {
  const row = usageRow({ time: Date.now(), cost });
  const hold = await storage.limits.hold([of], 0);
  const draw = await hold.draw({ callId: row.callId, most, rows: [{ ...row, cost: most }] }).catch(isExceeded);
  if (draw === null) return false;
  await draw.settle(cost);
  await storage.ledger.append([row]);
  await hold.release();
  return true;
}

describe('several processes on one folder', () => {
  it('several processes on one folder lease a hundredth of a budget ahead, and take the rest of their calls without the database', async () => {
    const storage = await opened(temporaryFolder());
    const of = budget(1_000_000);
    const commits = vi.spyOn(storage.database, 'tx');
    for (let made = 0; made < 200; made += 1) expect(await call(storage, 10, 5, of)).toBe(true);
    // One for each refill, and one for each booking in the background: not one a call.
    expect(commits.mock.calls.length).toBeLessThan(60);
    expect(await heldBy(storage)).toBeLessThanOrEqual(10_000 + 200 * 10);
    expect(await storage.limits.budgets([of])).toMatchObject([{ spent: 1_000, held: 0 }]);
  });

  it('several processes on one folder give up what they have leased ahead as soon as another is about to be refused', async () => {
    const folder = temporaryFolder();
    const [one, other] = [await opened(folder), await opened(folder)];
    const of = budget(1_000_000);
    expect(await call(one, 10, 10, of)).toBe(true);
    await one.ledger.flush();
    expect(await heldBy(other)).toBeGreaterThan(0);
    const hold = await other.limits.hold([of], 1_000_000 - 10);
    await expect(other.limits.hold([of], 1)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    await hold.release();
  });

  it('several processes on one folder share slots: those that one has leased and does not use are given to the other', async () => {
    const folder = temporaryFolder();
    const one = await opened(folder);
    const first = await one.limits.admit([slots(5)]);
    const other = await opened(folder);
    const taken = await Promise.all(Array.from({ length: 4 }, () => other.limits.admit([slots(5)])));
    await expect(other.limits.admit([slots(5)])).rejects.toMatchObject({ code: 'CONCURRENCY_LIMITED' });
    await first.release();
    taken.push(await other.limits.admit([slots(5)]));
    await expect(one.limits.admit([slots(5)])).rejects.toMatchObject({ code: 'CONCURRENCY_LIMITED' });
    for (const slot of taken) await slot.release();
    await Promise.all(Array.from({ length: 5 }, () => one.limits.admit([slots(5)])));
  });

  it('several processes on one folder heed a limit that was lowered, whatever they have leased under the old one', async () => {
    const folder = temporaryFolder();
    const [one, other] = [await opened(folder), await opened(folder)];
    for (const storage of [one, other]) expect(await call(storage, 1_000, 1_000, budget(10_000_000))).toBe(true);
    const lowered = budget(52_000);
    const spent = { calls: 2 };
    for (let made = 0; made < 60; made += 1) if (await call(made % 2 === 0 ? one : other, 1_000, 1_000, lowered)) spent.calls += 1;
    expect(spent.calls).toBe(52);
  });

  it('several processes on one folder never overspend and leave nothing behind, however their calls, cancels, releases and closings interleave', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCall, { minLength: 20, maxLength: 120 }), fc.integer({ min: 200, max: 40_000 }), async (calls, most) => {
        const folder = temporaryFolder();
        const processes = await Promise.all([1, 2, 3].map(() => openStorage({ folder })));
        const of = [budget(most), { ...budget(most * 2), name: 'team:s' } as Limit];
        let spent = 0;
        let refusals = 0;
        await Promise.all(
          calls.map(async ({ process, drawn, percent, reserved, waits, cancelled }) => {
            const storage = processes[process] as EmbeddedStorage;
            await wait(waits);
            const hold = await storage.limits.hold(of, reserved).catch(isExceeded);
            if (hold === null) {
              refusals += 1;
              return;
            }
            const row = usageRow({ time: Date.now() });
            const draw = await hold.draw({ callId: row.callId, most: drawn, rows: [{ ...row, cost: drawn }] }).catch(isExceeded);
            if (draw === null) refusals += 1;
            else {
              await wait(waits / 2);
              const cost = cancelled ? 0 : Math.round((drawn * percent) / 100);
              spent += cost;
              await draw.settle(cost);
              await storage.ledger.append([{ ...row, cost }]);
            }
            await hold.release();
          }),
        );
        expect(spent).toBeLessThanOrEqual(most);
        const [first, ...rest] = processes;
        await Promise.all(rest.map((storage) => storage.close()));
        const [state, team] = (await first?.limits.budgets(of)) ?? [];
        expect(state).toMatchObject({ spent, held: 0 });
        expect(team).toMatchObject({ spent, held: 0 });
        // Nobody is refused for what others only have leased.
        if (calls.reduce((sum, { drawn, reserved }) => sum + Math.max(drawn, reserved), 0) <= most) expect(refusals).toBe(0);
        await first?.close();
        const after = await openStorage({ folder });
        expect(await after.limits.budgets(of)).toMatchObject([
          { spent, held: 0 },
          { spent, held: 0 },
        ]);
        const [sum] = await after.database.all('select coalesce(sum(cost), 0) as cost from usage_rows');
        expect(sum).toEqual({ cost: spent });
        for (const table of ['holdings', 'draws', 'lost_draws']) expect(await after.database.all(`select * from ${table}`)).toEqual([]);
        await after.close();
      }),
      { numRuns: 4 * rounds },
    );
  });
});

const anyCall = fc.record({
  process: fc.nat(2),
  drawn: fc.integer({ min: 1, max: 300 }),
  percent: fc.integer({ min: 0, max: 100 }),
  reserved: fc.oneof(fc.constant(0), fc.nat(300)),
  waits: fc.nat(20),
  cancelled: fc.boolean(),
});

describe('a process that was stopped for longer than its lease', () => {
  it('a process that was stopped for longer than its lease draws nothing under its old name, and what it had drawn is booked once', {
    timeout: 120_000,
  }, async () => {
    const folder = temporaryFolder();
    const leaseMs = 1_500;
    const child = fork(join(import.meta.dirname, 'stopped-child.ts'), [folder, String(leaseMs)], { execArgv: [] });
    whenOver(() => void child.kill('SIGKILL'));
    expect(await once(child, 'message')).toContain('drawn');
    const living = await opened(folder, leaseMs);
    const of = budget(100_000);
    child.kill('SIGSTOP');
    const recovered = { calls: 0 };
    while (recovered.calls === 0) {
      recovered.calls += await living.limits.recover();
      await wait(50);
    }
    expect(recovered.calls).toBe(1);
    const [before] = await living.limits.budgets([of]);
    expect(before).toMatchObject({ spent: 400, held: 100 });
    child.kill('SIGCONT');
    child.send('go on');
    const [ended] = await once(child, 'message');
    expect(ended).toEqual({ renamed: true, further: 20 });
    await once(child, 'exit');
    // The real cost takes the place of the estimate, and of what was held beside it.
    expect(await living.limits.budgets([of])).toMatchObject([{ spent: 300 + 50 + 20 * 100, held: 0 }]);
    const [sum] = await living.database.all('select sum(cost) as cost, count(*) as found from usage_rows');
    expect(sum).toEqual({ cost: 300 + 50 + 20 * 100, found: 22 });
  });
});

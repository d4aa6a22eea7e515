import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limitsContract, noon } from '../../contracts/limits.ts';
import { usageRow } from '../rows.ts';
import { deadPid, processOn, temporaryFolder } from '../state.ts';

const nobody = deadPid;

async function open() {
  const folder = temporaryFolder();
  const clock = { time: noon };
  const wall = { setMs: 0 };
  return {
    ...(await processOn(folder, { clock, wall })),
    folder,
    clock,
    wall,
    elsewhere: () => processOn(folder, { clock, wall }),
    doomed: () => processOn(folder, { clock, wall, pid: nobody }),
  };
}

describe('limits in SQL', () => {
  limitsContract(open);

  it('limits in SQL forget windows of budgets after 400 days, also while no process dies', async () => {
    const { limits, database, clock } = await open();
    const hold = await limits.hold([{ kind: 'budget', name: 'key:a', per: 'day', most: 100 }], 10);
    await hold.release();
    const windows = async () => (await database.all('select 1 from accounts')).length;
    clock.time += 399 * 24 * 3_600_000;
    await limits.recover();
    expect(await windows()).toBe(1);
    clock.time += 2 * 24 * 3_600_000;
    await limits.recover();
    expect(await windows()).toBe(0);
  });

  it('limits in SQL keep a draw for the next process until it has settled and its call has rows, whichever comes first', async () => {
    const { limits, ledger, elsewhere, owner, database } = await open();
    const hold = await limits.hold([], 0);
    const rows = ['settled first', 'rows first', 'never settled', 'without rows'].map((callId) => usageRow({ callId, cost: 5 }));
    const draws = await Promise.all(rows.map((row) => hold.draw({ callId: row.callId, most: 5, rows: [row] })));
    await draws[0]?.settle(1);
    await ledger.append(rows.slice(0, 3));
    await draws[1]?.settle(1);
    await draws[3]?.settle(1);
    await ledger.append([]);
    await database.run('update owners set condemned = 1 where id = $1', [owner.id()]);
    const next = await elsewhere();
    // The third has its rows, and the fourth has not: it is the one that is lost.
    expect(await next.limits.recover()).toBe(1);
    const found = await database.all('select call_id from usage_rows order by call_id');
    expect(found.map((row) => row['call_id'])).toEqual(['never settled', 'rows first', 'settled first', 'without rows']);
    expect(await database.all('select id from draws')).toEqual([]);
  });

  it.each(['gives back what it leased ahead', 'takes more'])(
    'limits in SQL free nothing twice when a process that others took for dead %s',
    async (what) => {
      const { limits, database, owner, elsewhere } = await open();
      const budget = { kind: 'budget', name: 'key:a', per: 'month', most: 1_000_000 } as const;
      const hold = await limits.hold([budget], 10);
      await hold.release();
      const former = owner.id();
      await database.run('update owners set condemned = 1 where id = $1', [former]);
      const next = await elsewhere();
      await next.limits.recover();
      // It goes on, and does not know yet: nobody has renewed its lease.
      expect(owner.id()).toBe(former);
      if (what === 'takes more') await (await limits.hold([budget], 500_000)).release();
      await limits.close();
      const held = async (table: string, column: string): Promise<number> =>
        Number((await database.all(`select coalesce(sum(${column}), 0) as held from ${table}`))[0]?.['held']);
      expect(await held('holdings', 'amount')).toBe(0);
      expect(await held('accounts', 'held')).toBe(0);
      expect(await next.limits.budgets([budget])).toMatchObject([{ spent: 0, held: 0 }]);
    },
  );

  it('limits in SQL refuse a draw that the journal cannot write, having taken nothing', async () => {
    const { limits, folder } = await open();
    const budget = { kind: 'budget', name: 'key:a', per: 'month', most: 100 } as const;
    const hold = await limits.hold([budget], 60);
    rmSync(join(folder, 'outbox'), { recursive: true });
    const attempt = { callId: 'a', most: 70, rows: [usageRow({ callId: 'a' })] };
    await expect(hold.draw(attempt)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringMatching(/cannot be recorded/),
    });
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 0, held: 60 }]);
    mkdirSync(join(folder, 'outbox'));
    const draw = await hold.draw(attempt);
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 0, held: 70 }]);
    await draw.settle(10);
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 10, held: 0 }]);
  });

  it('limits in SQL give the place of a draw to another, or leave it as it was when the other is refused', async () => {
    const { limits } = await open();
    const budget = { kind: 'budget', name: 'key:a', per: 'month', most: 100 } as const;
    const attempt = (callId: string) => ({ callId, most: 60, rows: [usageRow({ callId })] });
    const first = await (await limits.hold([budget], 0)).draw(attempt('a'));
    const other = await limits.hold([budget], 0);
    const second = await other.draw({ ...attempt('b'), instead: first });
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 0, held: 60 }]);
    await expect(other.draw({ ...attempt('c'), most: 101, instead: second })).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 0, held: 60 }]);
    await first.settle(0);
    await second.settle(7);
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 7, held: 0 }]);
  });

  it('limits in SQL book what a draw costs after all although another has taken its place', async () => {
    const { limits, ledger } = await open();
    const budget = { kind: 'budget', name: 'key:a', per: 'month', most: 100 } as const;
    const attempt = (callId: string) => ({ callId, most: 60, rows: [usageRow({ callId })] });
    const hold = await limits.hold([budget], 0);
    const first = await hold.draw(attempt('a'));
    const second = await hold.draw({ ...attempt('b'), instead: first });
    await first.settle(20);
    await second.settle(0);
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 20, held: 0 }]);
    await ledger.flush();
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 20, held: 0 }]);
  });
});

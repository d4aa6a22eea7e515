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
    clock,
    wall,
    elsewhere: () => processOn(folder, { clock, wall }),
    doomed: () => processOn(folder, { clock, wall, pid: nobody }),
  };
}

describe('limits in SQL', () => {
  limitsContract(open);

  it('forget windows of budgets after 400 days, also while no process dies', async () => {
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

  it('keep a draw until its call has a row in the ledger, whichever comes first', async () => {
    const { limits, ledger, database } = await open();
    const hold = await limits.hold([], 0);
    const draws = async () => (await database.all('select 1 from draws')).length;
    const first = usageRow({ callId: 'settled first' });
    const second = usageRow({ callId: 'stored first' });
    const early = await hold.draw({ callId: first.callId, most: 5, rows: [first] });
    const late = await hold.draw({ callId: second.callId, most: 5, rows: [second] });
    await early.settle(1);
    expect(await draws()).toBe(2);
    await ledger.append([first, second]);
    await ledger.flush();
    expect(await draws()).toBe(1);
    await late.settle(1);
    expect(await draws()).toBe(0);
  });

  it('refuse a draw that cannot be recorded, having taken nothing, and book a settlement as soon as they can', async () => {
    const { limits, database } = await open();
    const budget = { kind: 'budget', name: 'key:a', per: 'month', most: 100 } as const;
    const hold = await limits.hold([budget], 60);
    const draw = await hold.draw({ callId: 'a', most: 20, rows: [usageRow()] });
    await database.exec('alter table draws rename to away');
    await expect(hold.draw({ callId: 'b', most: 50, rows: [usageRow()] })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringMatching(/cannot be recorded/),
    });
    await draw.settle(10);
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 0, held: 60 }]);
    await database.exec('alter table away rename to draws');
    await limits.recover();
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 10, held: 40 }]);
    await (await hold.draw({ callId: 'c', most: 40, rows: [usageRow()] })).settle(40);
    expect(await limits.budgets([budget])).toMatchObject([{ spent: 50, held: 0 }]);
  });
});

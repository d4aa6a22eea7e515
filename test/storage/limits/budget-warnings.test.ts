import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { BudgetLimit } from '../../../src/core/call/hold.ts';
import type { Limits } from '../../../src/storage/limits/limits.ts';
import type { BudgetWarning } from '../../../src/storage/limits/warnings/budget-warnings.ts';
import { noon } from '../../contracts/limits.ts';
import { rounds } from '../../rounds.ts';
import { usageRow } from '../rows.ts';
import { processOn, temporaryFolder } from '../state.ts';

const budget: BudgetLimit = { kind: 'budget', name: 'team:s', per: 'day', most: 1_000, warnAt: [0.5, 0.8, 1] };
const minuteMs = 60_000;

async function opened() {
  const folder = temporaryFolder();
  const clock = { time: noon };
  const started = async () => {
    const { limits } = await processOn(folder, { clock });
    const warnings: BudgetWarning[] = [];
    limits.warnings?.watch((warning) => warnings.push(warning));
    return { limits, warnings };
  };
  return { clock, started, ...(await started()) };
}

let calls = 0;
async function spend(limits: Limits, cost: number, of: BudgetLimit = budget): Promise<void> {
  calls += 1;
  const callId = `call ${calls}`;
  const hold = await limits.hold([of], 0);
  await (await hold.draw({ callId, most: cost, rows: [usageRow({ callId })] })).settle(cost);
  await hold.release();
}
const noticed = (warnings: readonly BudgetWarning[], count: number): Promise<void> =>
  vi.waitFor(() => expect(warnings).toHaveLength(count), { timeout: 20_000 });

describe('warnings of budgets', () => {
  it('warnings of budgets come once for each part that is reached, with what was spent of what in which period', async () => {
    const { limits, warnings } = await opened();
    await spend(limits, 499);
    await spend(limits, 1);
    await noticed(warnings, 1);
    expect(warnings).toEqual([
      {
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        name: 'team:s',
        per: 'day',
        timeZone: 'UTC',
        at: 0.5,
        limit: 1_000,
        spent: 500,
        periodBegin: Date.UTC(2026, 10, 5),
        periodEnd: Date.UTC(2026, 10, 6),
        reachedAt: noon,
      },
    ]);
    await spend(limits, 500);
    await noticed(warnings, 3);
    expect(warnings.map(({ at }) => at)).toEqual([0.5, 0.8, 1]);
  });

  it('warnings of budgets come once a period, whatever process spends and however often it is started', async () => {
    const { limits, warnings, clock, started } = await opened();
    await spend(limits, 600);
    await noticed(warnings, 1);
    const other = await started();
    await spend(other.limits, 100);
    await spend(other.limits, 150);
    await noticed(other.warnings, 1);
    expect(other.warnings[0]).toMatchObject({ at: 0.8, spent: 850 });
    clock.time += 24 * 60 * minuteMs;
    await spend(limits, 600);
    await noticed(warnings, 2);
    expect([...warnings, ...other.warnings].map(({ at }) => at)).toEqual([0.5, 0.5, 0.8]);
  });

  it('warnings of budgets wait for whoever tells them, one process at a time, until they are told', async () => {
    const { limits, warnings, clock, started } = await opened();
    await spend(limits, 900);
    await noticed(warnings, 2);
    const reached = await limits.warnings?.reachedSince(noon, 10);
    expect(reached).toEqual(warnings);
    expect(await limits.warnings?.reachedSince(noon, 1)).toEqual(warnings.slice(0, 1));
    expect(await limits.warnings?.reachedSince(noon + 1, 10)).toEqual([]);
    const claimed = await limits.warnings?.claim(minuteMs, 10);
    expect(claimed?.map(({ at, failures }) => [at, failures])).toEqual([
      [0.5, 0],
      [0.8, 0],
    ]);
    const other = (await started()).limits;
    expect(await other.warnings?.claim(minuteMs, 10)).toEqual([]);
    await limits.warnings?.done(claimed?.[0]?.id ?? '');
    await limits.warnings?.failed(claimed?.[1]?.id ?? '', clock.time + 5_000);
    clock.time += 5_000;
    expect(await other.warnings?.claim(minuteMs, 10)).toMatchObject([{ at: 0.8, failures: 1 }]);
    // The one that claimed it has died: after a while it is another's.
    clock.time += minuteMs;
    expect(await limits.warnings?.claim(minuteMs, 10)).toMatchObject([{ at: 0.8, failures: 1 }]);
  });

  it('warnings of budgets are missed by no split of the spending over calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 12 }), async (costs) => {
        const { limits, warnings } = await opened();
        let spent = 0;
        for (const cost of costs) {
          if (spent + cost > 1_000) break;
          spent += cost;
          await spend(limits, cost);
        }
        const reached = [0.5, 0.8, 1].filter((at) => spent >= at * 1_000);
        await vi.waitFor(() => expect(warnings.map(({ at }) => at)).toEqual(reached), { timeout: 20_000 });
      }),
      { numRuns: 5 * rounds },
    );
  });
});

/** What every store of limits keeps. The factory gives one without any spending, at a clock, and other processes that share it. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Draw, Hold, Limit } from '../../src/core/call/hold.ts';
import type { UsageRow } from '../../src/core/call/usage-row.ts';
import { noUsage } from '../../src/core/money.ts';
import type { Ledger, UsageQuery } from '../../src/storage/ledger/ledger.ts';
import type { Limits } from '../../src/storage/limits/limits.ts';
import { perRound } from '../rounds.ts';
import { usageRow } from '../storage/rows.ts';

export interface LimitsFixture {
  readonly limits: Limits;
  readonly ledger: Ledger;
  /** Milliseconds since 1970: 5 November 2026, noon, to begin with. */
  readonly clock: { time: number };
  /** By how much somebody has set the clock of the machine, beside the time that went by. */
  readonly wall: { setMs: number };
  /** The same state as another living process sees it. */
  elsewhere(): Promise<Pick<LimitsFixture, 'limits' | 'ledger'>>;
  /** A process on the same state that counts as dead from its birth, as others see it. */
  doomed(): Promise<Pick<LimitsFixture, 'limits' | 'ledger'>>;
}

export const noon = Date.UTC(2026, 10, 5, 12);
const monthly = (most: number, name = 'key:a'): Limit => ({ kind: 'budget', name, per: 'month', most });
const daily = (most: number, name = 'key:a'): Limit => ({ kind: 'budget', name, per: 'day', most });
const always: UsageQuery = { from: 0, to: Date.UTC(2030, 0), groupBy: ['outcome'], interval: null, first: 100, after: null, only: null };

let calls = 0;
function attempt(most: number, rows?: readonly UsageRow[]): Parameters<Hold['draw']>[0] {
  calls += 1;
  const callId = rows?.[0]?.callId ?? `call ${calls}`;
  return { callId, most, rows: rows ?? [usageRow({ callId, cost: most, outcome: 'LOST', estimated: true })] };
}

export function limitsContract(open: () => Promise<LimitsFixture>): void {
  const balance = async (limits: Limits, ...of: Limit[]): Promise<[number, number][]> =>
    (await limits.budgets(of)).map(({ spent, held }) => [spent, held]);

  describe('budgets', () => {
    it('budgets hold what is set aside, and spend what it cost', async () => {
      const { limits } = await open();
      const budget = monthly(100);
      const hold = await limits.hold([budget], 60);
      expect(await balance(limits, budget)).toEqual([[0, 60]]);
      const draw = await hold.draw(attempt(50));
      expect(await balance(limits, budget)).toEqual([[0, 60]]);
      await hold.release();
      expect(await balance(limits, budget)).toEqual([[0, 50]]);
      await draw.settle(20);
      expect(await balance(limits, budget)).toEqual([[20, 0]]);
    });

    it('budgets are shown with their limit and the end of their window, in the order given', async () => {
      const { limits } = await open();
      const shown = { spent: 0, held: 0, timeZone: 'UTC', forecast: null, warnings: [] };
      expect(await limits.budgets([daily(5), { kind: 'concurrency', name: 'x', most: 1 }, monthly(7, 'team:s')])).toEqual([
        { ...shown, name: 'key:a', per: 'day', limit: 5, resetsAt: Date.UTC(2026, 10, 6) },
        { ...shown, name: 'team:s', per: 'month', limit: 7, resetsAt: Date.UTC(2026, 11, 1) },
      ]);
    });

    it('budgets are shown with what they come to by the end of their period, and with the parts that are reached', async () => {
      const { limits } = await open();
      const budget: Limit = { kind: 'budget', name: 'key:a', per: 'day', most: 100, warnAt: [0.2, 0.5] };
      await (await (await limits.hold([budget], 0)).draw(attempt(40))).settle(30);
      const [state] = await limits.budgets([budget]);
      expect(state).toMatchObject({
        spent: 30,
        forecast: 60,
        warnings: [
          { at: 0.2, isReached: true },
          { at: 0.5, isReached: false },
        ],
      });
    });

    it('budgets of a week begin on Monday, and those in total never begin anew', async () => {
      const { limits, clock } = await open();
      const budgets: readonly Limit[] = [
        { kind: 'budget', name: 'key:a', per: 'week', most: 100 },
        { kind: 'budget', name: 'key:a', per: 'total', most: 150 },
      ];
      const spend = async (cost: number): Promise<void> => (await (await limits.hold(budgets, 0)).draw(attempt(cost))).settle(cost);
      await spend(90);
      // Sunday, and Monday.
      clock.time = Date.UTC(2026, 10, 8, 23, 59);
      await expect(spend(11)).rejects.toMatchObject({ details: { limit: 'key:a', per: 'week', retryAfterMs: 60_000 } });
      clock.time = Date.UTC(2026, 10, 9);
      await spend(50);
      const refused = await spend(11).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'BUDGET_EXCEEDED', message: expect.stringContaining('in total'), details: { per: 'total' } });
      expect((refused as { details: object }).details).not.toHaveProperty('retryAfterMs');
      clock.time = Date.UTC(2029, 0);
      await limits.recover();
      expect(await limits.budgets(budgets)).toMatchObject([
        { spent: 0, resetsAt: Date.UTC(2029, 0, 8) },
        { spent: 140, resetsAt: null },
      ]);
    });

    it('budgets begin anew at the midnight of their time zone, and go on where the zone is changed', async () => {
      const { limits, clock } = await open();
      const inBerlin: Limit = { kind: 'budget', name: 'key:a', per: 'day', most: 100, timeZone: 'Europe/Berlin' };
      clock.time = Date.UTC(2026, 9, 24, 21, 59);
      await (await (await limits.hold([inBerlin], 0)).draw(attempt(100))).settle(100);
      await expect(limits.hold([inBerlin], 1)).rejects.toMatchObject({ details: { retryAfterMs: 60_000 } });
      for (const elsewhere of [{ ...inBerlin, timeZone: 'America/New_York' }, daily(100)])
        expect(await balance(limits, elsewhere)).toEqual([[100, 0]]);
      clock.time += 60_000;
      expect(await limits.budgets([inBerlin])).toMatchObject([
        { spent: 0, timeZone: 'Europe/Berlin', resetsAt: Date.UTC(2026, 9, 25, 23) },
      ]);
    });

    it('budgets that others draw on, too, tell nobody what is left of them', async () => {
      const { limits } = await open();
      const budget: Limit = { kind: 'budget', name: 'field:Product.summary', per: 'day', most: 1_000, isShared: true };
      await limits.hold([budget], 777);
      const refused = (await limits.hold([budget], 500).catch((error: unknown) => error)) as Error;
      expect(refused).toMatchObject({ code: 'BUDGET_EXCEEDED', message: expect.stringContaining('too little left of 0.000001 a day') });
      expect(refused.message).not.toMatch(/223|777/);
    });

    it('budgets refuse what does not fit, say what is left and when more comes, and take nothing', async () => {
      const { limits } = await open();
      const budget = monthly(100);
      await limits.hold([budget], 70);
      await expect(limits.hold([budget], 31)).rejects.toMatchObject({
        code: 'BUDGET_EXCEEDED',
        message: expect.stringContaining('0.00000003 left of 0.0000001 a month'),
        details: { limit: 'key:a', retryAfterMs: Date.UTC(2026, 11, 1) - noon },
      });
      expect(await balance(limits, budget)).toEqual([[0, 70]]);
      await limits.hold([budget], 30);
      expect(await balance(limits, budget)).toEqual([[0, 100]]);
    });

    it('budgets say before a draw whether there is room for it, counting what the hold has reserved, and take nothing', async () => {
      const { limits } = await open();
      const budget = monthly(100);
      const ours = await limits.hold([budget], 60);
      const others = await limits.hold([budget], 0);
      await ours.checkRoom?.(100);
      await others.checkRoom?.(40);
      await expect(others.checkRoom?.(41)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED', details: { limit: 'key:a' } });
      await expect(ours.checkRoom?.(101)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
      expect(await balance(limits, budget)).toEqual([[0, 60]]);
      await others.draw(attempt(40));
      await expect(others.checkRoom?.(1)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
      await others.checkRoom?.(0);
      await ours.checkRoom?.(60);
    });

    it('budgets are all charged, or none', async () => {
      const { limits } = await open();
      const both = [monthly(100), monthly(40, 'team:s')];
      await expect(limits.hold(both, 50)).rejects.toMatchObject({ details: { limit: 'team:s' } });
      expect(await balance(limits, ...both)).toEqual([
        [0, 0],
        [0, 0],
      ]);
      const hold = await limits.hold(both, 30);
      await expect(hold.draw(attempt(41))).rejects.toMatchObject({ details: { limit: 'team:s' } });
      const draw = await hold.draw(attempt(40));
      await draw.settle(35);
      await hold.release();
      expect(await balance(limits, ...both)).toEqual([
        [35, 0],
        [35, 0],
      ]);
    });

    it('budgets count one account once, at its smallest amount', async () => {
      const { limits } = await open();
      await limits.hold([monthly(100), monthly(50)], 30);
      expect(await balance(limits, monthly(100))).toEqual([[0, 30]]);
      await expect(limits.hold([monthly(100), monthly(50)], 30)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    });

    it('budgets let a free call pass when nothing is left', async () => {
      const { limits } = await open();
      const hold = await limits.hold([monthly(0)], 0);
      expect(hold.budgeted).toBe(true);
      await (await hold.draw(attempt(0))).settle(0);
      await expect(hold.draw(attempt(1))).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    });

    it('budgets get back the part of a reserve that is no longer needed, and no more than is left of it', async () => {
      const { limits } = await open();
      const budget = monthly(100);
      const hold = await limits.hold([budget], 90);
      const draw = await hold.draw(attempt(50));
      await hold.giveBack(30);
      expect(await balance(limits, budget)).toEqual([[0, 60]]);
      await hold.giveBack(30);
      expect(await balance(limits, budget)).toEqual([[0, 50]]);
      await expect(limits.hold([budget], 51)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
      await draw.settle(20);
      await hold.release();
      expect(await balance(limits, budget)).toEqual([[20, 0]]);
    });

    it('budgets stand behind no hold where there are none, and draws settle all the same', async () => {
      const { limits } = await open();
      const hold = await limits.hold([{ kind: 'requests', name: 'x', perMinute: 1 }], 1_000);
      expect(hold.budgeted).toBe(false);
      await (await hold.draw(attempt(1_000))).settle(5_000);
      await hold.release();
      expect(await limits.budgets([])).toEqual([]);
    });

    it('budgets book a cost above the draw, once', async () => {
      const { limits } = await open();
      const budget = monthly(100);
      const hold = await limits.hold([budget], 0);
      const draw = await hold.draw(attempt(100));
      await Promise.all([draw.settle(130), draw.settle(130)]);
      await draw.settle(7);
      expect(await balance(limits, budget)).toEqual([[130, 0]]);
    });

    it('budgets give a release once, and still serve draws after it', async () => {
      const { limits } = await open();
      const budget = monthly(100);
      const hold = await limits.hold([budget], 80);
      await Promise.all([hold.release(), hold.release()]);
      expect(await balance(limits, budget)).toEqual([[0, 0]]);
      const draw = await hold.draw(attempt(90));
      expect(await balance(limits, budget)).toEqual([[0, 90]]);
      await draw.settle(90);
      expect(await balance(limits, budget)).toEqual([[90, 0]]);
    });

    it('budgets give the last cent to one of many who race for it, in whatever process', async () => {
      const { limits, elsewhere } = await open();
      const other = await elsewhere();
      const budget = monthly(10);
      const holds = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? limits : other.limits).hold([budget], 1)));
      expect(holds.filter((hold) => hold.status === 'fulfilled')).toHaveLength(10);
      expect(await balance(limits, budget)).toEqual([[0, 10]]);
    });

    it('budgets start anew with the month and the day, and charge what was drawn to the window it was drawn in', async () => {
      const { limits, clock } = await open();
      const budgets = [daily(100), monthly(1_000)];
      const hold = await limits.hold(budgets, 100);
      const old = await hold.draw(attempt(60));
      clock.time = Date.UTC(2026, 10, 6);
      expect(await balance(limits, ...budgets)).toEqual([
        [0, 0],
        [0, 100],
      ]);
      const fresh = await hold.draw(attempt(90));
      expect(await balance(limits, ...budgets)).toEqual([
        [0, 90],
        [0, 150],
      ]);
      await old.settle(60);
      await fresh.settle(80);
      await hold.release();
      expect(await balance(limits, ...budgets)).toEqual([
        [80, 0],
        [140, 0],
      ]);
      clock.time = noon;
      expect(await balance(limits, daily(100))).toEqual([[60, 0]]);
      clock.time = Date.UTC(2026, 11, 1);
      expect(await limits.budgets([monthly(1_000)])).toMatchObject([{ spent: 0, held: 0, resetsAt: Date.UTC(2027, 0, 1) }]);
    });

    it('budgets of fields have room for the whole of an attempt, bear their share of its cost, or refuse it, and nothing is taken', async () => {
      const { limits } = await open();
      const key = monthly(1_000);
      const field = (name: string, most: number): Limit => daily(most, `field:${name}`);
      const [one, two] = [field('A.a', 200), field('A.b', 90)];
      const hold = await limits.hold([key], 100);
      const third = { limits: [one], shareOf: (cost: number) => Math.floor(cost / 3) };
      const rest = { limits: [two], shareOf: (cost: number) => cost - Math.floor(cost / 3) };
      await expect(hold.draw({ ...attempt(91), fields: [third, rest] })).rejects.toMatchObject({ details: { limit: 'field:A.b' } });
      expect(await balance(limits, key, one, two)).toEqual([
        [0, 100],
        [0, 0],
        [0, 0],
      ]);
      const draw = await hold.draw({ ...attempt(90), fields: [third, rest] });
      expect(await balance(limits, key, one, two)).toEqual([
        [0, 100],
        [0, 90],
        [0, 90],
      ]);
      await draw.settle(50);
      const alone = await hold.draw({ ...attempt(10), fields: [{ limits: [one], shareOf: (cost) => cost }] });
      await Promise.all([alone.settle(7), alone.settle(7)]);
      await hold.release();
      expect(await balance(limits, key, one, two)).toEqual([
        [57, 0],
        [23, 0],
        [34, 0],
      ]);
    });

    it('budgets of fields are charged for calls of a process that has died', async () => {
      const { limits, doomed } = await open();
      const field = daily(100, 'field:A.a');
      const hold = await (await doomed()).limits.hold([], 0);
      await hold.draw({ ...attempt(40), fields: [{ limits: [field], shareOf: (cost) => cost }] });
      await limits.recover();
      expect(await balance(limits, field)).toEqual([[40, 0]]);
    });

    it('budgets are never overspent and never leak, however holds, draws, settlements, releases and cancels interleave', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyOperation, { minLength: 1, maxLength: 12 }), async (operations) => {
          const { limits } = await open();
          const accounts: readonly Limit[] = [monthly(100), monthly(150, 'team:s')];
          const sums = { cost: 0, overrun: 0 };
          const check = async (): Promise<void> => {
            for (const { spent, held, limit } of await limits.budgets(accounts)) {
              expect(held).toBeGreaterThanOrEqual(0);
              expect(spent + held).toBeLessThanOrEqual(limit + sums.overrun);
            }
          };
          await Promise.all(operations.map((operation) => run(limits, accounts, operation, sums, check)));
          for (const { spent, held } of await limits.budgets(accounts)) expect([spent, held]).toEqual([sums.cost, 0]);
        }),
        { numRuns: perRound(8, 200) },
      );
    });
  });

  describe('rates', () => {
    const perMinute = (name: string, most: number): Limit => ({ kind: 'requests', name, perMinute: most });

    it('rates let a minute worth pass at once, then one at a time as time goes by', async () => {
      const { limits, clock } = await open();
      const rate = [perMinute('key:a', 3)];
      for (let n = 0; n < 3; n += 1) await limits.admit(rate);
      await expect(limits.admit(rate)).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { limit: 'key:a', retryAfterMs: 20_000 } });
      clock.time += 19_999;
      await expect(limits.admit(rate)).rejects.toMatchObject({ details: { retryAfterMs: 1 } });
      clock.time += 1;
      await limits.admit(rate);
      await expect(limits.admit(rate)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    });

    it('rates charge a refused request to none of them', async () => {
      const { limits } = await open();
      const key = perMinute('key:a', 5);
      const team = perMinute('team:s', 1);
      await limits.admit([key, team]);
      for (let n = 0; n < 10; n += 1) await expect(limits.admit([key, team])).rejects.toMatchObject({ details: { limit: 'team:s' } });
      for (let n = 0; n < 4; n += 1) await limits.admit([key]);
      await expect(limits.admit([key])).rejects.toMatchObject({ details: { limit: 'key:a' } });
    });

    it('rates never let more pass than a minute worth and what the time brought', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 120 }),
          fc.array(fc.nat(20_000), { minLength: 1, maxLength: 80 }),
          async (most, gaps) => {
            const { limits, clock } = await open();
            const began = clock.time;
            let passed = 0;
            for (const gap of gaps) {
              clock.time += gap;
              await limits.admit([perMinute('key:a', most)]).then(
                () => {
                  passed += 1;
                },
                () => {},
              );
            }
            expect(passed).toBeLessThanOrEqual(most + ((clock.time - began) * most) / 60_000 + 1e-6);
          },
        ),
        { numRuns: perRound(5, 100) },
      );
    });

    it('rates neither lock out nor let more pass when the clock of the machine is set', async () => {
      const { limits, clock, wall } = await open();
      const rate = [perMinute('key:a', 30)];
      for (const stepMs of [-3_600_000, 7_200_000]) {
        for (let n = 0; n < 30; n += 1) await limits.admit(rate);
        wall.setMs += stepMs;
        await expect(limits.admit(rate)).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterMs: 2_000 } });
        clock.time += 20_000;
        for (let n = 0; n < 10; n += 1) await limits.admit(rate);
        await expect(limits.admit(rate)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
        clock.time += 60_000;
      }
    });

    const tokens = (name: string, most: number): Limit => ({ kind: 'tokens', name, perMinute: most });

    it('rates of tokens take what a call can use, and get back what it did not', async () => {
      const { limits, clock } = await open();
      const rate = [tokens('key:a', 1_000), perMinute('key:a', 100)];
      const admission = await limits.admit(rate, 800);
      await expect(limits.admit(rate, 201)).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { limit: 'key:a', retryAfterMs: 60 } });
      await Promise.all([admission.release(300), admission.release(300)]);
      await limits.admit(rate, 700);
      await expect(limits.admit(rate, 1)).rejects.toMatchObject({ details: { retryAfterMs: 60 } });
      clock.time += 600;
      await limits.admit(rate, 10);
      await expect(limits.admit(rate, 1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    });

    it('rates of tokens count what was used beyond what was asked for', async () => {
      const { limits, clock } = await open();
      await (await limits.admit([tokens('key:a', 100)], 50)).release(130);
      await expect(limits.admit([tokens('key:a', 100)], 1)).rejects.toMatchObject({ details: { retryAfterMs: 18_600 } });
      clock.time += 18_600;
      await limits.admit([tokens('key:a', 100)], 1);
    });

    it('rates of tokens are given back whole where a slot is refused', async () => {
      const { limits } = await open();
      const rate = tokens('key:a', 100);
      const slot: Limit = { kind: 'concurrency', name: 'key:a', most: 1 };
      const first = await limits.admit([slot]);
      await expect(limits.admit([rate, slot], 90)).rejects.toMatchObject({ code: 'CONCURRENCY_LIMITED' });
      await first.release();
      await limits.admit([rate, slot], 100);
    });

    it('rates count one account once, at its smallest number', async () => {
      const { limits } = await open();
      const both = [perMinute('key:a', 5), perMinute('key:a', 3)];
      for (let n = 0; n < 3; n += 1) await limits.admit(both);
      await expect(limits.admit(both)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    });

    it('rates stay counted when the request ends', async () => {
      const { limits } = await open();
      await (await limits.admit([perMinute('key:a', 1)])).release();
      await expect(limits.admit([perMinute('key:a', 1)])).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    });
  });

  describe('quotas', () => {
    const quota = (of: 'tokens' | 'calls' | 'turns', most: number): Limit => ({ kind: 'quota', of, name: 'key:a', per: 'day', most });
    const used = async (limits: Limits, ...of: Limit[]): Promise<[number, number][]> =>
      ((await limits.quotas?.(of)) ?? []).map((state) => [state.used, state.held]);

    it('quotas count calls at their beginning, and tokens as they were used at their end', async () => {
      const { limits } = await open();
      const both = [quota('calls', 3), quota('tokens', 1_000)];
      const admission = await limits.admit(both, 700);
      expect(await used(limits, ...both)).toEqual([
        [1, 0],
        [0, 700],
      ]);
      await expect(limits.admit(both, 301)).rejects.toMatchObject({
        code: 'BUDGET_EXCEEDED',
        message: expect.stringContaining('can use up to 301 tokens, and "key:a" has 300 left of 1000 tokens a day'),
        details: { limit: 'key:a', per: 'day', retryAfterMs: 12 * 3_600_000 },
      });
      await Promise.all([admission.release(50), admission.release(50)]);
      await (await limits.admit(both, 950)).release(0);
      expect(await used(limits, ...both)).toEqual([
        [2, 0],
        [50, 0],
      ]);
    });

    it('quotas take nothing where one of them, a slot or a rate refuses', async () => {
      const { limits } = await open();
      const [turns, calls] = [quota('turns', 9), quota('calls', 1)];
      await limits.admit([calls]);
      await expect(limits.admit([turns, calls])).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
      const slot: Limit = { kind: 'concurrency', name: 'key:a', most: 1 };
      await limits.admit([slot]);
      await expect(limits.admit([turns, slot])).rejects.toMatchObject({ code: 'CONCURRENCY_LIMITED' });
      const rate: Limit = { kind: 'requests', name: 'key:a', perMinute: 1 };
      await limits.admit([rate]);
      await expect(limits.admit([turns, rate])).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      expect(await used(limits, turns)).toEqual([[0, 0]]);
    });

    it('quotas give the last call to one of many who race for it, in whatever process, and begin anew with their period', async () => {
      const { limits, elsewhere, clock } = await open();
      const other = await elsewhere();
      const calls = [quota('calls', 10)];
      const asked = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? limits : other.limits).admit(calls)));
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
      clock.time = Date.UTC(2026, 10, 6);
      await limits.admit(calls);
      expect(await used(limits, ...calls)).toEqual([[1, 0]]);
    });

    it('quotas keep what a process had counted that has died, and free what its calls could still have used', async () => {
      const { limits, doomed } = await open();
      const dead = await doomed();
      const both = [quota('calls', 3), quota('tokens', 1_000)];
      await (await dead.limits.admit(both, 700)).release(120);
      await dead.limits.admit(both, 500);
      await dead.ledger.append([]);
      await limits.recover();
      expect(await used(limits, ...both)).toEqual([
        [2, 0],
        [120, 0],
      ]);
      await limits.admit(both, 880);
      await expect(limits.admit(both, 0)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    });

    it('budgets of fields keep what a process had settled that has died, each its share', async () => {
      const { limits, doomed } = await open();
      const dead = await doomed();
      const [one, two] = [daily(1_000, 'field:A.a'), daily(1_000, 'field:A.b')];
      const third = { limits: [one], shareOf: (cost: number) => Math.floor(cost / 3) };
      const rest = { limits: [two], shareOf: (cost: number) => cost - Math.floor(cost / 3) };
      const asked = attempt(90);
      await (await (await dead.limits.hold([], 0)).draw({ ...asked, fields: [third, rest] })).settle(50);
      await dead.ledger.append([usageRow({ callId: asked.callId, cost: 50 })]);
      await limits.recover();
      expect(await balance(limits, one, two)).toEqual([
        [16, 0],
        [34, 0],
      ]);
    });

    it('sessions last from their first use on, as long in every process, and then begin anew', async () => {
      const { limits, elsewhere, clock } = await open();
      const other = await elsewhere();
      const hourMs = 3_600_000;
      const began = await limits.session?.('session:a', hourMs);
      expect(began).toEqual({ start: noon, end: noon + hourMs });
      clock.time += hourMs - 1;
      expect(await other.limits.session?.('session:a', hourMs)).toEqual(began);
      expect(await other.limits.session?.('session:b', hourMs)).toEqual({ start: clock.time, end: clock.time + hourMs });
      clock.time += 1;
      expect(await limits.session?.('session:a', hourMs)).toEqual({ start: clock.time, end: clock.time + hourMs });
      expect(await other.limits.session?.('session:a', hourMs)).toEqual({ start: clock.time, end: clock.time + hourMs });
    });
  });

  describe('concurrency', () => {
    const slots = (most: number, name = 'key:a'): Limit => ({ kind: 'concurrency', name, most });

    it('the limit of concurrency frees a slot when its call ends, once', async () => {
      const { limits } = await open();
      const first = await limits.admit([slots(2)]);
      await limits.admit([slots(2)]);
      await expect(limits.admit([slots(2)])).rejects.toMatchObject({ code: 'CONCURRENCY_LIMITED', details: { limit: 'key:a' } });
      await Promise.all([first.release(), first.release()]);
      await limits.admit([slots(2)]);
      await expect(limits.admit([slots(2)])).rejects.toMatchObject({ code: 'CONCURRENCY_LIMITED' });
    });

    it('the limit of concurrency takes a slot of every limit or none, and then charges no rate either', async () => {
      const { limits } = await open();
      const rate: Limit = { kind: 'requests', name: 'key:a', perMinute: 2 };
      await limits.admit([slots(1, 'team:s')]);
      await expect(limits.admit([rate, slots(1), slots(1, 'team:s')])).rejects.toMatchObject({ details: { limit: 'team:s' } });
      await limits.admit([rate, slots(1)]);
      await limits.admit([rate]);
    });

    it('the limit of concurrency gives the slots of a dead process back', async () => {
      const { limits, doomed } = await open();
      await (await doomed()).limits.admit([slots(1)]);
      await limits.admit([slots(1)]);
    });

    it('the limit of concurrency does not count the slots of a process that no longer renews its lease', async () => {
      const { limits, elsewhere, clock } = await open();
      await (await elsewhere()).limits.admit([slots(1)]);
      await limits.recover();
      clock.time += 3_600_000;
      await limits.recover();
      await limits.admit([slots(1)]);
    });

    it('the limit of concurrency is shared by processes', async () => {
      const { limits, elsewhere } = await open();
      const other = await elsewhere();
      const admission = await other.limits.admit([slots(1)]);
      await expect(limits.admit([slots(1)])).rejects.toMatchObject({ code: 'CONCURRENCY_LIMITED' });
      await admission.release();
      await limits.admit([slots(1)]);
    });
  });

  describe('recovery', () => {
    const rowsOf = async (ledger: Ledger) =>
      (await ledger.totals(always)).totals.map(({ key, cost, estimated }) => ({ outcome: key.outcome, cost, estimated }));

    const answer = (output: number): UsageRow =>
      usageRow({ callId: crypto.randomUUID(), time: noon, usage: { ...noUsage, freshInputTokens: 10, outputTokens: output } });
    /** Input of 20 tokens for 20, and up to 1,000 tokens of output for 2,000. */
    const large = (rest: Partial<UsageRow> = {}): Parameters<Hold['draw']>[0] => {
      const rows = [
        usageRow({ callId: crypto.randomUUID(), usage: { ...noUsage, freshInputTokens: 20, outputTokens: 1_000 }, cost: 2_020, ...rest }),
      ];
      return { ...attempt(2_020, rows), inputCost: 20 };
    };

    it('recovery books the input and as much output as answers of that deployment have, and holds the rest for a day', async () => {
      const { limits, ledger, doomed, clock } = await open();
      await ledger.append([
        ...[5, 30, 40, 50, 900].map(answer),
        { ...answer(1_000), outcome: 'TIMEOUT' },
        { ...answer(1_000), cache: 'HIT' },
      ]);
      await ledger.append([1, 2, 3, 4, 5, 6].map((output) => ({ ...answer(output), deployment: 'another' })));
      await ledger.flush();
      const hold = await (await doomed()).limits.hold([monthly(10_000)], 5_000);
      await hold.draw(large());
      expect(await limits.recover()).toBe(1);
      const { totals } = await ledger.totals({ ...always, groupBy: ['outcome'] });
      expect(totals.find(({ key }) => key.outcome === 'LOST')).toMatchObject({
        cost: 20 + 2 * 40,
        estimated: true,
        usage: { freshInputTokens: 20, outputTokens: 40 },
      });
      expect(await balance(limits, monthly(10_000))).toEqual([[100, 1_920]]);
      await expect(limits.hold([monthly(10_000)], 8_000)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
      clock.time += 23 * 3_600_000;
      await limits.recover();
      expect(await balance(limits, monthly(10_000))).toEqual([[100, 1_920]]);
      clock.time += 3_600_000;
      await limits.recover();
      expect(await balance(limits, monthly(10_000))).toEqual([[100, 0]]);
      await limits.recover();
      expect(await balance(limits, monthly(10_000))).toEqual([[100, 0]]);
    });

    it('recovery takes the route’s answers where the deployment has none, and a page of text where nobody has', async () => {
      for (const [rows, output] of [
        [[{ ...answer(70), deployment: 'another' }], 70],
        [[{ ...answer(70), route: 'other' }], 500],
        [[answer(9_999)], 1_000],
      ] as const) {
        const { limits, ledger, doomed } = await open();
        await ledger.append(rows);
        await ledger.flush();
        await (await (await doomed()).limits.hold([monthly(10_000)], 0)).draw(large());
        await limits.recover();
        expect(await balance(limits, monthly(10_000))).toEqual([[20 + 2 * output, 2_000 - 2 * output]]);
      }
    });

    it('recovery corrects an estimate, and frees what was held beside it, when the process was not dead after all', async () => {
      const { limits, ledger, doomed, clock } = await open();
      for (const waits of [0, 30 * 3_600_000]) {
        const slow = await doomed();
        const hold = await slow.limits.hold([monthly(10_000)], 0);
        const asked = large();
        const draw = await hold.draw(asked);
        const [before] = await balance(limits, monthly(10_000));
        expect(await limits.recover()).toBe(1);
        clock.time += waits;
        await limits.recover();
        await draw.settle(1_234);
        await hold.release();
        await slow.ledger.append([{ ...usageRow(), ...asked.rows[0], outcome: 'OK', cost: 1_234 }]);
        await slow.ledger.flush();
        expect(await balance(limits, monthly(10_000))).toEqual([[(before?.[0] ?? 0) + 1_234, 0]]);
      }
      const { totals } = await ledger.totals(always);
      expect(totals.map(({ key, cost }) => [key.outcome, cost])).toEqual([['OK', 2_468]]);
    });

    it('recovery makes a LOST row of a draw whose process died, and books all that was drawn where all of it is input', async () => {
      const { limits, ledger, doomed } = await open();
      const hold = await (await doomed()).limits.hold([monthly(100)], 80);
      await hold.draw(attempt(50));
      expect(await limits.recover()).toBe(1);
      expect(await rowsOf(ledger)).toEqual([{ outcome: 'LOST', cost: 50, estimated: true }]);
      expect(await balance(limits, monthly(100))).toEqual([[50, 0]]);
      expect(await limits.recover()).toBe(0);
      expect(await balance(limits, monthly(100))).toEqual([[50, 0]]);
    });

    it('recovery makes a row of a draw that had settled, with what it cost', async () => {
      const { limits, ledger, doomed } = await open();
      const hold = await (await doomed()).limits.hold([monthly(100)], 80);
      await (await hold.draw(attempt(50))).settle(20);
      expect(await limits.recover()).toBe(1);
      expect(await rowsOf(ledger)).toEqual([{ outcome: 'LOST', cost: 20, estimated: true }]);
      expect(await balance(limits, monthly(100))).toEqual([[20, 0]]);
    });

    it('recovery adds up the attempts of one call', async () => {
      const { limits, ledger, doomed } = await open();
      const hold = await (await doomed()).limits.hold([monthly(100)], 0);
      const rows = [
        usageRow({ callId: 'x', use: 0, coordinate: 'A.a', cost: 30 }),
        usageRow({ callId: 'x', use: 1, coordinate: 'A.b', cost: 10 }),
      ];
      await (await hold.draw(attempt(40, rows))).settle(5);
      await hold.draw(attempt(40, rows));
      expect(await limits.recover()).toBe(1);
      const { totals } = await ledger.totals({ ...always, groupBy: ['coordinate'] });
      expect(totals.map(({ key, cost }) => [key.coordinate, cost])).toEqual([
        ['A.a', 34],
        ['A.b', 11],
      ]);
      expect(await balance(limits, monthly(100))).toEqual([[45, 0]]);
    });

    it('recovery does not invent a price', async () => {
      const { limits, ledger, doomed } = await open();
      const hold = await (await doomed()).limits.hold([], 0);
      await hold.draw(attempt(0, [usageRow({ callId: 'unpriced', cost: null })]));
      expect(await limits.recover()).toBe(1);
      expect(await rowsOf(ledger)).toEqual([{ outcome: 'LOST', cost: null, estimated: true }]);
    });

    it('recovery leaves a call alone that has its row', async () => {
      const { limits, ledger, doomed } = await open();
      const dead = await doomed();
      const draw = await (await dead.limits.hold([monthly(100)], 0)).draw(attempt(50, [usageRow({ callId: 'x', cost: 50 })]));
      await draw.settle(20);
      await dead.ledger.append([usageRow({ callId: 'x', cost: 20 })]);
      await dead.ledger.flush();
      expect(await limits.recover()).toBe(0);
      expect(await rowsOf(ledger)).toEqual([{ outcome: 'OK', cost: 20, estimated: false }]);
      expect(await balance(limits, monthly(100))).toEqual([[20, 0]]);
    });

    it('recovery books what the row says when the process died between the row and the settlement', async () => {
      const { limits, doomed } = await open();
      const dead = await doomed();
      await (await dead.limits.hold([monthly(100)], 90)).draw(attempt(50, [usageRow({ callId: 'x', cost: 50 })]));
      await dead.ledger.append([usageRow({ callId: 'x', cost: 20 })]);
      await dead.ledger.flush();
      expect(await limits.recover()).toBe(0);
      expect(await balance(limits, monthly(100))).toEqual([[20, 0]]);
    });

    it('recovery corrects itself when the process was not dead after all', async () => {
      const { limits, ledger, doomed } = await open();
      const slow = await doomed();
      const hold = await slow.limits.hold([monthly(100)], 90);
      const draw = await hold.draw(attempt(50, [usageRow({ callId: 'x', cost: 50 })]));
      expect(await limits.recover()).toBe(1);
      await draw.settle(20);
      await hold.release();
      await slow.ledger.append([usageRow({ callId: 'x', cost: 20 })]);
      await slow.ledger.flush();
      expect(await rowsOf(ledger)).toEqual([{ outcome: 'OK', cost: 20, estimated: false }]);
      expect(await balance(limits, monthly(100))).toEqual([[20, 0]]);
    });

    it('recovery touches nothing of a process that lives', async () => {
      const { limits, ledger, elsewhere, clock } = await open();
      const other = await elsewhere();
      const draw = await (await other.limits.hold([monthly(100)], 80)).draw(attempt(50));
      expect(await limits.recover()).toBe(0);
      expect(await rowsOf(ledger)).toEqual([]);
      expect(await balance(limits, monthly(100))).toEqual([[0, 80]]);
      await draw.settle(10);
      // Others see it as held until it is booked and what is left of it is given back.
      clock.time += 1_000;
      await vi.waitFor(async () => expect(await balance(limits, monthly(100))).toEqual([[10, 30]]), { timeout: 20_000 });
    });

    it('recovery takes a process for dead that does not renew its lease', async () => {
      const { limits, elsewhere, clock } = await open();
      const other = await elsewhere();
      await (await other.limits.hold([monthly(100)], 80)).draw(attempt(50));
      expect(await limits.recover()).toBe(0);
      clock.time += 3_600_000;
      expect(await limits.recover()).toBe(1);
      expect(await balance(limits, monthly(100))).toEqual([[50, 0]]);
    });

    it('recovery happens once when two processes recover at the same moment', async () => {
      const { limits, ledger, elsewhere, doomed } = await open();
      const other = await elsewhere();
      const hold = await (await doomed()).limits.hold([monthly(1_000)], 900);
      await Promise.all([1, 2, 3, 4].map((cost) => hold.draw(attempt(cost))));
      const recovered = await Promise.all([limits.recover(), other.limits.recover(), limits.recover()]);
      expect(recovered.reduce((a, b) => a + b)).toBe(4);
      expect(await rowsOf(ledger)).toEqual([{ outcome: 'LOST', cost: 10, estimated: true }]);
      expect(await balance(limits, monthly(1_000))).toEqual([[10, 0]]);
    });
  });
}

const turns = fc.nat(4);
const anyOperation = fc.record({
  reserve: fc.nat(60),
  wait: turns,
  releaseEarly: fc.boolean(),
  draws: fc.array(fc.record({ most: fc.nat(50), costPercent: fc.integer({ min: 0, max: 120 }), runs: turns, cancelled: fc.boolean() }), {
    maxLength: 3,
  }),
});
type Operation = typeof anyOperation extends fc.Arbitrary<infer T> ? T : never;

const turn = async (times: number): Promise<void> => {
  for (let n = 0; n < times; n += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** One operation as the gateway runs it: a hold, attempts at the same time, settlements, a release. */
async function run(
  limits: Limits,
  accounts: readonly Limit[],
  { reserve, wait, releaseEarly, draws }: Operation,
  sums: { cost: number; overrun: number },
  check: () => Promise<void>,
): Promise<void> {
  await turn(wait);
  const hold = await unlessExceeded(limits.hold(accounts, reserve));
  await check();
  if (hold === null) return;
  const attempts = draws.map(async ({ most, costPercent, runs, cancelled }) => {
    const draw = await unlessExceeded<Draw>(hold.draw(attempt(most)));
    if (draw === null) return;
    await turn(runs);
    const cost = cancelled ? 0 : Math.round((most * costPercent) / 100);
    sums.cost += cost;
    sums.overrun += Math.max(0, cost - most);
    await draw.settle(cost);
    await check();
  });
  if (releaseEarly) await hold.release();
  await Promise.all(attempts);
  await hold.release();
  await check();
}

function unlessExceeded<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((error: { readonly code?: string }) => {
    if (error.code === 'BUDGET_EXCEEDED') return null;
    throw error;
  });
}

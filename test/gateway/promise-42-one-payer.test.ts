import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Limit } from '../../src/core/call/hold.ts';
import { type NanoUsd, nanoUsdOf } from '../../src/core/money.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { answerMemory } from '../../src/pipeline/cache/kept-answers.ts';
import { pipeline } from '../../src/pipeline/pipeline.ts';
import { healthBook } from '../../src/routing/health.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { call, double, lasting, passes, route, stammers } from '../doubles.ts';
import { faced } from '../faces.ts';
import { whenOver } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import { newGate } from '../raw-upstream.ts';
import { rounds } from '../rounds.ts';
import { budgetOf, eventually, ledgerOf, newKey, prompt, stream, until } from './asking.ts';
import { scripted } from './scripted.ts';

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const readers = fc.array(
  fc.record({
    /** Nano-dollars: nothing, some, or plenty for the most that the call can cost (212,000). */
    budget: fc.constantFrom(1, 150_000, 300_000, 10_000_000),
    comesAfter: fc.nat(8),
    leavesAfter: fc.option(fc.nat(20)),
    pace: fc.nat(2),
  }),
  { minLength: 1, maxLength: 5 },
);

describe('one payer in the ledger and in the budgets', () => {
  it('whoever comes, leaves, or has no budget, while a call is shared', { timeout: 120_000 }, async () => {
    const storage = await openStorage({ folder: null });
    whenOver(() => storage.close());
    const { ledger, limits } = storage;
    let runs = 0;
    const teamBudget = (run: number): Limit => ({ kind: 'budget', name: `team:${run}`, per: 'month', most: 100_000_000 });
    await fc.assert(
      fc.asyncProperty(readers, fc.integer({ min: 1, max: 15 }), fc.boolean(), async (asked, words, breaks) => {
        runs += 1;
        const run = runs;
        const talks = stammers(words);
        const provider = breaks ? breaking(words) : talks;
        const handle = faced(
          pipeline({
            routes: new Map([['default', route('default', [provider], { attempts: 2 })]]),
            ledger,
            limits,
            leases: lasting,
            guard: passes,
            validate: passes,
            cache: answerMemory(),
            health: healthBook(),
            log: silentLog,
            random: () => 0,
          }),
        );
        const principals = asked.map(({ budget }, index) => ({
          ...call().principal,
          id: `key:${run}-${index}`,
          team: `${run}`,
          limits: [{ kind: 'budget', name: `key:${run}-${index}`, per: 'month', most: budget } as const, teamBudget(run)],
        }));
        await Promise.all(
          asked.map(async ({ comesAfter, leavesAfter, pace }, index) => {
            const principal = principals[index];
            if (principal === undefined) return;
            await turns(comesAfter);
            const hold = await limits.hold(principal.limits, 0);
            const mine = call({ id: crypto.randomUUID(), principal, hold });
            const leaves = leavesAfter === null ? null : turns(leavesAfter).then(() => mine.leave());
            try {
              for await (const _ of handle(completionRequest('Say much.'), mine)) await turns(pace);
            } catch {}
            await leaves;
            await hold.release();
          }),
        );
        // A draw that came after its reader had left is given back in the background.
        await turns(20);
        await eventually(
          'all draws are settled',
          () => limits.budgets([teamBudget(run)]),
          ([state]) => state?.held === 0,
        );
        await ledger.flush();
        const { totals } = await ledger.totals({
          from: Date.now() - 3_600_000,
          to: Date.now() + 3_600_000,
          groupBy: ['principal'],
          interval: null,
          first: 100,
          after: null,
          only: { team: `${run}` },
        });
        const booked = new Map(totals.map(({ key, cost }) => [key.principal, cost]));
        let sum: NanoUsd = 0;
        for (const principal of principals) {
          const [own] = await limits.budgets(principal.limits);
          expect({ [principal.id]: own?.spent, held: own?.held }).toEqual({ [principal.id]: booked.get(principal.id), held: 0 });
          expect(own?.spent).toBeLessThanOrEqual(own?.limit ?? 0);
          sum += own?.spent ?? 0;
        }
        expect(await limits.budgets([teamBudget(run)])).toMatchObject([{ spent: sum, held: 0 }]);
        expect(sum > 0 || asked.every(({ budget, leavesAfter }) => budget < 300_000 || leavesAfter !== null)).toBe(true);
      }),
      // The drills run ten times as many.
      { numRuns: 50 * rounds },
    );
  });

  it('a shared call lets a team whose budget has room for one call pass it on', async () => {
    const storage = await openStorage({ folder: null });
    whenOver(() => storage.close());
    const { limits } = storage;
    const team: Limit = { kind: 'budget', name: 'team:t', per: 'month', most: 100 };
    const first = await (await limits.hold([team], 0)).draw({ callId: 'x', most: 80, rows: [] });
    const second = await (await limits.hold([team], 0)).draw({ callId: 'y', most: 80, rows: [], instead: first });
    expect(await limits.budgets([team])).toMatchObject([{ spent: 0, held: 80 }]);
    await first.settle(0);
    await second.settle(50);
    expect(await limits.budgets([team])).toMatchObject([{ spent: 50, held: 0 }]);
  });

  it('a shared call books what a draw cost that had given way and ended at the same moment', async () => {
    const storage = await openStorage({ folder: null });
    whenOver(() => storage.close());
    const { limits } = storage;
    const mine: Limit = { kind: 'budget', name: 'key:x', per: 'month', most: 100 };
    const theirs: Limit = { kind: 'budget', name: 'key:y', per: 'month', most: 100 };
    const first = await (await limits.hold([mine], 0)).draw({ callId: 'x', most: 80, rows: [] });
    const second = await (await limits.hold([theirs], 0)).draw({ callId: 'y', most: 80, rows: [], instead: first });
    await Promise.all([first.settle(30), second.settle(0)]);
    expect(await limits.budgets([mine, theirs])).toMatchObject([
      { spent: 30, held: 0 },
      { spent: 0, held: 0 },
    ]);
  });

  it('a reader with a spent key hears no more when the payer leaves, who pays what came until then', async () => {
    const { gateway, upstream } = await scripted();
    const [x, y] = [await newKey(gateway, { monthlyBudget: '1' }), await newKey(gateway, { monthlyBudget: '0.000001' })];
    const rest = newGate();
    upstream.plays({
      pieces: [compatible.begins, compatible.says('A few words. '), rest, compatible.says('All of the rest.'), compatible.ends],
    });
    const leaving = new AbortController();
    const first = stream(gateway, prompt('The same.'), { key: x.secret, signal: leaving.signal });
    const second = stream(gateway, prompt('The same.'), { key: y.secret });
    await until(first, 'TextDelta');
    await until(second, 'TextDelta');
    expect(upstream.requests).toHaveLength(1);
    leaving.abort();
    await first.next().catch(() => {});
    const failed = await until(second, 'CompletionFailed');
    rest.open();
    expect(failed).toMatchObject({ failure: { code: 'BUDGET_EXCEEDED' }, completion: { text: 'A few words. ' } });
    await upstream.requests[0]?.closed;

    const rows = await eventually(
      'both calls have their rows',
      () => ledgerOf(gateway, gateway.developmentKey, ['PRINCIPAL', 'OUTCOME']),
      (found) => found.length === 2,
    );
    const costOf = (id: string): number =>
      nanoUsdOf(rows.find(({ key }) => key.principal === `key:${id}`)?.usage.cost.amount) ?? Number.NaN;
    expect(costOf(x.id)).toBeGreaterThan(0);
    expect(costOf(y.id)).toBe(0);
    expect(await budgetOf(gateway, x.secret)).toMatchObject({ spent: costOf(x.id), held: 0 });
    expect(await budgetOf(gateway, y.secret)).toMatchObject({ spent: 0, held: 0 });
  });
});

/** Says some words, then fails, each time it is asked. */
const breaking = (words: number) =>
  double('breaking', async function* (_request, { signal }) {
    for (let word = 0; word < words; word += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw signal.reason;
      yield { type: 'text', text: `w${word} ` };
    }
    throw new Error('It broke.');
  });

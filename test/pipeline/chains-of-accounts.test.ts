/**
 * Thousands of calls at the same time on chains of accounts: of an organisation, its teams, agents, keys, users, sessions and fields. Clients leave,
 * vendors fail and hang, time limits end calls, and the periods of the budgets end in the middle of all that.
 */
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Principal, Use } from '../../src/core/call/call.ts';
import type { BudgetLimit, Limit, QuotaLimit } from '../../src/core/call/hold.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { noUsage, totalTokensOf } from '../../src/core/money.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { abortError } from '../../src/core/turns/abort.ts';
import { holdOfFields, limitsOfUses } from '../../src/operations/limits/field-limits.ts';
import { operationHold } from '../../src/operations/operation-hold.ts';
import { answerMemory } from '../../src/pipeline/cache/kept-answers.ts';
import { pipeline } from '../../src/pipeline/pipeline.ts';
import { type HealthBook, healthBook } from '../../src/routing/health.ts';
import type { UsageDimension } from '../../src/storage/ledger/ledger.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { call, deployment, double, lasting, passes, route } from '../doubles.ts';
import { faced } from '../faces.ts';
import { rounds } from '../rounds.ts';
import { processOn, temporaryFolder } from '../storage/state.ts';

/** Ten minutes before a Sunday in Berlin that has 25 hours. */
const beforeMidnight = Date.UTC(2026, 9, 24, 21, 50);
const callsAtATime = 1_000;

const budget = (name: string, per: BudgetLimit['per'], most: number, timeZone?: string): BudgetLimit => ({
  ...{ kind: 'budget', name, per, most },
  ...(timeZone === undefined ? {} : { timeZone }),
});
const session = { start: beforeMidnight, end: beforeMidnight + 24 * 3_600_000 };

/** Most accounts have too little for all who draw on them. */
const accountsOf = (team: number, key: number, user: number): readonly Limit[] => [
  budget(`user:${user}`, 'day', 4_000_000, 'Europe/Berlin'),
  budget(`user:${user}`, 'total', 60_000_000),
  budget(`key:${key}`, 'month', 20_000_000),
  budget(`agent:${key % 2}`, 'day', 30_000_000, 'Europe/Berlin'),
  budget(`team:${team}`, 'day', 12_000_000, 'Europe/Berlin'),
  budget(`team:${team}`, 'week', 40_000_000, 'America/New_York'),
  budget('organisation:acme', 'day', 60_000_000, 'Europe/Berlin'),
  { ...budget(`session:${key}`, 'session', 15_000_000), session },
  { kind: 'quota', of: 'calls', name: `session:${key}`, per: 'session', most: 90, session },
  { kind: 'quota', of: 'tokens', name: `session:${key}`, per: 'session', most: 4_000, session },
  { kind: 'concurrency', name: `team:${team}`, most: 100 },
];
const fieldLimits: Readonly<Record<string, readonly Limit[]>> = {
  'A.scarce': [budget('field:A.scarce', 'day', 5_000_000, 'Europe/Berlin')],
  'A.plenty': [budget('field:A.plenty', 'day', 900_000_000)],
};
const limitsOfField = (coordinate: string): readonly Limit[] | null => fieldLimits[coordinate] ?? null;

const anyCall = fc.record({
  who: fc.record({ team: fc.nat(2), key: fc.nat(3), user: fc.nat(7) }),
  uses: fc.constantFrom<readonly Use[]>(
    [{ coordinate: 'A.scarce', weight: 1 }],
    [{ coordinate: 'A.plenty', weight: 1 }],
    [{ coordinate: 'A.free', weight: 1 }],
    [
      { coordinate: 'A.scarce', weight: 2 },
      { coordinate: 'A.plenty', weight: 1 },
      { coordinate: 'A.plenty', weight: 4 },
    ],
  ),
  ends: fc.constantFrom('well', 'well', 'well', 'fails first', 'fails once', 'breaks', 'is left', 'hangs', 'counts nothing'),
  output: fc.nat(90),
  waits: fc.nat(12),
  passesMs: fc.nat(3_000),
  reserves: fc.nat(300_000),
  isWhole: fc.boolean(),
});
type Asked = typeof anyCall extends fc.Arbitrary<infer T> ? T : never;

/** Failures are as many as successes here: a circuit breaker would let nothing through. */
const alwaysHealthy: HealthBook = {
  ...healthBook(),
  begin: () => ({ spoke() {}, succeeded() {}, failed() {}, abandoned() {} }),
};

const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) await turn();
};

async function opened() {
  const clock = { time: beforeMidnight };
  const process_ = await processOn(temporaryFolder(), { clock });
  const { limits, ledger } = process_;
  const asked = new Map<string, Asked & { attempts: number }>();
  const vendor = double('vendor', async function* (request, { signal, report }) {
    const text = request.kind === 'completion' ? JSON.stringify(request.messages) : '';
    const [, id = ''] = /question (\d+)/.exec(text) ?? [];
    const script = asked.get(id);
    if (script === undefined) throw new Error('Nobody asked that.');
    script.attempts += 1;
    const { ends, output, waits } = script;
    await turns(waits);
    clock.time += script.passesMs;
    if (ends === 'fails first' || (ends === 'fails once' && script.attempts === 1))
      throw new GatewayError('MODEL_UNAVAILABLE', 'It fails.', { phase: 'before-content' });
    yield { type: 'text', text: 'Well, ' };
    await turns(waits);
    if (ends === 'breaks') throw new GatewayError('MODEL_UNAVAILABLE', 'It breaks.', { phase: 'mid-stream' });
    if (ends === 'hangs' || ends === 'is left') {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      throw abortError(signal);
    }
    yield { type: 'text', text: 'yes.' };
    if (ends !== 'counts nothing') report({ ...noUsage, freshInputTokens: 11, outputTokens: output + 2 });
    yield { type: 'finish', reason: 'stop' };
  });
  const handle = faced(
    pipeline({
      routes: new Map([['default', route('default', [deployment(vendor, { id: 'a' }), deployment(vendor, { id: 'b' })])]]),
      ...{ limits, ledger, leases: lasting, guard: passes, validate: passes, cache: answerMemory(), log: silentLog },
      health: alwaysHealthy,
      now: () => clock.time,
      random: () => 0,
    }),
  );

  const ask = async (id: string, one: Asked): Promise<string> => {
    asked.set(id, { ...one, attempts: 0 });
    const { team, key, user } = one.who;
    const principal: Principal = {
      ...{
        id: `key:${team}${key}:${user}`,
        kind: 'key',
        agent: `${key % 2}`,
        team: `${team}`,
        organisation: 'acme',
        scopes: ['ai:use'],
        routes: null,
      },
      user: { id: `${user}`, name: null, revokedAt: null },
      limits: accountsOf(team, 10 * team + key, user),
    };
    const operation = operationHold(limits, principal.limits);
    try {
      if (one.reserves > 200_000) await operation.reserve(one.reserves);
      const ofFields = limitsOfUses(one.uses, principal, limitsOfField);
      const made = call({
        ...{ id: `call ${id}`, uses: one.uses, principal },
        hold: holdOfFields(operation.share().hold, one.uses, principal, limitsOfField),
        ...(ofFields === null ? {} : { fieldLimits: ofFields }),
        ...(one.ends === 'hangs' ? { deadlineMs: performance.now() + 20 } : {}),
      });
      const request = { ...completionRequest(`question ${id} of many`), maxOutputTokens: 92 };
      if (one.ends === 'is left') void turns(one.waits * 3 + 5).then(made.leave);
      if (one.isWhole) await handle.whole(request, made);
      else for await (const _ of handle.stream(request, made)) clock.time += one.passesMs;
      return 'OK';
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code === 'INTERNAL') throw error;
      return error.code;
    } finally {
      await operation.release();
    }
  };
  return { ...process_, clock, ask };
}

describe('chains of accounts', () => {
  it('chains of accounts are never overspent, and are to the nano-dollar what the ledger says, however calls end and periods with them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCall, { minLength: callsAtATime, maxLength: callsAtATime }), async (calls) => {
        const { limits, ledger, database, clock, ask } = await opened();
        const all = new Map<string, BudgetLimit | QuotaLimit>(
          calls.flatMap(({ who: { team, key, user } }) =>
            [...accountsOf(team, 10 * team + key, user), ...Object.values(fieldLimits).flat()].flatMap((limit) =>
              limit.kind === 'budget' || limit.kind === 'quota' ? [[`${limit.name} ${perOf(limit)}`, limit] as const] : [],
            ),
          ),
        );
        const check = async (): Promise<void> => {
          for (const { spent, held, limit, name } of await limits.budgets([...all.values()]))
            expect(spent + held, name).toBeLessThanOrEqual(limit);
        };
        // They come in as fast as they can, in two waves: one before and one after midnight.
        const half = callsAtATime / 2;
        const outcomes: string[] = [];
        for (const [wave, time] of [beforeMidnight, beforeMidnight + 9.9 * 60_000].entries()) {
          clock.time = time;
          const answers = calls.slice(wave * half, (wave + 1) * half).map(async (one, index) => {
            await turns(index % 40);
            const outcome = await ask(`${wave}${index}`, one);
            if (index % 50 === 0) await check();
            return outcome;
          });
          outcomes.push(...(await Promise.all(answers)));
        }
        await check();
        await ledger.flush();

        for (const code of ['OK', 'BUDGET_EXCEEDED', 'MODEL_UNAVAILABLE']) expect(outcomes).toContain(code);
        const rows = await database.all('select name, per, window_start, spent, held from accounts');
        const sums = new Map<string, number>();
        for (const row of rows) {
          const id = `${row['name']} ${row['per']}`;
          const limit = all.get(id);
          if (limit === undefined) continue;
          expect(Number(row['spent']), id).toBeLessThanOrEqual(limit.most);
          sums.set(id, (sums.get(id) ?? 0) + Number(row['spent']));
        }
        const days = new Set(rows.filter((row) => row['name'] === 'organisation:acme').map((row) => row['window_start']));
        expect(days.size).toBe(2);

        const booked = async (
          by: UsageDimension,
          what: 'cost' | 'tokens' = 'cost',
        ): Promise<ReadonlyMap<string | null | undefined, number>> => {
          const { totals } = await ledger.totals({ ...everything, groupBy: [by] });
          return new Map(totals.map(({ key, cost, usage }) => [key[by], what === 'cost' ? (cost ?? 0) : totalTokensOf(usage)]));
        };
        const [teams, agents, keys, users, fields] = [
          await booked('team'),
          await booked('agent'),
          await booked('principal'),
          await booked('user'),
          await booked('coordinate'),
        ];
        const whole = [...teams.values()].reduce((a, b) => a + b, 0);
        expect(sums.get('organisation:acme day')).toBe(whole);
        expect(whole).toBeGreaterThan(0);
        for (const [id, limit] of all) {
          const [kind, name = ''] = limit.name.split(':');
          const expected = {
            team: () => teams.get(name),
            agent: () => agents.get(name),
            key: () => keys.get(`key:${name.padStart(2, '0')}`),
            session: () => keys.get(`key:${name.padStart(2, '0')}`),
            user: () => users.get(name),
            field: () => fields.get(name),
          }[kind ?? ''];
          if (limit.kind === 'budget' && expected !== undefined) expect([id, sums.get(id) ?? 0]).toEqual([id, expected() ?? 0]);
        }
        const tokens = await booked('principal', 'tokens');
        for (const [id, { kind, name }] of all) {
          if (kind === 'quota' && id.endsWith('tokens'))
            expect([id, sums.get(id) ?? 0]).toEqual([id, tokens.get(`key:${name.slice('session:'.length).padStart(2, '0')}`) ?? 0]);
        }
        // Nothing is held when all have ended.
        for (const state of await limits.budgets([...all.values()])) expect([state.name, state.held]).toEqual([state.name, 0]);
      }),
      // Hundreds of calls cannot be made fewer one by one.
      { numRuns: rounds, endOnFailure: true },
    );
  });
});

const perOf = (limit: BudgetLimit | QuotaLimit): string => (limit.kind === 'budget' ? limit.per : `${limit.per} ${limit.of}`);
const everything = {
  from: Date.UTC(2026, 9, 20),
  to: Date.UTC(2026, 9, 30),
  interval: null,
  first: 1_000,
  after: null,
  only: null,
} as const;

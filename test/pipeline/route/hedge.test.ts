import { describe, expect, it } from 'vitest';
import type { Spent } from '../../../src/core/call/call.ts';
import type { Hold } from '../../../src/core/call/hold.ts';
import { collect } from '../../../src/core/chunk.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import { healthBook } from '../../../src/routing/health.ts';
import type { Route } from '../../../src/routing/route.ts';
import {
  account,
  breaks,
  call,
  double,
  fails,
  gateway,
  hangs,
  ignoresEverything,
  memoryLedger,
  request,
  route,
  says,
} from '../../doubles.ts';

/** Nobody waits for the hedge in these tests: the first is silent, or the second must never be asked. */
const soon = { hedge: { afterMs: 1 } } as const;
const never = { hedge: { afterMs: 60_000 } } as const;

const ask = (of: Route, asked = call()) => collect(gateway([of]).handle(request, asked));

describe('a route that hedges', () => {
  it('a route that hedges lets the second answer when the first is silent, and aborts the first at once', async () => {
    const first = hangs();
    const second = says('Hi there.');
    const spent: Spent = { attempts: 0, endsAt: null };
    await expect(ask(route('default', [first, second], soon), call({ spent }))).resolves.toMatchObject({ text: 'Hi there.' });
    expect([first.asked.length, second.asked.length, spent.attempts]).toEqual([1, 1, 2]);
    expect([first.aborted(), first.running()]).toEqual([1, 0]);
  });

  it('a route that hedges lets the first answer when it speaks in time, and asks nobody else', async () => {
    const second = says('Other.');
    await expect(ask(route('default', [says('Hi.'), second], never))).resolves.toMatchObject({ text: 'Hi.' });
    expect(second.asked).toHaveLength(0);
  });

  it('a route that hedges lets the first answer still, when it speaks before the second', async () => {
    const second = hangs();
    const spoken = Promise.withResolvers<void>();
    const first = double('slow', async function* () {
      await spoken.promise;
      yield { type: 'text', text: 'At last.' };
      yield { type: 'finish', reason: 'stop' };
    });
    const opens = double('opens', (what, options) => {
      spoken.resolve();
      return second.send(what, { ...options, model: 'm', firstChunkMs: 60_000, idleMs: 60_000 });
    });
    await expect(ask(route('default', [first, opens], soon))).resolves.toMatchObject({ text: 'At last.' });
    expect([opens.aborted(), opens.running()]).toEqual([1, 0]);
  });

  it('a route that hedges books both attempts, the loser as it was settled, and holds nothing afterwards', async () => {
    const budget = account(1_000_000_000);
    const ledger = memoryLedger();
    const { handle } = gateway([route('default', [hangs(), says('Hi there.')], soon)], { ledger });
    const asked = call({ hold: budget.hold });
    await collect(handle(request, asked));
    expect(asked.attempts()).toMatchObject([
      { deployment: 'hangs-1', outcome: 'CANCELLED', estimated: true, timeToFirstTokenMs: null },
      { deployment: 'says-2', outcome: 'OK', estimated: false },
    ]);
    const [loser, winner] = asked.facts.flatMap((fact) => (fact.type === 'attempt' ? [fact.cost ?? 0] : []));
    expect(loser).toBeGreaterThan(0);
    expect(ledger.rows).toMatchObject([{ deployment: 'says-2', outcome: 'OK', attempts: 2, cost: (loser ?? 0) + (winner ?? 0) }]);
    expect(budget.spent()).toBe((loser ?? 0) + (winner ?? 0));
    expect(budget.held()).toBe(0);
  });

  it('a route that hedges holds nothing afterwards, also of a loser that spoke at the same moment and is slow to settle', async () => {
    const budget = account(1_000_000_000);
    let settled = 0;
    const hold: Hold = {
      ...budget.hold,
      async draw(attempt) {
        const drawn = await budget.hold.draw(attempt);
        return {
          async settle(cost) {
            // The loser is the first to settle.
            settled += 1;
            for (let turns = settled === 1 ? 0 : 10; turns < 10; turns += 1) await new Promise((next) => setImmediate(next));
            await drawn.settle(cost);
          },
        };
      },
    };
    const both = Promise.withResolvers<void>();
    const speaker = (begins: () => void) =>
      double('speaks', async function* () {
        begins();
        await both.promise;
        yield { type: 'text', text: 'Hi.' };
        yield { type: 'finish', reason: 'stop' };
      });
    const deployments = [speaker(() => {}), speaker(() => both.resolve())];
    const answered = ask(route('default', deployments, soon), call({ hold }));
    await expect(answered).resolves.toMatchObject({ text: 'Hi.' });
    expect(budget.held()).toBe(0);
  });

  it('a route that hedges waits for no loser that ignores everything', async () => {
    await expect(ask(route('default', [ignoresEverything(), says('Hi.')], soon))).resolves.toMatchObject({ text: 'Hi.' });
  });

  it('a route that hedges has the other when either fails before it has spoken', async () => {
    const slow = says('Late.');
    const afterHedge = Promise.withResolvers<void>();
    const failsThen = double('fails', (what, options) => {
      afterHedge.resolve();
      return fails('MODEL_UNAVAILABLE').send(what, { ...options, model: 'm', firstChunkMs: 1, idleMs: 1 });
    });
    const first = double('slow', async function* (what, options) {
      await afterHedge.promise;
      yield* slow.send(what, { ...options, model: 'm', firstChunkMs: 1, idleMs: 1 });
    });
    await expect(ask(route('default', [first, failsThen], soon))).resolves.toMatchObject({ text: 'Late.' });
  });

  it.each(['BAD_REQUEST', 'BUDGET_EXCEEDED'] as const)(
    'a route that hedges is not ended by a second that refuses with %s',
    async (code) => {
      const asked = Promise.withResolvers<void>();
      const refuses = double('refuses', (what, options) => {
        asked.resolve();
        return fails(code).send(what, { ...options, model: 'm', firstChunkMs: 1, idleMs: 1 });
      });
      const first = double('slow', async function* () {
        await asked.promise;
        yield { type: 'text', text: 'Late.' };
        yield { type: 'finish', reason: 'stop' };
      });
      await expect(ask(route('default', [first, refuses], soon))).resolves.toMatchObject({ text: 'Late.' });
    },
  );

  it.each(['first', 'second'])(
    'a route that hedges raises what nobody could mend, told by the %s, when the other fails, and asks nobody else',
    async (who) => {
      const begun = Promise.withResolvers<void>();
      const told = Promise.withResolvers<void>();
      const refuses = double('refuses', async function* () {
        await begun.promise;
        setImmediate(told.resolve);
        yield* [];
        throw new GatewayError('BAD_REQUEST', 'No model takes this.');
      });
      const breaksDown = double('breaks-down', async function* () {
        begun.resolve();
        await told.promise;
        yield* [];
        throw new GatewayError('MODEL_UNAVAILABLE', 'It is down.');
      });
      const third = says('Third.');
      const pair = who === 'first' ? [refuses, breaksDown] : [breaksDown, refuses];
      await expect(ask(route('default', [...pair, third], soon))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      expect(third.asked).toHaveLength(0);
    },
  );

  it('a route that hedges takes both out of the one budget of attempts', async () => {
    const third = says('Third.');
    const failure = ask(
      route('default', [fails('MODEL_UNAVAILABLE'), hangs(), third], { ...soon, attempts: 2 }),
      call({ deadlineMs: performance.now() + 300 }),
    );
    await expect(failure).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(third.asked).toHaveLength(0);
  });

  it('a route that hedges asks no deployment whose circuit is open, nor the first one twice', async () => {
    const health = healthBook();
    const resting = says('Never.');
    const third = says('Third.');
    const of = route('default', [hangs(), resting, third], soon);
    const [, second] = of.deployments;
    for (let fault = 0; fault < 5 && second !== undefined; fault += 1) health.begin(second, call().principal)?.failed();
    const { handle } = gateway([of], { health });
    await expect(collect(handle(request, call()))).resolves.toMatchObject({ text: 'Third.' });
    expect(resting.asked).toHaveLength(0);
  });

  it('a route that hedges changes to nobody after the first content', async () => {
    const second = says('Other.');
    const asked = call({ live: true });
    await expect(ask(route('default', [breaks('Half an'), second], never), asked)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      details: { phase: 'mid-stream' },
    });
    expect(second.asked).toHaveLength(0);
  });

  it('a route that hedges stops both when the caller leaves', async () => {
    const bothRun = Promise.withResolvers<void>();
    const first = hangs();
    const second = double('silent', (what, options) => {
      bothRun.resolve();
      return hangs().send(what, { ...options, model: 'm', firstChunkMs: 60_000, idleMs: 60_000 });
    });
    const client = new AbortController();
    const answer = ask(route('default', [first, second], soon), call({ signal: client.signal }));
    await bothRun.promise;
    client.abort();
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([first.running(), second.running()]).toEqual([0, 0]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkByChunk, inBatches } from '../../../src/core/batch.ts';
import type { Handler } from '../../../src/core/call/call.ts';
import { collect } from '../../../src/core/chunk.ts';
import { openFlight } from '../../../src/pipeline/cache/shared-stream.ts';
import { account, breaks, call, type Double, double, fails, gateway, hangs, request, route, says, stammers } from '../../doubles.ts';
import { ask } from '../../faces.ts';
import { rounds } from '../../rounds.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Says a word each time it is told to. */
function prompted(): Double & { readonly say: (text: string) => Promise<void>; readonly stop: () => Promise<void> } {
  const words: (string | null)[] = [];
  let wake: () => void = () => {};
  const provider = double('prompted', async function* (_request, { signal }) {
    signal.addEventListener('abort', () => wake());
    for (;;) {
      const word = words.shift();
      if (signal.aborted) throw signal.reason;
      if (word === null) break;
      if (word !== undefined) yield { type: 'text', text: word };
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    yield { type: 'finish', reason: 'stop' };
  });
  const push = async (word: string | null): Promise<void> => {
    words.push(word);
    wake();
    await turn();
  };
  return { ...provider, say: push, stop: () => push(null) };
}

describe('identical calls in flight', () => {
  it('identical calls in flight share one upstream call, booked once', async () => {
    const provider = stammers(5);
    const { handle, ledger } = gateway([route('default', [provider])]);
    const calls = [call(), call(), call()];
    const answers = await Promise.all(calls.map((asked) => collect(handle(request, asked))));
    expect(new Set(answers.map((answer) => answer.text))).toEqual(new Set(['w0 w1 w2 w3 w4 ']));
    expect(provider.asked).toHaveLength(1);
    expect(ledger.rows.map((row) => row.cost).sort()).toEqual([0, 0, 20_000]);
    expect(calls.map((asked) => asked.settlement())).toMatchObject([
      { cache: 'BYPASS', cost: 20_000, savedCost: 0 },
      { cache: 'SHARED', cost: 0, savedCost: 20_000, deployment: 'stammers-1', attempts: [] },
      { cache: 'SHARED', cost: 0, savedCost: 20_000 },
    ]);
  });

  it('identical calls in flight does not share with another tenant, nor on bypass or refresh', async () => {
    const provider = stammers(3);
    const { handle } = gateway([route('default', [provider])]);
    const other = { ...call().principal, team: 'other' };
    await Promise.all(
      [
        call(),
        call({ principal: other }),
        call({ cache: { mode: 'bypass', maxAgeSeconds: null } }),
        call({ cache: { mode: 'refresh', maxAgeSeconds: null } }),
      ].map((asked) => collect(handle(request, asked))),
    );
    expect(provider.asked).toHaveLength(4);
  });

  it('identical calls in flight tells a late reader what was said before it came', async () => {
    const provider = prompted();
    const { handle } = gateway([route('default', [provider])]);
    const first = collect(handle(request, call()));
    await provider.say('One ');
    await provider.say('two ');
    const second = collect(handle(request, call()));
    await provider.say('three.');
    await provider.stop();
    expect([(await first).text, (await second).text]).toEqual(['One two three.', 'One two three.']);
    expect(provider.asked).toHaveLength(1);
  });

  it('identical calls in flight goes on for the others when one reader leaves, and ends with the last', async () => {
    const provider = hangs('Hello');
    const { handle } = gateway([route('default', [provider])]);
    const [one, two] = [call(), call()];
    const answers = [collect(handle(request, one)), collect(handle(request, two))].map((answer) => answer.catch((error: unknown) => error));
    await turn();
    one.leave();
    await answers[0];
    expect([provider.aborted(), provider.running()]).toEqual([0, 1]);
    two.leave();
    await answers[1];
    expect([provider.aborted(), provider.running()]).toEqual([1, 0]);
  });

  it('identical calls in flight makes the oldest reader left pay when the one who opened it leaves', async () => {
    const provider = prompted();
    const { handle, ledger } = gateway([route('default', [provider])]);
    const budgets = [account(10_000_000), account(10_000_000), account(10_000_000)];
    const calls = budgets.map(({ hold }) => call({ hold }));
    const answers = calls.map((asked) => collect(handle(request, asked)).catch(() => null));
    await provider.say('One ');
    calls[0]?.leave();
    await answers[0];
    await provider.say('two.');
    await provider.stop();
    await Promise.all(answers);
    expect(provider.asked).toHaveLength(1);
    const costs = calls.map((asked) => ledger.rows.find((row) => row.callId === asked.id)?.cost);
    expect(costs).toEqual([0, expect.any(Number), 0]);
    expect(budgets.map((budget) => budget.spent())).toEqual(costs);
    expect(costs[1]).toBeGreaterThan(0);
    expect(budgets.map((budget) => budget.held())).toEqual([0, 0, 0]);
    expect(budgets[1]?.drawn()[0]?.rows).toMatchObject([{ callId: calls[1]?.id, principal: 'key:a', outcome: 'LOST' }]);
  });

  it('identical calls in flight charges the one who opened it where the next has no budget left', async () => {
    const provider = prompted();
    const { handle } = gateway([route('default', [provider])]);
    const budgets = [account(10_000_000), account(1)];
    const calls = budgets.map(({ hold }) => call({ hold }));
    const answers = calls.map((asked) => collect(handle(request, asked)).catch(() => null));
    await provider.say('One ');
    calls[0]?.leave();
    await answers[0];
    await provider.stop();
    await Promise.all(answers);
    expect(budgets[0]?.spent()).toBeGreaterThan(0);
    expect(budgets.map((budget) => budget.held())).toEqual([0, 0]);
  });

  it('identical calls in flight fail together before the first word, and mid-stream', async () => {
    for (const provider of [fails('MODEL_UNAVAILABLE', { retryable: false }), breaks('Half an')]) {
      const { handle } = gateway([route('default', [provider])]);
      const outcomes = await Promise.allSettled(
        [call({ live: true }), call({ live: true })].map((asked) => collect(handle(request, asked))),
      );
      expect(outcomes).toMatchObject([
        { status: 'rejected', reason: { code: 'MODEL_UNAVAILABLE' } },
        { status: 'rejected', reason: { code: 'MODEL_UNAVAILABLE' } },
      ]);
      expect(provider.asked).toHaveLength(1);
    }
  });

  it('identical calls in flight do not fail together when only the first has no budget', async () => {
    const provider = says('Hi.');
    const { handle } = gateway([route('default', [provider])]);
    const [poor, rich] = [call({ hold: account(1).hold }), call({ hold: account(10_000_000).hold })];
    const outcomes = await Promise.allSettled([poor, rich].map((asked) => collect(handle(request, asked))));
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'BUDGET_EXCEEDED' } },
      { status: 'fulfilled', value: { text: 'Hi.' } },
    ]);
    expect(rich.settlement()).toMatchObject({ cost: 12_000, cache: 'BYPASS' });
  });

  it('identical calls in flight give every reader the same text, whatever each reads and whenever it comes', async () => {
    const pace = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ pace, leavesAfter: fc.option(fc.integer({ min: 1, max: 8 })) }), { minLength: 1, maxLength: 5 }),
        async (words, readers) => {
          const provider = stammers(words);
          const { handle } = gateway([route('default', [provider], { cacheSeconds: 60 })]);
          const whole = Array.from({ length: words }, (_, word) => `w${word} `).join('');
          await Promise.all(
            readers.map(async ({ pace: turns, leavesAfter }) => {
              for (let wait = 0; wait < (turns[0] ?? 0); wait += 1) await turn();
              let read = 0;
              let text = '';
              for await (const chunk of handle(request, call())) {
                if (chunk.type === 'text') text += chunk.text;
                read += 1;
                if (read === leavesAfter) break;
                for (let wait = 0; wait < (turns[read % turns.length] ?? 0); wait += 1) await turn();
              }
              expect(leavesAfter !== null && read === leavesAfter ? whole.startsWith(text) : text === whole).toBe(true);
            }),
          );
          expect(provider.running()).toBe(0);
        },
      ),
      { numRuns: 60 * rounds },
    );
  });
});

describe('identical calls in flight, asked for by both faces', () => {
  it.each([
    ['stream', 'whole'],
    ['whole', 'stream'],
    ['whole', 'whole'],
  ] as const)(
    'identical calls in flight, asked for by both faces share one upstream call, booked once (a %s, then a %s)',
    async (first, second) => {
      const provider = stammers(5);
      const { handle, ledger } = gateway([route('default', [provider])]);
      const calls = [call(), call()] as const;
      const answers = await Promise.all([ask(first, handle, request, calls[0]), ask(second, handle, request, calls[1])]);
      expect(answers.map(({ text }) => text)).toEqual(['w0 w1 w2 w3 w4 ', 'w0 w1 w2 w3 w4 ']);
      expect(provider.asked).toHaveLength(1);
      expect(calls.map((asked) => asked.settlement()?.cache)).toEqual(['BYPASS', 'SHARED']);
      expect(ledger.rows.filter((row) => (row.cost ?? 0) > 0)).toHaveLength(1);
    },
  );

  it('identical calls in flight, asked for by both faces goes on for the others when one caller of a whole answer leaves, and stops upstream at once with the last', async () => {
    const provider = hangs('Hello');
    const { handle } = gateway([route('default', [provider])]);
    const [one, two] = [call(), call()];
    const answers = [one, two].map((asked) => handle.whole(request, asked).catch((error: unknown) => error));
    await turn();
    one.leave();
    await expect(answers[0]).resolves.toMatchObject({ code: 'CANCELLED' });
    expect([provider.aborted(), provider.running()]).toEqual([0, 1]);
    two.leave();
    expect(provider.aborted()).toBe(0);
    await expect(answers[1]).resolves.toMatchObject({ code: 'CANCELLED' });
    expect([provider.aborted(), provider.running()]).toEqual([1, 0]);
  });

  it.each(['stream', 'whole'] as const)(
    'identical calls in flight, asked for by both faces makes the oldest caller left pay when the one of a whole answer leaves (a %s)',
    async (face) => {
      const provider = prompted();
      const { handle, ledger } = gateway([route('default', [provider])]);
      const budgets = [account(10_000_000), account(10_000_000), account(1)];
      const calls = budgets.map(({ hold }) => call({ hold }));
      const answers = calls.map((asked, place) => ask(place === 1 ? face : 'whole', handle, request, asked).catch(() => null));
      await provider.say('One ');
      calls[0]?.leave();
      await answers[0];
      await provider.say('two.');
      await provider.stop();
      expect((await Promise.all(answers)).map((answer) => answer?.text)).toEqual([undefined, 'One two.', 'One two.']);
      expect(provider.asked).toHaveLength(1);
      const costs = calls.map((asked) => ledger.rows.find((row) => row.callId === asked.id)?.cost);
      expect(costs).toEqual([0, expect.any(Number), 0]);
      expect(costs[1]).toBeGreaterThan(0);
      expect(budgets.map((budget) => [budget.spent(), budget.held()])).toEqual(costs.map((cost) => [cost, 0]));
    },
  );
});

describe('a slow reader of a flight', () => {
  const big = 'x'.repeat(1_000);
  const flood = (words: number) =>
    double('floods', async function* () {
      for (let word = 0; word < words; word += 1) yield { type: 'text', text: big };
      yield { type: 'finish', reason: 'stop' };
    });
  const flightOf = (provider: Double, patienceMs: number) => {
    const next: Handler = (asked, { signal }) =>
      inBatches(provider.send(asked, { model: 'm', signal, report: () => {}, firstChunkMs: 1, idleMs: 1 }));
    return openFlight({ next, request, landed: () => {}, maxBytes: 20_000, patienceMs });
  };

  it('a slow reader of a flight is waited for when it lags by more than may be kept, and gets everything', async () => {
    const opened = flightOf(flood(50), 10_000);
    const [fast, slow] = [opened.join(call()), opened.join(call())];
    if (fast === null || slow === null) throw new Error('Nobody could join.');
    const quick = collect(fast.batches());
    let text = '';
    for await (const chunk of chunkByChunk(slow.batches())) {
      await turn();
      if (chunk.type === 'text') text += chunk.text;
    }
    expect(text).toBe(big.repeat(50));
    expect((await quick).text).toBe(text);
  });

  it('a slow reader of a flight is left out when it makes the others wait too long', async () => {
    const opened = flightOf(flood(50), 5);
    const [fast, slow] = [opened.join(call()), opened.join(call())];
    if (fast === null || slow === null) throw new Error('Nobody could join.');
    const stalled = slow.batches()[Symbol.asyncIterator]();
    await stalled.next();
    expect((await collect(fast.batches())).text).toBe(big.repeat(50));
    await expect(stalled.next()).rejects.toMatchObject({ code: 'STREAM_STALLED' });
  });

  it('a slow reader of a flight does not keep the beginning of a long answer for readers who may come', async () => {
    const opened = flightOf(flood(50), 5);
    await collect(opened.join(call())?.batches() ?? says('').send(request, {} as never));
    expect(opened.join(call())).toBeNull();
  });
});

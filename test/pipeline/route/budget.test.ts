import { describe, expect, it } from 'vitest';
import type { Call } from '../../../src/core/call/call.ts';
import { collect } from '../../../src/core/chunk.ts';
import { noUsage } from '../../../src/core/money.ts';
import { completionRequest } from '../../../src/core/request/request.ts';
import { estimateInputTokens } from '../../../src/core/request/tokens.ts';
import { budgeted } from '../../../src/pipeline/route/budget.ts';
import { sent } from '../../../src/pipeline/route/send.ts';
import { outputRates } from '../../../src/routing/output-rates.ts';
import type { Deployment } from '../../../src/routing/route.ts';
import { account, breaks, call, type Double, deployment, double, fails, hangs, request, route, says } from '../../doubles.ts';
import { over } from '../../faces.ts';

const attemptAt = (at: Deployment) => over(budgeted(at))(sent(at, route('r', [at], { firstChunkMs: 1_000, idleMs: 1_000 }), outputRates()));
const read = (provider: Double, asked: Call, settings: Partial<Deployment> = {}) =>
  collect(attemptAt(deployment(provider, settings))(request, asked));
const inputTokens = estimateInputTokens(request);

describe('the budget of an attempt', () => {
  it('the budget of an attempt draws the most that can be sent and settles what was counted', async () => {
    const budget = account(1_000_000);
    const asked = call({ hold: budget.hold });
    await read(says('Hi there.'), asked, { maxOutputTokens: 50 });
    expect(budget.drawn()).toMatchObject([
      {
        callId: asked.id,
        most: inputTokens * 1_000 + 50 * 2_000,
        rows: [{ callId: asked.id, outcome: 'LOST', estimated: true, cost: inputTokens * 1_000 + 50 * 2_000, deployment: 'says' }],
      },
    ]);
    expect(budget.held()).toBe(0);
    expect(budget.spent()).toBe(14_000);
    expect(asked.attempts()).toMatchObject([{ outcome: 'OK', estimated: false, cost: 14_000, usage: { outputTokens: 2 } }]);
  });

  it('the budget of an attempt asks the provider for the maximum that it drew', async () => {
    const provider = says('Hi.');
    await read(provider, call(), { maxOutputTokens: 50 });
    await read(provider, call(), { maxOutputTokens: 50, contextWindow: inputTokens + 7 });
    await collect(attemptAt(deployment(provider))(completionRequest('Hi', { maxOutputTokens: 5 }), call()));
    expect(provider.asked.map((asked) => (asked.kind === 'completion' ? asked.maxOutputTokens : null))).toEqual([50, 7, 5]);
  });

  it('the budget of an attempt draws what the vendor may bill, where it raises the maximum', async () => {
    const budget = account(100_000_000);
    const raising = { ...says('Hi.'), outputCeiling: () => 6_450 };
    await read(raising, call({ hold: budget.hold }));
    expect(budget.drawn()[0]?.most).toBe(inputTokens * 1_000 + 6_450 * 2_000);
  });

  it('the budget of an attempt asks nothing when the budget has no room', async () => {
    const provider = says('Hi.');
    const asked = call({ hold: account(1).hold });
    await expect(read(provider, asked)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(provider.asked).toHaveLength(0);
    expect(asked.attempts()).toMatchObject([{ outcome: 'BUDGET_EXCEEDED', usage: null, cost: null }]);
  });

  it.each([1e20, -5, 2.5, Number.NaN])(
    'the budget of an attempt estimates where the vendor counts %d tokens, which nobody can have counted',
    async (outputTokens) => {
      const budget = account(1_000_000_000);
      const asked = call({ hold: budget.hold });
      await read(says('Hi there.', { usage: { ...noUsage, freshInputTokens: 10, outputTokens } }), asked);
      expect(asked.attempts()).toMatchObject([{ estimated: true, usage: { freshInputTokens: inputTokens, outputTokens: 3 } }]);
      expect(budget.spent()).toBe(inputTokens * 1_000 + 3 * 2_000);
    },
  );

  it('the budget of an attempt refuses an unpriced deployment under a budget, and serves it without one', async () => {
    const provider = says('Hi.');
    await expect(read(provider, call({ hold: account(1_000_000).hold }), { price: null })).rejects.toMatchObject({ code: 'UNPRICED' });
    expect(provider.asked).toHaveLength(0);
    const asked = call({ hold: account().hold });
    await read(provider, asked, { price: null });
    expect(asked.attempts()).toMatchObject([{ outcome: 'OK', cost: null, usage: { outputTokens: 1 } }]);
  });

  it('the budget of an attempt estimates what the vendor did not count, and says so', async () => {
    const asked = call();
    await read(says('Hi there.', { usage: null }), asked);
    expect(asked.attempts()).toMatchObject([{ estimated: true, usage: { freshInputTokens: inputTokens, outputTokens: 3 } }]);
  });

  it('the budget of an attempt settles what was produced when the stream is cut', async () => {
    const budget = account(1_000_000);
    const asked = call({ hold: budget.hold });
    await expect(read(breaks('one two three'), asked)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    const [attempt] = asked.attempts();
    expect(attempt).toMatchObject({
      outcome: 'MODEL_UNAVAILABLE',
      estimated: true,
      usage: { freshInputTokens: inputTokens, outputTokens: 4 },
    });
    expect(budget.spent()).toBe(attempt?.cost);
    expect(budget.held()).toBe(0);
  });

  it.each(['RATE_LIMITED', 'UNAUTHENTICATED', 'MODEL_UNAVAILABLE', 'BAD_REQUEST'] as const)(
    'the budget of an attempt charges nothing for a vendor’s refusal: %s',
    async (code) => {
      const budget = account(1_000_000);
      const asked = call({ hold: budget.hold });
      await expect(read(fails(code), asked)).rejects.toMatchObject({ code });
      expect(asked.attempts()).toMatchObject([{ outcome: code, usage: null, cost: null, estimated: false }]);
      expect([budget.spent(), budget.held()]).toEqual([0, 0]);
    },
  );

  it('the budget of an attempt settles the input, estimated, when the reader leaves before the first word', async () => {
    const budget = account(1_000_000);
    const asked = call({ hold: budget.hold });
    const answer = read(hangs(), asked);
    await new Promise((resolve) => setImmediate(resolve));
    asked.leave();
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(asked.attempts()).toMatchObject([
      { outcome: 'CANCELLED', estimated: true, usage: { freshInputTokens: inputTokens, outputTokens: 0 } },
    ]);
    expect([budget.spent(), budget.held()]).toEqual([inputTokens * 1_000, 0]);
  });

  it('the budget of an attempt gives back a draw that came after the client had left', async () => {
    const budget = account(1_000_000);
    const drawing = Promise.withResolvers<void>();
    const hold = {
      ...budget.hold,
      draw: (attempt: Parameters<typeof budget.hold.draw>[0]) => drawing.promise.then(() => budget.hold.draw(attempt)),
    };
    const provider = says('Hi.');
    const asked = call({ hold });
    const answer = read(provider, asked);
    asked.leave();
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
    drawing.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect([budget.drawn().length, budget.spent(), budget.held()]).toEqual([1, 0, 0]);
    expect(provider.asked).toHaveLength(0);
    expect(asked.attempts()).toMatchObject([{ outcome: 'CANCELLED', usage: null }]);
  });

  it('the budget of an attempt counts tool arguments once, whether they came in pieces or whole', async () => {
    const argumentsText = '{"city":"Paris","unit":"celsius"}';
    const tokensWith = async (...pieces: readonly string[]): Promise<number | undefined> => {
      const asked = call();
      const provider = double('tools', async function* () {
        for (const piece of pieces) yield { type: 'tool-call', id: '1', name: 'weather', argumentsText: piece, done: false };
        yield { type: 'tool-call', id: '1', name: 'weather', argumentsText, done: true };
        yield { type: 'finish', reason: 'tool-calls' };
      });
      await read(provider, asked);
      return asked.attempts()[0]?.usage?.outputTokens;
    };
    const whole = await tokensWith();
    expect(whole).toBeGreaterThan(5);
    expect(await tokensWith(argumentsText.slice(0, 9), argumentsText.slice(9))).toBe(whole);
  });

  it('the budget of an attempt answers though the store fails to settle', async () => {
    const hold = { ...account().hold, draw: async () => ({ settle: () => Promise.reject(new Error('disk full')) }) };
    const asked = call({ hold });
    await expect(read(says('Hi.'), asked)).resolves.toMatchObject({ text: 'Hi.' });
    expect(asked.attempts()).toMatchObject([{ outcome: 'OK' }]);
  });
});

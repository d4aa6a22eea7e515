import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/core/call/call.ts';
import { collect } from '../../src/core/chunk.ts';
import { totalTokensOf } from '../../src/core/money.ts';
import { account, breaks, call, fails, gateway, hangs, request, route, says, stammers, wholly } from '../doubles.ts';
import { ask, faces } from '../faces.ts';
import { perRound } from '../rounds.ts';

describe('the pipeline', () => {
  it('the pipeline falls back to the next deployment while nothing has been said', async () => {
    const { handle, ledger } = gateway([route('default', [fails('RATE_LIMITED'), says('Hi.')])]);
    const asked = call();
    await expect(collect(handle(request, asked))).resolves.toMatchObject({ text: 'Hi.', finishReason: 'stop' });
    expect(asked.attempts()).toMatchObject([
      { deployment: 'fails-1', outcome: 'RATE_LIMITED', cost: null },
      { deployment: 'says-2', outcome: 'OK', cost: 12_000 },
    ]);
    expect(ledger.rows).toMatchObject([{ deployment: 'says-2', outcome: 'OK', attempts: 2, cost: 12_000 }]);
  });

  it.each(faces)('the pipeline goes through guard, cache, validation and route in this order (%s)', async (face) => {
    const order: string[] = [];
    const seen = (name: string): Step => ({
      stream: (next) =>
        async function* (asked, by) {
          order.push(`${name} asked`);
          yield* next(asked, by);
          order.push(`${name} answered`);
        },
      whole: (next) => async (asked, by) => {
        order.push(`${name} asked`);
        const answer = await next(asked, by);
        order.push(`${name} answered`);
        return answer;
      },
    });
    const { handle } = gateway([route('default', [says('Hi.')], { cacheSeconds: 60 })], {
      guard: seen('guard'),
      validate: seen('validate'),
    });
    await ask(face, handle, request, call());
    expect(order).toEqual(['guard asked', 'validate asked', 'validate answered', 'guard answered']);
    order.length = 0;
    await ask(face, handle, request, call());
    expect(order).toEqual(['guard asked', 'guard answered']);
  });

  it('the pipeline keeps the books right under concurrent calls with cancels and failures', async () => {
    const scripts = [
      () => says('one two three'),
      () => stammers(6),
      () => breaks('one two'),
      () => fails('MODEL_UNAVAILABLE', { retryable: false }),
      () => hangs('a word'),
    ];
    const asked = fc.record({
      prompt: fc.integer({ min: 0, max: 2 }),
      weights: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
      /** Chunks that are read before the client leaves; null: it stays. */
      leavesAfter: fc.option(fc.integer({ min: 0, max: 6 })),
      byReturn: fc.boolean(),
      /** Asked for by the other face, which is left after so many turns of the event loop. */
      whole: fc.boolean(),
      mode: fc.constantFrom('default' as const, 'bypass' as const),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: scripts.length - 1 }), { minLength: 1, maxLength: 3 }),
        fc.array(asked, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        fc.boolean(),
        async (deployments, calls, caching, askedWhole) => {
          const doubles = deployments.map((index) => wholly((scripts[index] ?? scripts[0])?.() ?? says('')));
          const { handle, ledger } = gateway([
            route('default', doubles, {
              attempts: doubles.length,
              totalMs: 50,
              cacheSeconds: caching ? 60 : null,
              wholeMode: askedWhole ? 'always' : 'never',
            }),
          ]);
          const budget = account(10_000_000);
          await Promise.all(
            calls.map(async ({ prompt, weights, leavesAfter, byReturn, whole, mode }) => {
              const made = call({
                hold: budget.hold,
                uses: weights.map((weight, use) => ({ coordinate: `Query.f${use}`, weight })),
                cache: { mode, maxAgeSeconds: null },
              });
              const asks = { ...request, seed: prompt };
              if (whole) {
                const answer = handle.whole(asks, made).catch(() => null);
                for (let turn = 0; turn < (leavesAfter ?? 0); turn += 1) await setImmediate();
                if (leavesAfter !== null) made.leave();
                await answer;
              }
              const iterator = handle(asks, made)[Symbol.asyncIterator]();
              try {
                if (whole) await iterator.return?.();
                for (let read = 0; ; read += 1) {
                  if (read === leavesAfter && byReturn) {
                    await iterator.return?.();
                    break;
                  }
                  if (read === leavesAfter) made.leave();
                  if ((await iterator.next()).done === true) break;
                }
              } catch {
                // Failures are part of the game: the books are what counts.
              }
              const settlement = made.settlement();
              const rows = ledger.rows.filter((row) => row.callId === made.id);
              const begun = whole || !(leavesAfter === 0 && byReturn);
              expect(rows.length).toBe(begun ? weights.length : 0);
              expect(rows.reduce((sum, row) => sum + (row.cost ?? 0), 0)).toBe(settlement?.cost ?? 0);
              const tokens = settlement?.usage ? totalTokensOf(settlement.usage) : 0;
              expect(rows.reduce((sum, row) => sum + totalTokensOf(row.usage), 0)).toBe(tokens);
            }),
          );
          expect(budget.held()).toBe(0);
          expect(ledger.rows.reduce((sum, row) => sum + (row.cost ?? 0), 0)).toBe(budget.spent());
          // A provider that was told to stop sees it when it next runs.
          for (let turn = 0; turn < 100 && doubles.some((provider) => provider.running() > 0); turn += 1) await setImmediate();
          for (const provider of doubles) expect(provider.running()).toBe(0);
        },
      ),
      { numRuns: perRound(20, 600) },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addUsage, noUsage, shares, shareUsage, type Usage } from '../../src/core/money.ts';
import { perRound } from '../rounds.ts';

/** From nothing to more than a JavaScript number could hold a fraction of beside it. */
const amount = fc.oneof(fc.nat(20), fc.maxSafeNat());
const weight = fc.oneof(fc.constant(0), fc.nat(1_000), fc.maxSafeNat(), fc.double({ min: 0, max: 1, noNaN: true }));
const weights = fc.array(weight, { minLength: 1, maxLength: 12 });
const sum = (parts: readonly number[]): bigint => parts.reduce((all, part) => all + BigInt(part), 0n);

const tokens = fc.nat(10_000_000);
const usage: fc.Arbitrary<Usage> = fc.record({
  freshInputTokens: tokens,
  cacheReadTokens: tokens,
  cacheWriteTokens: tokens,
  outputTokens: tokens,
  reasoningTokens: tokens,
});

describe('what one call used and cost', () => {
  it('what one call used and cost is split into whole parts that add up to it exactly, whatever it is and whatever the weights are', () => {
    fc.assert(
      fc.property(amount, weights, (total, of) => {
        const parts = shares(total, of);
        expect(parts).toHaveLength(of.length);
        expect(parts.every((part) => Number.isSafeInteger(part) && part >= 0)).toBe(true);
        expect(sum(parts)).toBe(BigInt(total));
        if (of.some((one) => one > 0)) expect(parts.filter((_, index) => of[index] === 0).every((part) => part === 0)).toBe(true);
      }),
      { numRuns: perRound(500, 20_000) },
    );
  });

  it('what one call used and cost gives each field its proportion, to less than one', () => {
    const small = fc.array(fc.nat(100), { minLength: 1, maxLength: 12 }).filter((all) => all.some((one) => one > 0));
    fc.assert(
      fc.property(fc.nat(1_000_000), small, (total, of) => {
        const all = of.reduce((one, other) => one + other, 0);
        for (const [index, part] of shares(total, of).entries()) {
          expect(Math.abs(part - (total * (of[index] ?? 0)) / all)).toBeLessThan(1);
        }
      }),
    );
  });

  it('what one call used and cost adds up again in every class of tokens, in cost and in what was saved', () => {
    fc.assert(
      fc.property(usage, amount, amount, weights, (used, cost, savedCost, of) => {
        const parts = shareUsage({ usage: used, cost, savedCost }, of);
        expect(parts).toHaveLength(of.length);
        expect(parts.map((part) => part.usage).reduce(addUsage, noUsage)).toEqual(used);
        expect(sum(parts.map((part) => part.cost ?? 0))).toBe(BigInt(cost));
        expect(sum(parts.map((part) => part.savedCost))).toBe(BigInt(savedCost));
      }),
    );
  });

  it('what one call used and cost has no price in any part when it has none, and no tokens when nothing was sent', () => {
    expect(shareUsage({ usage: null, cost: null, savedCost: 0 }, [1, 2])).toEqual([
      { usage: noUsage, cost: null, savedCost: 0 },
      { usage: noUsage, cost: null, savedCost: 0 },
    ]);
  });
});

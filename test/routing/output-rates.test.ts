import { describe, expect, it } from 'vitest';
import { outputRates } from '../../src/routing/output-rates.ts';

describe('the rate at which a deployment writes', () => {
  it('the rate at which a deployment writes is unknown before anything was learned', () => expect(outputRates().of('a')).toBeNull());

  it('the rate at which a deployment writes is tokens per millisecond, each deployment by itself', () => {
    const rates = outputRates();
    rates.note('a', 100, 1_000);
    expect([rates.of('a'), rates.of('b')]).toEqual([0.1, null]);
  });

  it('the rate at which a deployment writes is an average that follows what comes', () => {
    const rates = outputRates();
    rates.note('a', 100, 1_000);
    rates.note('a', 100, 2_000);
    expect(rates.of('a')).toBeCloseTo(0.09);
    for (let at = 0; at < 50; at += 1) rates.note('a', 100, 2_000);
    expect(rates.of('a')).toBeCloseTo(0.05, 4);
  });

  it.each([0, 15, Number.NaN, Number.POSITIVE_INFINITY])(
    'the rate at which a deployment writes learns nothing from an answer of %d tokens',
    (tokens) => {
      const rates = outputRates();
      rates.note('a', tokens, 100);
      expect(rates.of('a')).toBeNull();
    },
  );

  it('the rate at which a deployment writes is finite for an answer that came at once', () => {
    const rates = outputRates();
    rates.note('a', 100, 0);
    expect(rates.of('a')).toBe(100);
  });
});

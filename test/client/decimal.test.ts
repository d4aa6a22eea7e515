import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDecimal, formatMoney } from '../../src/client/decimal.ts';
import { decimalOf, nanoUsdOf } from '../../src/core/money.ts';

const nanos = fc.integer({ min: 0, max: 10 ** 14 });

describe('addDecimal and formatMoney', () => {
  it('addDecimal says what the ledger says, for ten thousand sums of up to twenty amounts', () => {
    fc.assert(
      fc.property(fc.array(nanos, { minLength: 1, maxLength: 20 }), (amounts) => {
        const sum = amounts.reduce((total, one) => total + one, 0);
        expect(nanoUsdOf(addDecimal(...amounts.map(decimalOf)))).toBe(sum);
        expect(addDecimal(...amounts.map(decimalOf))).toBe(decimalOf(sum));
      }),
      { numRuns: 10_000 },
    );
  });

  it('addDecimal is exact where numbers are not, also below zero', () => {
    expect(addDecimal('0.1', '0.2')).toBe('0.3');
    expect(addDecimal('9007199254740993', '0.000000001')).toBe('9007199254740993.000000001');
    expect(addDecimal('0.5', '-0.75')).toBe('-0.25');
    expect([addDecimal(), addDecimal('10'), addDecimal('1.50', '0.50')]).toEqual(['0', '10', '2']);
  });

  it('addDecimal refuses what is no decimal number, in a sentence', () => {
    for (const wrong of ['', '1e3', 'NaN', '1,5', ' 1', '.5', '5.'])
      expect(() => addDecimal(wrong)).toThrow(`"${wrong}" is no decimal number`);
  });

  it('formatMoney shows every digit of an amount, and never fewer than two', () => {
    fc.assert(
      fc.property(nanos, (amount) => {
        const shown = formatMoney(decimalOf(amount), 'USD', 'en').replace(/[$,]/g, '');
        expect(nanoUsdOf(shown)).toBe(amount);
        expect(shown).toMatch(/\.\d\d/);
      }),
    );
    expect(formatMoney('0.0003995', 'USD', 'en')).toBe('$0.0003995');
    expect(formatMoney('1234567.5', 'EUR', 'de').replace(/\s/g, ' ')).toBe('1.234.567,50 €');
  });
});

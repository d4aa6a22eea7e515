import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOf, shortened } from '../../src/console/parts/decimal-text.ts';

describe('money on a page', () => {
  it.each([
    ['0', '0'],
    ['0.84', '0.84'],
    ['0.0003995', '0.0003995'],
    ['0.000123456', '0.0001235'],
    ['0.099999999', '0.1'],
    ['1234.565', '1234.57'],
    ['-1.005', '-1.01'],
    ['999999999999.999', '1000000000000.00'],
  ])('money on a page is shortened as text, without a number in between: %s is shown as %s', (amount, shown) => {
    expect(Number(shortened(amount))).toBe(Number(shown));
    expect(shortened(amount)).toMatch(/^-?\d+(\.\d+)?$/);
  });

  it('money on a page is never further from the amount than a cent, or a thousandth of it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (nanos) => {
        const amount = `${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, '0')}`;
        const [whole = '', fraction = ''] = shortened(amount).split('.');
        const shown = BigInt(whole + fraction.padEnd(9, '0'));
        const off = shown > nanos ? shown - nanos : nanos - shown;
        expect(off <= 5_000_000n && (nanos >= 1_000_000_000n || off * 1_000n <= nanos)).toBe(true);
      }),
    );
  });

  it('money on a page has a share of a whole where there is a whole', () => {
    expect(shareOf('0.25', '1')).toBe(0.25);
    expect(shareOf('0.000000001', '0.000000004')).toBe(0.25);
    expect(shareOf('3', '2')).toBe(1.5);
    expect(shareOf('1', '0')).toBeNull();
  });
});

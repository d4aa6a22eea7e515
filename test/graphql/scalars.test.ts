import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeVector, scalars } from '../../src/graphql/scalars.ts';

describe('scalars', () => {
  it('scalars take a moment in any zone, or a date as its midnight in UTC, and give it in UTC', () => {
    expect(scalars.DateTime.parseValue?.('2026-11-23T12:00:00+02:00')).toBe('2026-11-23T10:00:00.000Z');
    expect(scalars.DateTime.parseValue?.('2026-11-23')).toBe('2026-11-23T00:00:00.000Z');
    for (const wrong of [
      '2026-02-30',
      '2026-11',
      '2026-11-23T12:00',
      '23.11.2026',
      '',
      'now',
      1,
      '2026-13-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2025-02-29T12:00:00+01:00',
    ])
      expect(() => scalars.DateTime.parseValue?.(wrong)).toThrow('RFC 3339');
  });

  it('scalars take a decimal as text, never as a float', () => {
    expect(scalars.Decimal.parseValue?.('0.10')).toBe('0.10');
    for (const wrong of [0.1, '1e3', 'ten', '']) expect(() => scalars.Decimal.parseValue?.(wrong)).toThrow('decimal number as text');
  });

  it('scalars give whole numbers up to 2^53 - 1 and no others', () => {
    expect(scalars.SafeInt.serialize(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
    for (const wrong of [2 ** 53, 1.5, '1']) expect(() => scalars.SafeInt.serialize(wrong)).toThrow('safe integer');
    expect(() => scalars.SafeInt.parseValue(2 ** 53)).toThrow('2^53 - 1');
  });

  it('scalars give vectors that read back as they were', () => {
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true }), (vector) => {
        const bytes = Buffer.from(encodeVector(vector), 'base64');
        expect([...vector].map((_, index) => bytes.readFloatLE(index * 4))).toEqual([...vector]);
      }),
    );
  });
});

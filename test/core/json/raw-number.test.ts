import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRawNumber, maybeInexact, parseExact } from '../../../src/core/json/raw-number.ts';

describe('JSON that is parsed exactly', () => {
  it.each([
    '9007199254740993',
    '-12345678901234567890',
    '0.1234567890123456789',
    '12345678901234.123456789',
    '12345678901.12345678901',
    '123456789012345.12',
    '1e400',
    '[-1E+400,1e-400]',
    '{"a":[{"b":9007199254740993},"9007199254740993"]}',
  ])('JSON that is parsed exactly is written as it came: %s', (text) => {
    expect(JSON.stringify(parseExact(text))).toBe(text);
  });

  it('JSON that is parsed exactly has JavaScript numbers wherever they say the same', () => {
    for (const [text, value] of [
      ['9007199254740991', 9007199254740991],
      ['1.50', 1.5],
      ['1000000000000000000', 10 ** 18],
    ] as const)
      expect(parseExact(text)).toBe(value);
    expect(isRawNumber(parseExact('9007199254740993'))).toBe(true);
    expect(isRawNumber(parseExact('9007199254740992'))).toBe(false);
  });

  it('JSON that is parsed exactly is parsed as usual where it has a row of points and no long number', () => {
    for (const text of ['"And then ................ silence."', '[192.168,"10.0.0.1"]', '"1..............................2"'])
      expect(maybeInexact.test(text)).toBe(false);
    expect(maybeInexact.test('12345678901.1234')).toBe(true);
  });

  it('JSON that is parsed exactly is the JSON that it was, whatever it is', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        expect(parseExact(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300, seed: 3 },
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (whole) => {
        expect(JSON.stringify(parseExact(`{"a":${whole}}`))).toBe(`{"a":${whole}}`);
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it('JSON that is parsed exactly is refused where it is none', () => {
    expect(() => parseExact('{"a":9007199254740993')).toThrow(SyntaxError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growingJson } from '../../../src/pipeline/validate/growing-json.ts';
import { rounds } from '../../rounds.ts';
import { cutAt } from '../guard/calls.ts';

const read = (pieces: readonly string[], maxDepth = 1_000): unknown => {
  const json = growingJson(maxDepth);
  for (const piece of pieces) json.push(piece);
  json.end();
  return json.state() === 'over' ? { value: json.value() } : json.state();
};
const parsed = (text: string): unknown => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return 'broken';
  }
};
const spaced = (value: unknown, indent: number): string => JSON.stringify(value, null, indent);

describe('JSON that is read while it is written', () => {
  it('JSON that is read while it is written is what JSON.parse reads, however it is cut', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(3), fc.array(fc.nat(), { maxLength: 30 }), (value, indent, cuts) => {
        const text = spaced(value, indent);
        expect(read(cutAt(text, cuts))).toEqual(parsed(text));
      }),
    );
  });

  it('JSON that is read while it is written is refused where JSON.parse refuses it', () => {
    const mark = fc.constantFrom(
      ...'{}[],:"\\ue1-+.0 \n\t',
      'true',
      'null',
      'fals',
      '\\u00',
      '"a"',
      '12',
      '1e5',
      '\u0001',
      'NaN',
      '\\ud83d',
    );
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 5 }), (marks, cuts) => {
        const text = marks.join('');
        expect(read(cutAt(text, cuts)), text).toEqual(parsed(text));
      }),
      { numRuns: 3_000 * rounds },
    );
  });

  it.each([
    '{"__proto__":{"a":1}}',
    '{"a":1,"a":2}',
    '"\\ud83d\\ude00"',
    '-0',
    '1e400',
    '[1,]',
    '{"a":}',
    '01',
    '"\t"',
    '',
    ' ',
    '[',
    '"',
    '{"a":1}}',
    '"\\x"',
    'tru',
    '[1 2]',
  ])('JSON that is read while it is written reads %s as JSON.parse does', (text) => {
    expect(read([text])).toEqual(parsed(text));
    expect(read([...text])).toEqual(parsed(text));
    expect(Object.getPrototypeOf(Object(read([text])))).toBe(Object.getPrototypeOf(Object(parsed(text))));
  });

  it('JSON that is read while it is written shows only what is whole, and shares what is closed between its snapshots', () => {
    const json = growingJson(10);
    const shown: unknown[] = [];
    for (const piece of ['{"a":[{"b":1},', '{"c":tr', 'ue},12', '3],"d":"x', '\\u00e', '9y","e', '":-1', '}']) {
      json.push(piece);
      shown.push(json.state() === 'over' ? json.value() : json.snapshot(json.openText()));
    }
    expect(shown).toEqual([
      { a: [{ b: 1 }] },
      { a: [{ b: 1 }, {}] },
      { a: [{ b: 1 }, { c: true }] },
      { a: [{ b: 1 }, { c: true }, 123], d: 'x' },
      { a: [{ b: 1 }, { c: true }, 123], d: 'x' },
      { a: [{ b: 1 }, { c: true }, 123], d: 'xéy' },
      { a: [{ b: 1 }, { c: true }, 123], d: 'xéy' },
      { a: [{ b: 1 }, { c: true }, 123], d: 'xéy', e: -1 },
    ]);
    const [first, , third] = shown as { a: unknown[] }[];
    expect(first?.a[0]).toBe(third?.a[0]);
    expect(first?.a).not.toBe(third?.a);
  });

  it('JSON that is read while it is written stops at its depth', () => {
    expect(read(['[[[1]]]'], 3)).toEqual({ value: [[[1]]] });
    expect(read(['[[[[1]]]]'], 3)).toBe('too-deep');
  });
});

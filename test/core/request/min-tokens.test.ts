import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minTokens } from '../../../src/core/request/min-tokens.ts';

const of = (text: string): number => {
  const counter = minTokens();
  counter.add(text);
  return counter.total();
};

describe('the least tokens of a text', () => {
  it.each([
    ['', 0],
    ['Hello', 1],
    ['Hello there, world!', 5],
    ['2026-11-27', 6],
    ['a'.repeat(33), 3],
    [' '.repeat(64), 1],
    ['你好世界你好世', 2],
    ['नमस्ते दुनिया', 2],
  ])('the least tokens of a text of %j are %i', (text, least) => expect(of(text)).toBe(least));

  it('the least tokens of a text are the same however the text is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 8 }), (pieces) => {
        const counter = minTokens();
        for (const piece of pieces) counter.add(piece);
        expect(counter.total()).toBe(of(pieces.join('')));
      }),
    );
  });

  it('the least tokens of a text stop at the character that exceeds the maximum', () => {
    const counter = minTokens();
    expect(counter.add('one two ', 3)).toBe(8);
    expect(counter.add('three four five', 3)).toBe('three '.length);
    expect(counter.total()).toBe(4);
  });

  it('the least tokens of a text that exceeds the maximum are counted up to the first character that does', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'B', ' ', '7', '.', '好', 'न'), maxLength: 200 }), fc.nat(30), (text, max) => {
        const counted = minTokens().add(text, max);
        expect(of(text.slice(0, counted))).toBeLessThanOrEqual(max);
        if (counted < text.length) expect(of(text.slice(0, counted + 1))).toBe(max + 1);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sentenceCutter } from '../../../../src/pipeline/guard/output/sentence-cutter.ts';
import { rounds } from '../../../rounds.ts';
import { cutAt } from '../calls.ts';

function windows(pieces: readonly string[], limit = 2_000): string[] {
  const cutter = sentenceCutter(limit);
  return [...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.end()];
}

describe('the sentence cutter', () => {
  it.each<[string, string[]]>([
    ['One. Two! Three? Four', ['One. ', 'Two! ', 'Three? ', 'Four']],
    ['He said "Go." Then left.', ['He said "Go." ', 'Then left.']],
    ['Use e.g. Dr. Smith, or J. R. Ewing. Done.', ['Use e.g. Dr. Smith, or J. R. Ewing. ', 'Done.']],
    ['Version 1.2.3 costs 4.50 dollars. Yes.', ['Version 1.2.3 costs 4.50 dollars. ', 'Yes.']],
    ['It happened in 2024. Then more.', ['It happened in 2024. ', 'Then more.']],
    ['Steps:\n1. Open it.\n2. Close it.\n', ['Steps:\n', '1. Open it.\n', '2. Close it.\n']],
    ['一。二！三', ['一。', '二！', '三']],
    ['Para one\n\nPara two', ['Para one\n', '\nPara two']],
    ['a wrapped\nline goes on. End', ['a wrapped\nline goes on. ', 'End']],
    ['Run:\n```sh\nnpm i. Now.\nnpm test\n```\nDone. Ok', ['Run:\n', '```sh\nnpm i. Now.\nnpm test\n```\n', 'Done. ', 'Ok']],
  ])('the sentence cutter cuts %j', (text, expected) => expect(windows([text])).toEqual(expected));

  it('the sentence cutter cuts a sentence that is too long at a space', () => {
    expect(windows(['abcdef ghijkl mn. op'], 10)).toEqual(['abcdef ', 'ghijkl ', 'mn. ', 'op']);
  });

  it('the sentence cutter never holds more than the limit, and never cuts a character in two', () => {
    const cutter = sentenceCutter(7);
    const got = [...cutter.push('😀'.repeat(20)), ...cutter.end()];
    expect(got.every((text) => text.length <= 7 && text.isWellFormed())).toBe(true);
  });

  it('the sentence cutter cuts in the same places however the text came', () => {
    const word = fc.constantFrom(
      'Yes',
      'e.g.',
      '. ',
      '! ',
      '\n',
      '\n\n',
      '```',
      '```js\n',
      'Dr. ',
      '1. ',
      '"',
      '”',
      ' ',
      'x'.repeat(30),
      '。',
      '- ',
      '😀',
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 60 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        fc.integer({ min: 4, max: 60 }),
        (words, cuts, limit) => {
          const text = words.join('');
          const whole = windows([text], limit);
          expect(windows(cutAt(text, cuts), limit)).toEqual(whole);
          expect(windows([...text], limit)).toEqual(whole);
          expect(whole.join('')).toBe(text);
          expect(whole.every((window) => window.length <= limit)).toBe(true);
        },
      ),
      { numRuns: 500 * rounds },
    );
  });

  it('the sentence cutter keeps up with long text in tiny pieces', () => {
    const text = 'word '.repeat(40_000);
    expect(windows([...text]).join('')).toBe(text);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finishPaced } from '../../../src/core/turns/paced.ts';
import { turnsOf } from '../../../src/core/turns/turns.ts';
import { pseudonyms } from '../../../src/pipeline/guard/masking/pseudonyms.ts';
import { restoration } from '../../../src/pipeline/guard/masking/restorer.ts';
import { perRound } from '../../rounds.ts';

const turns = turnsOf({ unitsPerTurn: Number.POSITIVE_INFINITY });
const escapes: readonly ((letter: string) => string)[] = [
  (letter) => letter,
  (letter) => encodeURIComponent(letter),
  (letter) => encodeURIComponent(encodeURIComponent(letter)),
  (letter) => `&#${letter.codePointAt(0)};`,
  (letter) => `&amp;#x${letter.codePointAt(0)?.toString(16)};`,
  (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  (letter) => `\\\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`,
];
const way = fc.constantFrom(...escapes);
const values = ['bob@host.example', '"bob smith"@host.example', '4111111111111111', '4111.1111.1111.1111', '+49 30 901820', '536-22-8726'];
/** A value of which any letters are escaped, each in a way of its own. */
const escaped = fc
  .constantFrom(...values)
  .chain((value) => fc.tuple(...[...value].map((letter) => way.map((write) => write(letter)))))
  .map((letters) => letters.join(''));
const words = fc.constantFrom(' and ', ', ', '\n', ' %', ' & ', ' \\ ', ' "so" ', ' <EMAIL_1> ', ' 50%40 ', ' é😀 ');

describe('personal data', () => {
  it('personal data is masked however its letters are escaped, and restored as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(words, escaped), { minLength: 1, maxLength: 8 }), (pairs) => {
        const text = `${pairs.map(([word, value]) => `${word.trimEnd()} ${value}`).join('')} end`;
        const names = pseudonyms(turns);
        const masked = finishPaced(names.mask(text)) as string;
        for (const [, value] of pairs) expect(masked).not.toContain(value);
        expect(restoration(names.values, 'plain').whole(masked)).toBe(text);
        const json = JSON.parse(restoration(names.values, 'json').whole(JSON.stringify({ masked }))) as unknown;
        expect(json).toEqual({ masked: text });
      }),
      { numRuns: perRound(100, 3_000) },
    );
  });

  it('personal data is restored exactly in any text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(words, escaped, fc.string(), fc.constantFrom('@', '"', '%4', '&#', '\\u00'))), (pieces) => {
        const names = pseudonyms(turns);
        const text = pieces.join('');
        expect(restoration(names.values, 'plain').whole(finishPaced(names.mask(text)) as string)).toBe(text);
      }),
      { numRuns: perRound(100, 3_000) },
    );
  });
});

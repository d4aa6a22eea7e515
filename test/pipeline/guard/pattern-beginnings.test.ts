import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { beginningsOf } from '../../../src/pipeline/guard/pattern-beginnings.ts';
import { patternGuard } from '../../../src/pipeline/guard/pattern-guard.ts';
import { perRound } from '../../rounds.ts';
import { aCall } from './calls.ts';

const beginning = (...patterns: string[]): RegExp | null => beginningsOf(patterns.map((pattern) => RE2JS.compile(pattern)));

const atoms = [
  'a',
  'B',
  'k',
  's',
  'ß',
  'Σ',
  '.',
  '\\s',
  '\\w',
  '\\d',
  '[^a]',
  '[a-c]',
  '\\p{L}',
  '\\x{1F600}',
  '^',
  '$',
  '\\b',
  'ab',
  '[😀x]',
];
const quantifiers = ['', '', '', '?', '*', '+', '{2}', '{1,3}'];
const atom = fc.tuple(fc.constantFrom(...atoms), fc.constantFrom(...quantifiers)).map(([one, times]) => {
  return ['^', '$', '\\b'].includes(one) ? one : `(?:${one})${times}`;
});
const sequence = fc.array(atom, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const pattern = fc
  .tuple(fc.constantFrom('', '(?i)', '(?s)', '(?m)'), fc.array(sequence, { minLength: 1, maxLength: 3 }))
  .map(([flags, choices]) => `${flags}(${choices.join('|')})`);
const text = fc
  .array(fc.constantFrom(...'aAbBcCkKsSx ßẞΣσς1\n.', '\u212a', '\u017f', '😀', '\ud83d', '\u200b', 'ａ'), { maxLength: 12 })
  .map((characters) => characters.join(''));

describe('the beginnings of patterns', () => {
  it('the beginnings of patterns are found in every text in which RE2 finds a match', () => {
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), text, (patterns, of) => {
        const matches = patterns.some((one) => RE2JS.compile(one).test(of));
        if (matches) expect(beginning(...patterns)?.test(of) ?? true).toBe(true);
      }),
      { numRuns: perRound(100, 3_000) },
    );
  });

  it.each<readonly [string, string, boolean]>([
    ['(?i)project\\s+falcon', 'The projects of others', false],
    ['(?i)project\\s+falcon', 'Project  Falcon', true],
    ['\\bpassword\\s*[:=]', 'a passwort', false],
    ['(?i)kelvin', '\u212aelvin', true],
    ['alpha|beta|gamma', 'A gamma ray', true],
    ['alpha|beta|gamma', 'A delta', false],
    ['a{12}', 'aaaaaaa', false],
  ])('the beginnings of patterns of %j in %j: %s', (one, of, found) => {
    expect(beginning(one)?.test(of)).toBe(found);
  });

  it.each(['x*', '(?:foo|)', '^', '(a?)(b?)(c?)(d?)(e?)(f?)(g?)(h?)(i?)(j?)(k?)(l?)'])(
    'the beginnings of patterns are not known of %j, which may begin anywhere',
    (one) => {
      expect(beginning(one)).toBeNull();
    },
  );

  it('the beginnings of patterns are not looked for where there are too many patterns', () => {
    expect(beginning(...Array.from({ length: 6_000 }, (_, index) => `name-${index}`))).toBeNull();
  });
});

describe('a text that a pattern guardrail passes at a first look', () => {
  it('a text that a pattern guardrail passes at a first look is allowed, and so is each part of it', () => {
    const part = fc.tuple(text, text, text);
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), part, (patterns, parts) => {
        const { check, passes } = patternGuard({ name: 'x', patterns });
        if (passes?.(parts.join('')) !== true) return;
        for (const one of [parts.join(''), parts[0] + parts[1], parts[1] + parts[2], ...parts])
          expect(check(one, aCall())).toEqual({ action: 'allow' });
      }),
      { numRuns: perRound(80, 2_000) },
    );
  });
});

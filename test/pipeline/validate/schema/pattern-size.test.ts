import { describe, expect, it } from 'vitest';
import { patternSize } from '../../../../src/pipeline/validate/schema/pattern-size.ts';
import { defaultSchemaLimits } from '../../../../src/pipeline/validate/schema/schema-limits.ts';

describe('the weight of a regular expression', () => {
  it.each([
    ['a{1,30}', 'a{1,300}'],
    ['(ab){5}', '((ab){5}){5}'],
    ['a', 'a|b'],
    ['[a]', '\\p{L}'],
    ['[a-z]', '[a-z\\p{L}]'],
    ['[A-z]', '(?i)[A-\\u{1e943}]'],
    ['a+', 'a{100,}'],
  ])('the weight of a regular expression %s weighs less than %s', (light, heavy) => {
    expect(patternSize(light).weight).toBeLessThan(patternSize(heavy).weight);
  });

  it('the weight of a regular expression is for a range in either case what expanding its code points takes: three of all letters are too many', () => {
    const ofAllLetters = '[A-\\u{1e943}]';
    expect(patternSize(`(?i)${ofAllLetters}`).weight).toBeLessThan(defaultSchemaLimits.maxPatternWeight);
    expect(patternSize(`(?i)${ofAllLetters.repeat(3)}`).weight).toBeGreaterThan(2 * defaultSchemaLimits.maxPatternWeight);
  });

  it('the weight of a regular expression counts nested repetitions as they are written out', () => {
    const { instructions } = patternSize('(a{1,30}b{1,30}c){1,30}');
    expect(instructions).toBeGreaterThan(3_000);
    expect(instructions).toBeLessThan(5_000);
  });

  it('the weight of a regular expression is bounded and told at once for what would never be compiled', () => {
    expect(patternSize('(((a{9999}){9999}){9999}){9999}').weight).toBeGreaterThan(1e8);
    expect(patternSize('('.repeat(10_000)).weight).toBeGreaterThan(10_000);
    expect(Number.isFinite(patternSize(`${'('.repeat(50)}a${'){999}'.repeat(50)}`).weight)).toBe(true);
  });

  it.each([
    ['literally in \\Q and \\E', '\\Q(a{9})\\E', 6],
    ['in a class', '[(a{999})]', 1],
    ['behind a backslash', '\\(\\{9\\}', 4],
    ['that counts nothing', 'a{x}', 4],
  ])('the weight of a regular expression takes a bracket %s for what it is', (_, pattern, characters) => {
    expect(patternSize(pattern).instructions).toBe(characters + 2);
  });
});

describe('the longest text that a regular expression describes', () => {
  it.each([
    ['^abc$', 3],
    ['^(a|bcd){2}$', 6],
    ['^a{2,5}b?$', 6],
    ['^\\bab\\b$', 2],
    ['^a*$', Number.POSITIVE_INFINITY],
    ['^a{3,}$', Number.POSITIVE_INFINITY],
  ])('the longest text that a regular expression describes of %s is %o', (pattern, longest) => {
    expect(patternSize(pattern).longestText).toBe(longest);
  });

  it.each(['abc', '^abc', 'abc$', '^a|b$', '(?m)^a$', '^a\\$'])(
    'the longest text that a regular expression describes is unknown where %s may match a part of a longer one',
    (pattern) => {
      expect(patternSize(pattern).longestText).toBe(Number.POSITIVE_INFINITY);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { patternGuard } from '../../../src/pipeline/guard/pattern-guard.ts';
import { checkText } from '../../../src/pipeline/guard/verdicts.ts';
import { guardrailContract } from '../../contracts/guardrail.ts';
import { aCall } from './calls.ts';

guardrailContract('patternGuard', {
  make: () => patternGuard({ name: 'no-projects', patterns: ['(?i)project\\s+falcon', 'ACME-\\d{4}'] }),
  allowed: ['A project about birds.', 'ACME-12'],
  refused: [
    'Tell me about Project  FALCON now.',
    'Ticket ACME-1234',
    'pro\u200bject fal\u00adcon',
    'project\u00a0falcon',
    'ｐｒｏｊｅｃｔ\u3000ｆａｌｃｏｎ',
    'ACME\u20111234',
  ],
});

describe('patternGuard', () => {
  it('patternGuard keeps each broken pattern as its mistake, naming guardrail and pattern, and checks no text: it fails closed', async () => {
    const guardrail = patternGuard({ name: 'words', patterns: ['ok', '(?<=a)b', '(('] });
    expect(guardrail.mistakes).toEqual([
      expect.stringMatching(/"words".*RE2.*\(\?<=a\)b.*look-around/s),
      expect.stringMatching(/"words".*RE2.*\(\(/s),
    ]);
    expect(() => checkText('ok', [guardrail], 'input', aCall())).toThrow(expect.objectContaining({ code: 'GUARDRAIL_BLOCKED' }));
  });

  it.each<readonly [string, object]>([
    ['The guardrail "words" has no patterns. Give it at least one regular expression.', { patterns: [] }],
    ['The guardrail "words" has no patterns. Give it at least one regular expression.', { patterns: undefined }],
    ['The guardrail "words" has no patterns. Give it at least one regular expression.', { patterns: 'falcon' }],
    ['The guardrail "words" is on ["inputs"]. It must be a list of "input", "output" or both.', { on: ['inputs'] }],
    ['The guardrail "words" is on []. It must be a list of "input", "output" or both.', { on: [] }],
    ['The guardrail "words" has the window "sentance". It must be "sentence" or "whole".', { window: 'sentance' }],
  ])('patternGuard with options that it cannot use keeps them as its mistakes: %s', (sentence, options) => {
    expect(patternGuard({ name: 'words', patterns: ['ok'], ...options }).mistakes).toEqual([sentence]);
  });

  it('patternGuard without mistakes has none', () => {
    expect(patternGuard({ name: 'words', patterns: ['ok'] }).mistakes ?? []).toEqual([]);
  });

  it.each<readonly [number | undefined, readonly string[]]>([
    [18, ['ACME-\\d{4}', 'fal']],
    [24, ['(?i)project\\s{1,4}x|secret']],
    [undefined, ['falcon', 'project\\s+x']],
    [undefined, ['fal.{0,200}con']],
  ])('patternGuard says that it looks back %s characters for %j', (lookback, patterns) => {
    expect(patternGuard({ name: 'x', patterns }).lookback).toBe(lookback);
  });

  it('patternGuard answers about a text that would stop a backtracking engine', async () => {
    const guardrail = patternGuard({ name: 'evil', patterns: ['(a+)+$'] });
    expect(await guardrail.check(`${'a'.repeat(200_000)}b`, aCall())).toEqual({ action: 'allow' });
  });

  it('patternGuard says what the operator wants said', async () => {
    const guardrail = patternGuard({ name: 'x', patterns: ['secret'], message: 'Ask the legal team.' });
    expect(await guardrail.check('a secret', aCall())).toEqual({ action: 'block', message: 'Ask the legal team.' });
  });
});

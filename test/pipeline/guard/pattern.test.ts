import { describe, expect, it } from 'vitest';
import { patternGuard } from '../../../src/pipeline/guard/pattern-guard.ts';
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
  it('refuses a broken pattern when it is made, naming guardrail and pattern', () => {
    expect(() => patternGuard({ name: 'words', patterns: ['ok', '(?<=a)b'] })).toThrow(/"words".*RE2.*\(\?<=a\)b.*look-around/s);
  });

  it('refuses to be made without patterns', () => {
    expect(() => patternGuard({ name: 'words', patterns: [] })).toThrow(/"words" has no patterns/);
  });

  it('answers about a text that would stop a backtracking engine', async () => {
    const guardrail = patternGuard({ name: 'evil', patterns: ['(a+)+$'] });
    expect(await guardrail.check(`${'a'.repeat(200_000)}b`, aCall())).toEqual({ action: 'allow' });
  });

  it('says what the operator wants said', async () => {
    const guardrail = patternGuard({ name: 'x', patterns: ['secret'], message: 'Ask the legal team.' });
    expect(await guardrail.check('a secret', aCall())).toEqual({ action: 'block', message: 'Ask the legal team.' });
  });
});

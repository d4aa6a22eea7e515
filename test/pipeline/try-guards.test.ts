import { expect, it } from 'vitest';
import type { Guardrail } from '../../src/pipeline/guard/guardrail.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { type GuardsToTry, tryGuards } from '../../src/pipeline/try-guards.ts';
import { call } from '../doubles.ts';

const codes = patternGuard({ name: 'codes', patterns: ['ACME-[0-9]+'] });
const broken: Guardrail = {
  name: 'broken',
  on: ['input'],
  window: 'whole',
  check() {
    throw new Error('SECRET');
  },
};
const guards = (changes: Partial<GuardsToTry> = {}): GuardsToTry => ({
  guardrails: [codes],
  isMasked: false,
  phoneCountries: [],
  ...changes,
});

it('guards that are tried tell each what it says to a prompt, as a caller would be told', async () => {
  const tried = await tryGuards('It is ACME-42.', 'input', guards({ guardrails: [codes, broken] }), call());
  expect(tried).toEqual({
    verdicts: [
      { guardrail: 'codes', outcome: 'blocked', message: expect.any(String) },
      { guardrail: 'broken', outcome: 'failed', message: expect.stringContaining('could not check') },
    ],
    maskedText: null,
  });
  expect(JSON.stringify(tried)).not.toMatch(/ACME-42|SECRET/);
  expect((await tryGuards('It is fine.', 'input', guards(), call())).verdicts).toEqual([
    { guardrail: 'codes', outcome: 'allowed', message: null },
  ]);
});

it('guards that are tried on an answer are those of answers, and judge it as they judge answers', async () => {
  const onInput = patternGuard({ name: 'prompts', patterns: ['lamp'], on: ['input'] });
  const tried = await tryGuards('A lamp. It is ACME-42.', 'output', guards({ guardrails: [onInput, codes], isMasked: true }), call());
  expect(tried).toMatchObject({ verdicts: [{ guardrail: 'codes', outcome: 'blocked' }], maskedText: null });
});

it('guards that are tried show a prompt as it is masked, and say what cannot be', async () => {
  const masked = guards({ guardrails: [], isMasked: true });
  expect(await tryGuards('Write to ada@example.com, please.', 'input', masked, call())).toEqual({
    verdicts: [{ guardrail: 'maskPersonalData', outcome: 'allowed', message: null }],
    maskedText: expect.stringMatching(/^Write to <EMAIL_1>, please\.$/),
  });
  expect((await tryGuards('Write soon.', 'input', masked, call())).maskedText).toBeNull();
});

it('guards that are tried stop with the call', async () => {
  await expect(tryGuards('A lamp.', 'input', guards(), call({ signal: AbortSignal.abort() }))).rejects.toThrow();
});

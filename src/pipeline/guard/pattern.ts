/**
 * A guardrail of regular expressions. They run on RE2: time is linear in the text whatever the expression, so neither
 * an operator's mistake nor a caller's text can stop the process. RE2 has no look-around and no back-references.
 */
import { RE2JS } from 're2js';
import { GatewayError } from '../../core/errors.ts';
import type { Guardrail } from './guardrail.ts';
import { legible } from './legible.ts';

export interface PatternGuardOptions {
  readonly name: string;
  /** RE2 syntax; `(?i)` at the start ignores case. One that matches anywhere refuses the text. */
  readonly patterns: readonly string[];
  /** Both sides unless told otherwise. */
  readonly on?: readonly ('input' | 'output')[];
  readonly window?: 'sentence' | 'whole';
  /** For the caller; must not repeat what it refuses. */
  readonly message?: string;
}

/** Throws BAD_REQUEST, naming the guardrail and the pattern, when a pattern is no RE2 expression or there is none. */
export function patternGuard({ name, patterns, on = ['input', 'output'], window = 'sentence', message }: PatternGuardOptions): Guardrail {
  if (patterns.length === 0) {
    throw new GatewayError('BAD_REQUEST', `The guardrail "${name}" has no patterns. Give it at least one regular expression.`);
  }
  const compiled = patterns.map((pattern) => compile(name, pattern));
  const refusal = message ?? `The text matches what the guardrail "${name}" refuses.`;
  return {
    name,
    on,
    window,
    check(text) {
      // As it was written, and as a reader sees it: a character that shows nothing must not part a word.
      const texts = [text, legible(text)?.text ?? text];
      return compiled.some((pattern) => texts.some((one) => pattern.test(one)))
        ? { action: 'block', message: refusal }
        : { action: 'allow' };
    },
  };
}

function compile(name: string, pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    throw new GatewayError(
      'BAD_REQUEST',
      `The guardrail "${name}" has a pattern that is no RE2 expression: ${JSON.stringify(pattern)}${why}. RE2 has no look-around and no back-references.`,
      {},
      { cause },
    );
  }
}

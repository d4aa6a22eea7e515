/**
 * A guardrail of regular expressions. They run on RE2, in time linear in the text, so that neither an operator's mistake nor
 * a caller's text can stop the process. RE2 has no look-around and no back-references.
 *
 * RE2 is asked only about a text in which a match may begin (`pattern-beginnings.ts`). Long text is searched in windows, between which other requests are served. When the expression has a maximum match length,
 * the result equals one search over the whole text. An expression without one (`a.*b`, `a\\s+b`) runs over the whole text in
 * one turn, at some 10 nanoseconds a character. If it also counts (`a{20}.*b`), which can cost a hundred times as much, it
 * runs in overlapping windows; in a text of more than 16,384 characters, a match longer than 8,192 characters is then not
 * found.
 *
 * Where every match has at most 256 characters, the guardrail says so as its `lookback`, and answers need not wait for the end of a
 * sentence. `\\s+` has no maximum; `\\s{1,4}` has one. A character counts as two, because it may take two units of UTF-16.
 */
import { RE2JS } from 're2js';
import { GatewayError } from '../../core/errors.ts';
import { finishPaced, type Paced } from '../../core/turns/paced.ts';
import { type Turns, turnsOf } from '../../core/turns/turns.ts';
import { type Guardrail, maxLookback, type Verdict } from './guardrail.ts';
import { characterStart, normalizedText, normalizeInTurns } from './normalize-text.ts';
import { beginningsOf } from './pattern-beginnings.ts';
import { maxMatchUnits } from './pattern-reach.ts';

export interface PatternGuardOptions {
  readonly name: string;
  /** RE2 syntax; `(?i)` at the start ignores case. One that matches anywhere refuses the text. */
  readonly patterns: readonly string[];
  /** Default: both sides. */
  readonly on?: readonly ('input' | 'output')[];
  readonly window?: 'sentence' | 'whole';
  /** For the caller; must not repeat what it refuses. */
  readonly message?: string;
}

const windowUnits = 16_384;
const stepUnits = 8_192;
const newTurns = (signal: AbortSignal): Turns => turnsOf({ unitsPerTurn: windowUnits, signal });

/**
 * A guardrail that refuses texts in which a pattern matches. Throws BAD_REQUEST, naming the guardrail and the pattern, when a
 * pattern is not an RE2 expression or there is none.
 *
 * @example
 * ```ts
 * import { defineConfig, fromEnvironment, patternGuard } from 'fieldgate';
 *
 * const codenames = patternGuard({
 *   name: 'codenames',
 *   patterns: ['(?i)project\\s+x'],
 *   message: 'Code names stay inside.',
 * });
 * export default defineConfig({ ...fromEnvironment(), guardrails: [{ guardrail: codenames, routes: '*' }] });
 * ```
 */
export function patternGuard(options: PatternGuardOptions, turnsFor: (signal: AbortSignal) => Turns = newTurns): Guardrail {
  const { name, patterns, on = sides, window = 'sentence', message } = options;
  const compiled: Pattern[] = [];
  const mistakes = optionMistakes(options);
  for (const pattern of Array.isArray(patterns) ? patterns : []) {
    const one = compile(name, pattern);
    if (typeof one === 'string') mistakes.push(one);
    else compiled.push(one);
  }
  if (mistakes.length > 0) return refusingGuard(name, mistakes);
  const refusal = message ?? `The text matches what the guardrail "${name}" refuses.`;
  const beginnings = beginningsOf(compiled.map(({ expression }) => expression));
  const begins = (text: string): boolean => beginnings === null || beginnings.test(text);
  const passes = (text: string): boolean => {
    if (text.length > windowUnits || begins(text)) return false;
    const seen = normalizedText(text);
    return seen === text || !begins(seen);
  };
  return {
    name,
    on,
    window,
    ...lookbackFor(compiled),
    pure: true,
    passes,
    check: (text, call) => (passes(text) ? allowed : finishPaced(verdictOn(text, turnsFor(call.signal)))),
  };

  function* verdictOn(text: string, turns: Turns): Paced<Verdict> {
    // As it was written, and as a reader sees it: a character that shows nothing must not part a word.
    const seen = yield* normalizeInTurns(text, turns);
    for (const one of seen === text ? [text] : [text, seen]) {
      for (const pattern of compiled) if (yield* isIn(one, pattern, turns)) return { action: 'block', message: refusal };
    }
    return allowed;
  }
}

const allowed: Verdict = { action: 'allow' };

const sides = ['input', 'output'] as const;
const windows = ['sentence', 'whole'] as const;

function optionMistakes({ name, patterns, on = sides, window = 'sentence' }: PatternGuardOptions): string[] {
  const guardrail = `The guardrail "${name}"`;
  const found: string[] = [];
  if (typeof name !== 'string' || name === '') found.push('A guardrail has no name. Give it one, such as "codenames".');
  if (!Array.isArray(patterns) || patterns.length === 0)
    found.push(`${guardrail} has no patterns. Give it at least one regular expression.`);
  if (!Array.isArray(on) || on.length === 0 || !on.every((side) => sides.includes(side)))
    found.push(`${guardrail} is on ${JSON.stringify(on)}. It must be a list of "input", "output" or both.`);
  if (!windows.includes(window)) found.push(`${guardrail} has the window ${JSON.stringify(window)}. It must be "sentence" or "whole".`);
  return found;
}

const refusingGuard = (name: string, mistakes: readonly string[]): Guardrail => ({
  name: String(name),
  on: sides,
  window: 'sentence',
  mistakes,
  check() {
    throw new GatewayError('BAD_REQUEST', mistakes.join(' '));
  },
});

/** The lookback, where the length of every match is bounded. */
function lookbackFor(patterns: readonly Pattern[]): Pick<Guardrail, 'lookback'> {
  const lookback = Math.max(...patterns.map(({ reach }) => reach ?? Number.POSITIVE_INFINITY));
  return lookback <= maxLookback ? { lookback } : {};
}

interface Pattern {
  readonly expression: RE2JS;
  /** Null where the length of a match is not bounded. */
  readonly reach: number | null;
  readonly counts: boolean;
}

function* isIn(text: string, { expression, reach, counts }: Pattern, turns: Turns): Paced<boolean> {
  if (text.length > windowUnits && (reach !== null || counts)) {
    return yield* reach === null ? overlapping(text, expression, turns) : windowed(text, expression, reach, turns);
  }
  if (expression.test(text)) return true;
  const wait = turns.spend(text.length);
  if (wait !== null) yield wait;
  return false;
}

/** Each window has the matches that begin in it, with one character more on either side, since `^`, `$` and `\\b` look so far. */
function* windowed(text: string, expression: RE2JS, reach: number, turns: Turns): Paced<boolean> {
  for (let from = 0; from < text.length; ) {
    const to = characterStart(text, from + Math.max(stepUnits, reach));
    const start = Math.max(0, from - 1);
    const end = Math.min(text.length, to + reach + 1);
    const piece = text.slice(start, end);
    if (expression.test(piece)) {
      const matcher = expression.matcher(piece);
      if (matcher.find(from - start) && matcher.start() < to - start) return true;
    }
    const wait = turns.spend(piece.length);
    if (wait !== null) yield wait;
    from = to;
  }
  return false;
}

function* overlapping(text: string, expression: RE2JS, turns: Turns): Paced<boolean> {
  for (let from = 0; from < text.length; from += stepUnits) {
    if (expression.test(text.slice(from, from + windowUnits))) return true;
    const wait = turns.spend(windowUnits);
    if (wait !== null) yield wait;
    if (from + windowUnits >= text.length) return false;
  }
  return false;
}

/** A sentence where the pattern is no RE2 expression. */
function compile(name: string, pattern: string): Pattern | string {
  try {
    if (typeof pattern !== 'string') throw new TypeError('it is not text');
    const expression = RE2JS.compile(pattern);
    return { expression, reach: maxMatchUnits(expression), counts: /\{\d/.test(pattern) };
  } catch (cause) {
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    return `The guardrail "${name}" has a pattern that is no RE2 expression: ${JSON.stringify(pattern)}${why}. RE2 has no look-around and no back-references.`;
  }
}

/**
 * Makes one regular expression of the engine's own that finds every place where a match of some RE2 patterns may begin. Where it finds
 * none, none of the patterns matches, and RE2 is not asked: that is so for most texts, and costs a twentieth.
 *
 * It is read off the compiled patterns: the characters with which their matches begin, up to {@link maxCharacters} of them, without
 * what is asked of a place (`^`, `\b`). It has no repetitions, so that it is linear in the text.
 */
import type { RE2JS } from 're2js';

/** Instructions of re2js, by their numbers (`Inst` in its source). */
const alternatives: ReadonlySet<number> = new Set([1, 2]);
/** Those for groups, for what is asked of a place, and for nothing. */
const takeNothing: ReadonlySet<number> = new Set([3, 4, 7]);
const failed = 5;
const takeOne: ReadonlySet<number> = new Set([8, 9, 10, 11]);
const takeAny: ReadonlySet<number> = new Set([10, 11]);
const maxCharacters = 8;
/** Of one pattern; what is behind them is not looked at. */
const maxInstructions = 1_024;
/** Maximum length of the expression. A longer one costs more than it saves. */
const maxLength = 32_768;

interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
  matchRune(rune: number): boolean;
}

interface Program {
  readonly start: number;
  getInst(at: number): Instruction;
}

/** Null: a match of one of them may begin anywhere. */
export function beginningsOf(patterns: readonly RE2JS[]): RegExp | null {
  const beginnings = patterns.map((pattern) => beginningOf(pattern.re2().prog as Program));
  const all = beginnings.join('|');
  return beginnings.includes('') || all.length > maxLength ? null : new RegExp(all);
}

/** Empty: a match may begin with anything. */
function beginningOf(program: Program): string {
  let left = maxInstructions;

  /** `path`: instructions since the last character, which lead back to one of them in a loop that takes none. */
  function from(at: number, characters: number, path: readonly number[]): string {
    left -= 1;
    if (left < 0 || characters === maxCharacters || path.includes(at)) return '';
    const instruction = program.getInst(at);
    const { op, out, arg } = instruction;
    if (alternatives.has(op)) {
      const either = from(out, characters, [...path, at]);
      const or = either === '' ? '' : from(arg, characters, [...path, at]);
      return or === '' ? '' : `(?:${either}|${or})`;
    }
    if (takeNothing.has(op)) return from(out, characters, [...path, at]);
    if (op === failed) return '(?!)';
    return takeOne.has(op) ? characterOf(instruction) + from(out, characters + 1, []) : '';
  }

  return from(program.start, 0, []);
}

const lastUnit = 0xffff;
/** A character of two units, whichever. */
const pair = '[\\ud800-\\udbff][\\udc00-\\udfff]';

/** An expression that matches at least the characters of the instruction. */
function characterOf(instruction: Instruction): string {
  const ranges = rangesOf(instruction);
  const units = ranges.filter(([from]) => from <= lastUnit).map(([from, to]) => unitsOf(from, Math.min(to, lastUnit)));
  const choices = units.length === 0 ? [] : units.length === 1 && units[0]?.length === 1 ? units : [`[${units.join('')}]`];
  if (ranges.some(([, to]) => to > lastUnit)) choices.push(pair);
  return choices.length === 1 ? (choices[0] ?? '') : `(?:${choices.join('|') || '(?!)'})`;
}

const unitsOf = (from: number, to: number): string => (from === to ? escaped(from) : `${escaped(from)}-${escaped(to)}`);

function escaped(unit: number): string {
  const char = String.fromCharCode(unit);
  return /[A-Za-z0-9]/.test(char) ? char : `\\u${unit.toString(16).padStart(4, '0')}`;
}

type Range = readonly [from: number, to: number];

const all: readonly Range[] = [[0, 0x10ffff]];
const beyondAscii: Range = [0x80, 0x10ffff];
/** The long s and the sign of Kelvin. */
const foldedToAscii: readonly number[] = [0x17f, 0x212a];

function rangesOf(instruction: Instruction): readonly Range[] {
  const { op, arg, runes } = instruction;
  if (takeAny.has(op)) return all;
  const first = runes[0];
  // One rune with a flag is one in any case: the letters that fold to one of ASCII are few, of others all are taken.
  if (runes.length === 1 && first !== undefined) {
    if (arg === 0) return [[first, first]];
    const ascii = Array.from({ length: 0x80 }, (_, rune) => rune).filter((rune) => instruction.matchRune(rune));
    const isFoldedBeyond = first >= 0x80 || foldedToAscii.some((rune) => instruction.matchRune(rune));
    return [...ascii.map((rune): Range => [rune, rune]), ...(isFoldedBeyond ? [beyondAscii] : [])];
  }
  return Array.from({ length: runes.length >> 1 }, (_, pair): Range => [runes[2 * pair] ?? 0, runes[2 * pair + 1] ?? 0]);
}

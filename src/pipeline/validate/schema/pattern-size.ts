/**
 * Estimates the compiled size of a regular expression from its text, without compiling it.
 *
 * RE2 expands counted repetitions: `(a{1,30}b{1,30}c){1,30}` has 24 characters and becomes 3,600 instructions. Where the
 * text can be parsed in two ways, the larger size counts.
 */
import { foldedRangesWeight } from './folded-ranges.ts';

export interface PatternSize {
  /** Instructions, and what their classes of Unicode and their ranges in either case weigh beside them. */
  readonly weight: number;
  /** Instructions alone: what a match costs for each character. */
  readonly instructions: number;
  /** Code points of the longest text that the whole pattern describes, where `^` and `$` stand around it; else infinite. */
  readonly longestText: number;
}

/** `\p{L}` has some six hundred ranges: an instruction with it takes as long to compile as some forty plain ones. */
const unicodeClassWeight = 40;
/** Sums are not followed further. */
const countless = 1e9;

interface Part {
  readonly weight: number;
  readonly instructions: number;
  readonly longest: number;
}

/** Open brackets are kept in a list: ten thousand of them would overflow the stack. */
interface Group {
  readonly before: Part;
  readonly alternatives: Part | null;
}

const part = (weight: number, instructions: number, longest: number): Part => ({
  weight: Math.min(countless, weight),
  instructions: Math.min(countless, instructions),
  longest,
});
const nothing = part(0, 0, 0);
const capture = part(2, 2, 0);
const inSequence = (a: Part, b: Part): Part => part(a.weight + b.weight, a.instructions + b.instructions, a.longest + b.longest);
const either = (a: Part | null, b: Part): Part =>
  a === null ? b : part(a.weight + b.weight + 1, a.instructions + b.instructions + 1, Math.max(a.longest, b.longest));

export function patternSize(pattern: string): PatternSize {
  const groups: Group[] = [];
  let sequence = nothing;
  let alternatives: Part | null = null;
  let last = nothing;
  let splits = false;
  for (let at = 0; at < pattern.length; ) {
    const char = pattern.charAt(at);
    const repetition = repetitionAt(pattern, at);
    if (repetition !== null) {
      last = repeated(last, repetition.least, repetition.most);
      at += repetition.length;
    } else if (char === '(') {
      groups.push({ before: inSequence(sequence, last), alternatives });
      [sequence, alternatives, last] = [capture, null, nothing];
      at += openingAt(pattern, at);
    } else if (char === ')') {
      const { before = nothing, alternatives: others = null } = groups.pop() ?? {};
      last = either(alternatives, inSequence(sequence, last));
      [sequence, alternatives] = [before, others];
      at += 1;
    } else if (char === '|') {
      alternatives = either(alternatives, inSequence(sequence, last));
      [sequence, last] = [nothing, nothing];
      splits ||= groups.length === 0;
      at += 1;
    } else {
      const atom = atomAt(pattern, at);
      sequence = inSequence(sequence, last);
      last = atom.part;
      at += atom.length;
    }
  }
  let whole = either(alternatives, inSequence(sequence, last));
  for (const { before, alternatives: others } of groups.reverse()) whole = either(others, inSequence(before, whole));
  const isWhole = /^\^.*\$$/s.test(pattern) && !/\\\$$|\(\?[a-zA-Z-]*m/.test(pattern) && !splits;
  return {
    weight: whole.weight + foldedRangesWeight(pattern) + 2,
    instructions: whole.instructions + 2,
    longestText: isWhole ? whole.longest : Number.POSITIVE_INFINITY,
  };
}

function repetitionAt(pattern: string, at: number): { readonly least: number; readonly most: number; readonly length: number } | null {
  const char = pattern.charAt(at);
  if (char === '*') return { least: 0, most: Number.POSITIVE_INFINITY, length: 1 };
  if (char === '+') return { least: 1, most: Number.POSITIVE_INFINITY, length: 1 };
  if (char === '?') return { least: 0, most: 1, length: 1 };
  if (char !== '{') return null;
  const counted = /^\{(\d{1,9})(,?)(\d{0,9})\}/.exec(pattern.slice(at, at + 24));
  if (counted === null) return null;
  const least = Number(counted[1]);
  const most = counted[2] === '' ? least : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3]);
  return { least, most, length: counted[0].length };
}

function repeated(of: Part, least: number, most: number): Part {
  const copies = Math.max(1, most === Number.POSITIVE_INFINITY ? least : most);
  const splits = (most === Number.POSITIVE_INFINITY ? 1 : most - least) + 1;
  return part(of.weight * copies + splits, of.instructions * copies + splits, of.longest === 0 ? 0 : of.longest * most);
}

/** Length of `(`, `(?:`, `(?i`, `(?<name>` and the like: what follows is the group's own. */
const openingAt = (pattern: string, at: number): number =>
  /^\((?:\?(?:P?<[\w$]{1,64}>|[a-zA-Z-]{0,8}:?))?/.exec(pattern.slice(at, at + 80))?.[0].length ?? 1;

function atomAt(pattern: string, at: number): { readonly part: Part; readonly length: number } {
  const char = pattern.charAt(at);
  if (char === '[') return classAt(pattern, at);
  if (char === '\\') return escapeAt(pattern, at);
  return { part: part(1, 1, char === '^' || char === '$' ? 0 : 1), length: 1 };
}

function escapeAt(pattern: string, at: number): { readonly part: Part; readonly length: number } {
  const letter = pattern.charAt(at + 1);
  if (letter === 'Q') {
    const end = pattern.indexOf('\\E', at + 2);
    const quoted = (end === -1 ? pattern.length : end) - at - 2;
    return { part: part(quoted, quoted, quoted), length: end === -1 ? pattern.length - at : quoted + 4 };
  }
  const named = /^\\(?:[pPu]\{[^}]{0,64}\}|[pP]\w|x\{[^}]{0,16}\}|x[\da-fA-F]{2}|u[\da-fA-F]{4})/.exec(pattern.slice(at, at + 72));
  const isUnicode = letter === 'p' || letter === 'P';
  const isPlace = 'bBAzZ'.includes(letter);
  return {
    part: part(isUnicode ? unicodeClassWeight : 1, 1, isPlace ? 0 : 1),
    length: named?.[0].length ?? Math.min(2, pattern.length - at),
  };
}

/** Up to the first bracket that no backslash stands before, as JavaScript reads it. */
function classAt(pattern: string, at: number): { readonly part: Part; readonly length: number } {
  let end = at + 1;
  let unicode = 0;
  while (end < pattern.length && pattern.charAt(end) !== ']') {
    if (pattern.charAt(end) === '\\') {
      if (/[pP]/.test(pattern.charAt(end + 1))) unicode += 1;
      end += 1;
    }
    end += 1;
  }
  const length = Math.min(end + 1, pattern.length) - at;
  return { part: part(1 + Math.floor(length / 8) + unicode * unicodeClassWeight, 1, 1), length };
}

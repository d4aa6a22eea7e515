/**
 * Weighs the character ranges of a pattern that ignores case.
 *
 * RE2 then expands every code point of a range separately, once per written range: three thousand times `[B-𞥂]` are 24 KB
 * and took twenty seconds.
 */

/** Outside of these no letter has another case. */
const firstCased = 0x41;
const lastCased = 0x1e943;
/** As many take as long to compile as one plain instruction. */
const codePointsPerInstruction = 33;

const foldsCase = /\(\?[a-zA-Z]*i/;
/** One character, however it is written; what stands for several, such as `\d` or `\p{L}`, is one, too. */
const character =
  /\\x\{([\da-fA-F]{1,8})\}|\\x([\da-fA-F]{2})|\\u\{([\da-fA-F]{1,8})\}|\\u([\da-fA-F]{4})|\\([0-7]{1,3})|\\[pP]\{[^}-]{0,64}\}|\\.|./gsu;

/** Every hyphen counts as one of a range, because where a class ends can be read in two ways. */
export function foldedRangesWeight(pattern: string): number {
  if (!foldsCase.test(pattern)) return 0;
  let codePoints = 0;
  let before: readonly string[] | null = null;
  let atHyphen: readonly string[] | null = null;
  for (const match of pattern.matchAll(character)) {
    if (atHyphen !== null) {
      const high = Math.min(codePointOf(match) ?? lastCased, lastCased);
      const low = Math.max(codePointOf(atHyphen) ?? firstCased, firstCased);
      codePoints += Math.max(0, high - low);
    }
    atHyphen = match[0] === '-' ? before : null;
    before = match;
  }
  return Math.ceil(codePoints / codePointsPerInstruction);
}

/** Null: it is written in another way. */
function codePointOf([text = '', braced, two, unicode, four, octal]: readonly string[]): number | null {
  const digits = braced ?? two ?? unicode ?? four;
  if (digits !== undefined) return Number.parseInt(digits, 16);
  if (octal !== undefined) return Number.parseInt(octal, 8);
  if (/^\\[a-zA-Z]/.test(text)) return null;
  return text.codePointAt(text.length > 1 && text.startsWith('\\') ? 1 : 0) ?? null;
}

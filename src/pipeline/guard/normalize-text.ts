/**
 * Normalises text to what a reader sees: removes invisible characters, and replaces wide letters, typographic spaces and
 * typographic hyphens by plain ones. Word processors put them into telephone numbers, and attackers put them anywhere.
 *
 * Letters of other scripts that look alike are left unchanged.
 */
import type { Paced } from '../../core/turns/paced.ts';
import type { Turns } from '../../core/turns/turns.ts';

export interface Legible {
  readonly text: string;
  /** Where the unit at `index` of the normalized text stands in the original. */
  original(index: number): number;
}

/** The ranges are spaces (Zs), hyphens and dashes, the fullwidth forms of ASCII, and what is to be ignored by default. */
const unusual = /[\p{Default_Ignorable_Code_Point}\u00a0\u2000-\u200a\u202f\u205f\u3000\u2010-\u2015\u2212\ufe58\ufe63\uff01-\uff5e]/u;
/** Units below this one need no change, and most texts have only such units. */
const firstUnusual = /[\u00a0-\uffff]/;
/** Whether a reader sees another character than the one that is written. */
export const isUnusual = (text: string): boolean => firstUnusual.test(text) && unusual.test(text);
const eachUnusual = new RegExp(unusual, 'gu');
const ignorable = /\p{Default_Ignorable_Code_Point}/u;
const space = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/;
const hyphen = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/;
const wide = /[\uff01-\uff5e]/;
/** The distance from U+FF01 to U+0021. */
const wideShift = 0xfee0;

/** Null for a text that is plain already, as most are. Takes some 0.2 microseconds a character where it is not. */
export function normalizeText(text: string): Legible | null {
  if (!isUnusual(text)) return null;
  const origins: number[] = [];
  let plain = '';
  let at = 0;
  for (const char of text) {
    const shown = plainOf(char);
    for (let unit = 0; unit < shown.length; unit += 1) origins.push(at + unit);
    plain += shown;
    at += char.length;
  }
  return { text: plain, original: (index) => origins[index] ?? text.length };
}

function plainOf(char: string): string {
  if (char < '\u00a0') return char;
  if (hyphen.test(char)) return '-';
  if (wide.test(char)) return String.fromCharCode(char.charCodeAt(0) - wideShift);
  if (space.test(char)) return ' ';
  return ignorable.test(char) ? '' : char;
}

/** The normalized text alone; the same text where it is plain already. */
export const normalizedText = (text: string): string => (isUnusual(text) ? text.replace(eachUnusual, plainOf) : text);

const pieceUnits = 8_192;

/** The same in slices. */
export function* normalizeInTurns(text: string, turns: Turns): Paced<string> {
  if (!isUnusual(text)) return text;
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = characterStart(text, from + pieceUnits);
    pieces.push(text.slice(from, to).replace(eachUnusual, plainOf));
    const wait = turns.spend(to - from);
    if (wait !== null) yield wait;
    from = to;
  }
  return pieces.join('');
}

/**
 * Where the last `count` units of the text begin, without those of characters that show nothing; null: it has fewer. Never inside a
 * character.
 */
export function lastCharactersStart(text: string, count: number): number | null {
  let at = text.length;
  for (let left = count; left > 0; ) {
    if (at === 0) return null;
    const unit = text.charCodeAt(at - 1);
    const pair = unit >= 0xdc00 && unit <= 0xdfff && at > 1 && isHighSurrogate(text.charCodeAt(at - 2));
    const start = at - (pair ? 2 : 1);
    if (unit < 0xa0 || !ignorable.test(text.slice(start, at))) left -= at - start;
    at = start;
  }
  return at;
}

/** Whether the unit is the first half of a character of two units. */
export const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** The place, or the one behind it where it lies inside a character. */
export function characterStart(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at;
}

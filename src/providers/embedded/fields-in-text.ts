/**
 * Finds the values that a text states for a name: `Name: value`, `name is value`, a row under its heading, a number beside a
 * word.
 */
import { keepPerMaterial, type Material } from './material.ts';
import { nameStems, stemsOf } from './text/words.ts';

export interface Labelled {
  readonly stems: readonly string[];
  /** The value, a span of its source. */
  readonly value: string;
}

const labelLine =
  /^[ \t]*(?:[-*+•>][ \t]+)?["'*_`]{0,3}([\p{L}\p{N}][\p{L}\p{N} ._/()-]{0,48}?)["'*_`]{0,3}[ \t]*[:=][ \t*_"'`]*(\S[^\n]*)$/gmu;
const maxValue = 400;
/** A data block of this length or more is a text, not the value of its name. */
const maxBlock = 1_000;

/** The value without closing punctuation. */
const bare = (value: string): string =>
  value
    .slice(0, maxValue)
    .trimEnd()
    .replace(/["'*_`,;]{1,4}$/, '');

/** Every `label: value` line of the material, and every cell under its heading. */
export function findLabelled(material: Material): Labelled[] {
  return material.sources.flatMap(({ name, text }) => [
    ...(name === null || /^\[/.test(name) || text.length > maxBlock ? [] : [{ stems: nameStems(name), value: text.trim() }]),
    ...[...text.matchAll(labelLine)].map(([, label = '', value = '']) => ({ stems: nameStems(label), value: bare(value) })),
    ...cellsIn(text),
  ]);
}

/** Cells of Markdown tables with two columns or one row: elsewhere a heading has many values. */
function cellsIn(text: string): Labelled[] {
  const rows = text
    .split('\n')
    .filter((line) => /^\s*\|.*\|\s*$/.test(line) && !/^[\s|:-]+$/.test(line))
    .map(cellsOf);
  const [head = [], ...body] = rows;
  if (body.length === 1)
    return head.map((label, index) => ({ stems: nameStems(label), value: body[0]?.[index] ?? '' })).filter(({ value }) => value !== '');
  return rows.flatMap(([label = '', value = '', ...more]) =>
    more.length === 0 && value !== '' ? [{ stems: nameStems(label), value }] : [],
  );
}

export const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());

/** The values whose label is the name; then those whose label contains it, or is contained in it. */
export function valuesFor(name: readonly string[], labelled: readonly Labelled[]): string[] {
  if (name.length === 0) return [];
  const same = labelled.filter(({ stems }) => stems.length === name.length && name.every((stem) => stems.includes(stem)));
  const near = labelled.filter(
    ({ stems }) => stems.length > 0 && (name.every((stem) => stems.includes(stem)) || stems.every((stem) => name.includes(stem))),
  );
  return [...new Set([...same, ...near].map(({ value }) => value))];
}

const number = /(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d])/g;
/** Words that stand beside a number instead of the name, such as units. */
const units: Readonly<Record<string, RegExp>> = {
  price: /(?:[$€£¥]\s?$)|^\s?(?:[$€£¥]|usd|eur|gbp|dollars?|euros?|pounds?)/i,
  cost: /(?:[$€£¥]\s?$)|^\s?(?:[$€£¥]|usd|eur|gbp|dollars?|euros?|pounds?)/i,
  rating: /^\s?(?:stars?|\/\s?5|\/\s?10|out of)/i,
  star: /^\s?(?:stars?|\/\s?5|out of)/i,
  percent: /^\s?(?:%|percent)/i,
};
const nearWords = 6;

interface Stated {
  readonly value: number;
  /** The characters beside a number, and the nearest words, nearest first. */
  readonly left: string;
  readonly right: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const maxBeside = 120;

const statedNumbers = keepPerMaterial((material): readonly Stated[] =>
  material.units.flatMap(({ raw }) =>
    numbersIn(raw).map(({ value, index, length }) => {
      const [left, right] = [raw.slice(Math.max(0, index - maxBeside), index), raw.slice(index + length, index + length + maxBeside)];
      return {
        value,
        left: left.slice(-2),
        right: right.slice(0, 12),
        before: stemsOf(left).reverse().slice(0, nearWords),
        after: stemsOf(right).slice(0, nearWords),
      };
    }),
  ),
);

/** Numbers stated for the name, the likeliest first. */
export function numbersFor(name: readonly string[], material: Material, labelled: readonly Labelled[]): number[] {
  const stated = valuesFor(name, labelled).flatMap((value) =>
    numbersIn(value)
      .slice(0, 1)
      .map(({ value: found }) => found),
  );
  const near = statedNumbers(material).map((each) => ({ value: each.value, distance: distanceTo(name, each) }));
  const sorted = near.filter(({ distance }) => distance <= nearWords).sort((a, b) => a.distance - b.distance);
  return [...stated, ...sorted.map(({ value }) => value)];
}

export function numbersIn(text: string): { readonly value: number; readonly index: number; readonly length: number }[] {
  return [...text.matchAll(number)]
    .map((match) => ({ value: Number(match[0].replaceAll(',', '')), index: match.index, length: match[0].length }))
    .filter(({ value }) => Number.isFinite(value));
}

function distanceTo(name: readonly string[], { left, right, before, after }: Stated): number {
  if (name.some((stem) => units[stem]?.test(left) || units[stem]?.test(right))) return 0.5;
  const ahead = before.findIndex((stem) => name.includes(stem));
  const behind = after.findIndex((stem) => name.includes(stem));
  return Math.min(ahead === -1 ? Number.POSITIVE_INFINITY : ahead + 1, behind === -1 ? Number.POSITIVE_INFINITY : behind + 1.2);
}

const yes = /^(yes|true|ja|oui|sí|✓|✔|✅)\b/i;
const no = /^(no|false|none|nein|non|✗|✘|❌)\b/i;
const denial = /\b(not|no|never|without|isn['’]t|aren['’]t|doesn['’]t|don['’]t|cannot|can['’]t|wasn['’]t|hasn['’]t|lacks?)\b/i;

/** True or false where the text says so beside the name, or states or denies the name itself; null where it does neither. */
export function booleanFor(name: readonly string[], material: Material, labelled: readonly Labelled[]): boolean | null {
  for (const value of valuesFor(name, labelled)) {
    if (yes.test(value)) return true;
    if (no.test(value)) return false;
  }
  if (name.length === 0) return null;
  for (const { raw, stems } of material.statements) {
    if (/\?$/.test(raw) || !name.every((stem) => stems.includes(stem))) continue;
    return !denial.test(raw);
  }
  return null;
}

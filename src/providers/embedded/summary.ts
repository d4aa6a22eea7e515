/** Builds summaries, titles and keywords by selection: every word is the source's own. */
import type { Material } from './material.ts';
import type { Wanted } from './task.ts';
import { measureOverlap, worthOf } from './text/rank.ts';
import type { Unit } from './text/units.ts';
import { countWords, stemsOf, wordsOf } from './text/words.ts';

const usualSentences = 3;
const usualWords = 70;
const maxOverlap = 0.6;
/** Statements that are worth less than this share of the best one are left out, because a summary need not be full. */
const minShareOfBest = 0.3;

interface SummaryOptions {
  readonly wanted: Wanted;
  /** The number of words that the answer may have, by the request's maximum. */
  readonly maxWords: number;
  /** Stems that the summary should be about. */
  readonly focus: readonly string[];
}

/** The units of the summary in the order of the text; the last one may be cut. */
export function chooseSummary(
  material: Material,
  { wanted, maxWords, focus }: SummaryOptions,
): readonly { readonly unit: Unit; readonly text: string }[] {
  const candidates = material.prose;
  const room = roomFor(wanted, maxWords);
  const worth = worthOf(candidates, focus);
  const order = candidates.map((unit, index) => ({ unit, worth: worth[index] ?? 0 })).sort((a, b) => b.worth - a.worth);
  const chosen: Unit[] = [];
  let words = 0;
  for (const { unit, worth: value } of order) {
    if (value < (order[0]?.worth ?? 0) * minShareOfBest) break;
    if (chosen.length >= room.sentences) break;
    const length = countWords(unit.text);
    if (words + length > room.words || chosen.some((other) => measureOverlap(unit, other) > maxOverlap)) continue;
    chosen.push(unit);
    words += length;
  }
  const best = order[0];
  // A summary of a stray short sentence says less than the beginning of the best one.
  if (best !== undefined && (chosen.length === 0 || (!chosen.includes(best.unit) && words < room.words / 2))) {
    return [{ unit: best.unit, text: clipped(best.unit.text, room.words) }];
  }
  return chosen.sort((a, b) => a.source - b.source || a.start - b.start).map((unit) => ({ unit, text: unit.text }));
}

function roomFor(wanted: Wanted, maxWords: number): { readonly words: number; readonly sentences: number } {
  const asked = wanted.words ?? (wanted.characters === null ? null : Math.floor(wanted.characters / 6.5));
  return {
    words: Math.max(1, Math.min(maxWords, asked ?? (wanted.sentences === null ? usualWords : 40 * wanted.sentences))),
    sentences: wanted.sentences ?? (asked === null ? usualSentences : 8),
  };
}

/** The beginning of the sentence that has at most so many words, cut behind a clause where there is one, and marked as cut. */
function clipped(text: string, maxWords: number): string {
  const beginning = clipSpan(text, maxWords);
  return beginning === text ? text : `${beginning}…`;
}

/** Words that announce more, and marks of a clause that goes on. */
const dangling = new Set('a an and as at by for from in is of on or that the to which with'.split(' '));

function withoutTail(text: string): string {
  const bare = text
    .trimEnd()
    .replace(/[,;:–—]{1,3}$/, '')
    .trimEnd();
  const space = bare.lastIndexOf(' ');
  return space > 0 && dangling.has(bare.slice(space + 1).toLowerCase()) ? withoutTail(bare.slice(0, space)) : bare;
}

/** The same without the mark, so that it is a span of the text. */
export function clipSpan(text: string, maxWords: number): string {
  const words = [...text.matchAll(/\S+/g)];
  if (words.length <= maxWords) return text;
  const last = words[Math.max(1, maxWords) - 1];
  const room = text.slice(0, last === undefined ? 0 : last.index + last[0].length);
  const breaks = [...`${room} `.matchAll(/[,;:–—)](?=\s)|\s(?=(?:and|but|or|which|while|because|with|so|that|where|when)\s)/g)];
  const clause = breaks.findLast(({ index }) => countWords(room.slice(0, index)) >= maxWords * 0.5);
  return withoutTail(room.slice(0, clause?.index ?? room.length));
}

/** The first heading; else the beginning of the statement that matters most. A span of the material, or null. */
export function titleSpan(material: Material, maxWords: number): string | null {
  const heading = material.units.find(({ kind }) => kind === 'heading');
  if (heading !== undefined) return clipSpan(heading.raw, maxWords);
  const worth = worthOf(material.prose, []);
  const text = material.prose[worth.indexOf(Math.max(...worth))]?.raw;
  return text === undefined ? null : clipSpan(text, maxWords).replace(/[.!]+$/, '');
}

/** Words that the material keeps coming back to, as they stand in it, the weightiest first. */
export function keywords(material: Material, most: number): string[] {
  const seen = new Map<string, { readonly surface: string; count: number; readonly first: number }>();
  for (const { text } of material.units.filter(({ kind }) => kind !== 'code')) {
    for (const surface of wordsOf(text)) {
      const [stem] = stemsOf(surface);
      if (stem === undefined || surface.length < 4 || /^\d/.test(surface)) continue;
      const known = seen.get(stem);
      if (known === undefined) seen.set(stem, { surface, count: 1, first: seen.size });
      else known.count += 1;
    }
  }
  const weight = ({ surface, count }: { readonly surface: string; readonly count: number }): number =>
    count * Math.log2(surface.length) * (/^\p{Lu}/u.test(surface) ? 1.2 : 1);
  return [...seen.values()]
    .sort((a, b) => weight(b) - weight(a) || a.first - b.first)
    .slice(0, most)
    .map(({ surface }) => surface);
}

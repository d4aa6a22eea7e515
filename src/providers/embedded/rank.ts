/** Which units matter: BM25 for a question, frequency and position for a summary. */
import type { Unit } from './units.ts';

export interface Ranked {
  readonly unit: Unit;
  readonly score: number;
  /** Share of the question that the unit speaks of, by weight of its words: 0 to 1. */
  readonly coverage: number;
}

const k1 = 1.2;
const b = 0.6;
/** A word in a heading above counts for its section. */
const headingShare = 0.55;

/** Best first; units that share no word with the query are left out. `stemsOf` of headings is the caller's. */
export function rankFor(query: readonly string[], units: readonly Unit[], headingStems: (unit: Unit) => readonly string[]): Ranked[] {
  const wanted = [...new Set(query)];
  const bags = units.map((unit) => bagOf(unit, headingStems(unit)));
  const averageLength = units.reduce((sum, unit) => sum + unit.stems.length, 0) / Math.max(1, units.length);
  const weights = weightsOf(wanted, bags);
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const ranked = units.map((unit, index) => {
    let score = 0;
    let covered = 0;
    for (const [stem, weight] of weights) {
      const count = bags[index]?.get(stem) ?? 0;
      if (count === 0) continue;
      score += (weight * count * (k1 + 1)) / (count + k1 * (1 - b + (b * unit.stems.length) / Math.max(1, averageLength)));
      covered += weight * Math.min(1, count);
    }
    return { unit, score, coverage: all === 0 ? 0 : covered / all };
  });
  return ranked.filter(({ score }) => score > 0).sort((x, y) => y.score - x.score);
}

function bagOf(unit: Unit, headings: readonly string[]): Map<string, number> {
  const bag = new Map<string, number>();
  for (const stem of unit.stems) bag.set(stem, (bag.get(stem) ?? 0) + 1);
  for (const stem of new Set(headings)) bag.set(stem, (bag.get(stem) ?? 0) + headingShare);
  return bag;
}

/** Rare words weigh more. A word that no unit has weighs as much as the others do on average: it may be a manner of asking. */
function weightsOf(wanted: readonly string[], bags: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const having = wanted.map((stem) => ({ stem, count: bags.filter((bag) => bag.has(stem)).length }));
  const known = having.filter(({ count }) => count > 0).map(({ count }) => idf(count, bags.length));
  const average = known.reduce((sum, weight) => sum + weight, 0) / Math.max(1, known.length);
  return new Map(having.map(({ stem, count }) => [stem, count === 0 ? average : idf(count, bags.length)]));
}

const idf = (having: number, units: number): number => Math.log(1 + (units - having + 0.5) / (having + 0.5));

/** Worth of each unit for a summary: words that the text keeps coming back to, early places, the words of `focus`. */
export function worthOf(units: readonly Unit[], focus: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const { stems } of units) for (const stem of new Set(stems)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  const wanted = new Set(focus);
  const places = new Map<number, number>();
  return units.map(({ stems, text, source, kind }) => {
    const place = places.get(source) ?? 0;
    places.set(source, place + 1);
    const distinct = [...new Set(stems)];
    if (distinct.length === 0) return 0;
    const central = distinct.reduce((sum, stem) => sum + Math.log2(1 + (counts.get(stem) ?? 0)), 0) / Math.sqrt(distinct.length + 2);
    const focused = distinct.filter((stem) => wanted.has(stem)).length;
    const early = 1 + 1.1 / (1 + 2 * place);
    const dangling = /^(it|its|this|that|these|those|they|their|he|she|his|her|however|but|also|and|so|then|for example|note)\b/i.test(text)
      ? 0.75
      : 1;
    const complete =
      (distinct.length < 3 ? 0.3 : 1) *
      (/^[\p{L} ]{1,24}:\s/u.test(text) ? 0.6 : 1) *
      (/[?:]$/.test(text) ? 0.4 : 1) *
      (kind === 'item' ? 0.8 : 1);
    return (central + 1.5 * focused) * early * dangling * complete;
  });
}

/** Share of the smaller one's words that the other has too. */
export function overlap(one: Unit, other: Unit): number {
  const [a, c] = [new Set(one.stems), new Set(other.stems)];
  const smaller = Math.min(a.size, c.size);
  return smaller === 0 ? 0 : [...a].filter((stem) => c.has(stem)).length / smaller;
}

/** Ranks units of a text: BM25 for a question, frequency and position for a summary. */
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

/** Best first; units that share no word with the query are left out. The same array of units is taken apart once. */
export function rankFor(query: readonly string[], units: readonly Unit[], headingStems: (unit: Unit) => readonly string[]): Ranked[] {
  const { having, averageLength } = indexOf(units, headingStems);
  const weights = weightsOf([...new Set(query)], having, units.length);
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const touched = new Set([...weights.keys()].flatMap((stem) => [...(having.get(stem)?.keys() ?? [])]));
  const ranked = [...touched].map((unit) => {
    let score = 0;
    let covered = 0;
    for (const [stem, weight] of weights) {
      const count = having.get(stem)?.get(unit) ?? 0;
      if (count === 0) continue;
      score += (weight * count * (k1 + 1)) / (count + k1 * (1 - b + (b * unit.stems.length) / Math.max(1, averageLength)));
      covered += weight * Math.min(1, count);
    }
    return { unit, score, coverage: all === 0 ? 0 : covered / all };
  });
  return ranked.sort((x, y) => y.score - x.score || x.unit.source - y.unit.source || x.unit.start - y.unit.start);
}

interface Index {
  /** Stem to the units that have it, and how much of it. */
  readonly having: ReadonlyMap<string, ReadonlyMap<Unit, number>>;
  readonly averageLength: number;
}

const indexes = new WeakMap<readonly Unit[], Index>();

function indexOf(units: readonly Unit[], headingStems: (unit: Unit) => readonly string[]): Index {
  const known = indexes.get(units);
  if (known !== undefined) return known;
  const having = new Map<string, Map<Unit, number>>();
  const add = (stem: string, unit: Unit, count: number): void => {
    const places = having.get(stem) ?? new Map<Unit, number>();
    places.set(unit, (places.get(unit) ?? 0) + count);
    having.set(stem, places);
  };
  for (const unit of units) {
    for (const stem of unit.stems) add(stem, unit, 1);
    for (const stem of new Set(headingStems(unit))) add(stem, unit, headingShare);
  }
  const index = { having, averageLength: units.reduce((sum, unit) => sum + unit.stems.length, 0) / Math.max(1, units.length) };
  indexes.set(units, index);
  return index;
}

/** Rare words weigh more. A word that no unit has weighs as much as the others do on average: it may be a manner of asking. */
function weightsOf(wanted: readonly string[], having: Index['having'], units: number): Map<string, number> {
  const known = wanted.flatMap((stem) => (having.has(stem) ? [idf(having.get(stem)?.size ?? 0, units)] : []));
  const average = known.reduce((sum, weight) => sum + weight, 0) / Math.max(1, known.length);
  return new Map(wanted.map((stem) => [stem, having.has(stem) ? idf(having.get(stem)?.size ?? 0, units) : average]));
}

const idf = (having: number, units: number): number => Math.log(1 + (units - having + 0.5) / (having + 0.5));

/** Worth of each unit for a summary: words that the text keeps coming back to, early places, the words of `focus`. */
export function worthOf(units: readonly Unit[], focus: readonly string[]): readonly number[] {
  const key = focus.join(' ');
  const known = worths.get(units) ?? new Map<string, readonly number[]>();
  worths.set(units, known);
  const worth = known.get(key) ?? measured(units, focus);
  known.set(key, worth);
  return worth;
}

const worths = new WeakMap<readonly Unit[], Map<string, readonly number[]>>();

function measured(units: readonly Unit[], focus: readonly string[]): number[] {
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
export function measureOverlap(one: Unit, other: Unit): number {
  const [a, c] = [new Set(one.stems), new Set(other.stems)];
  const smaller = Math.min(a.size, c.size);
  return smaller === 0 ? 0 : [...a].filter((stem) => c.has(stem)).length / smaller;
}

/** Merges two rankings into one and removes passages that say the same. */
import type { EntityRef, Passage } from '../../core/chunk.ts';
import type { VectorHit, WordHit } from '../../storage/passages/passages.ts';
import { relevanceByVector, relevanceByWords, shownFrom } from './relevance.ts';
import { compareStems, stemsOf } from './word-stems.ts';

export interface FusedHit {
  readonly passage: Passage;
  /** 0 to 1: 1 is first in every ranking there is. */
  readonly score: number;
  /** From 1 on, the passage may answer the question: see `relevance.ts`. */
  readonly relevance: number;
  /** For a hit in an index of entities, whose passage is of no document. */
  readonly entity?: EntityRef;
}

/**
 * Reciprocal rank fusion; 60 is the constant of Cormack, Clarke and Büttcher (SIGIR 2009). Scores of the rankings are not comparable, ranks
 * are.
 */
const k = 60;

/**
 * A vector that does not stand out has no rank, because there is always a nearest vector. `vectors` is null where no vectors could be
 * compared: words alone then make the score.
 */
export function mergeRankings(words: readonly WordHit[], vectors: readonly VectorHit[] | null, similarityFloor: number | null): FusedHit[] {
  const hits = new Map<string, FusedHit>();
  const add = (passage: Passage, rank: number, relevance: number): void => {
    const known = hits.get(passage.id) ?? { passage, score: 0, relevance: 0 };
    hits.set(passage.id, { passage, score: known.score + 1 / (k + rank + 1), relevance: Math.max(known.relevance, relevance) });
  };
  for (const [rank, hit] of words.entries()) add(hit.passage, rank, relevanceByWords(hit));
  for (const [rank, hit] of (vectors ?? []).entries()) {
    const relevance = relevanceByVector(hit, similarityFloor);
    if (relevance >= shownFrom) add(hit.passage, rank, relevance);
  }
  const best = (vectors === null ? 1 : 2) / (k + 1);
  return [...hits.values()].map((hit) => ({ ...hit, score: hit.score / best })).sort((a, b) => b.score - a.score);
}

const sameFrom = 0.8;

/**
 * The first `most`, without near-copies of better ones. No source takes more than half of the places while other sources have hits. Its
 * further hits fill the places that are left.
 */
export function diversify(hits: readonly FusedHit[], most: number): FusedHit[] {
  const perSource = Math.max(2, Math.ceil(most / 2));
  const taken: { readonly hit: FusedHit; readonly stems: ReadonlySet<string> }[] = [];
  const spare: FusedHit[] = [];
  const counts = new Map<string, number>();
  for (const hit of hits) {
    if (taken.length === most) break;
    const stems = stemsOf(hit.passage.text);
    if (taken.some((other) => compareStems(other.stems, stems) >= sameFrom)) continue;
    const count = counts.get(hit.passage.source.id) ?? 0;
    if (count >= perSource) spare.push(hit);
    else {
      counts.set(hit.passage.source.id, count + 1);
      taken.push({ hit, stems });
    }
  }
  const chosen = [...taken.map(({ hit }) => hit), ...spare.slice(0, most - taken.length)];
  return chosen.sort((a, b) => b.score - a.score);
}

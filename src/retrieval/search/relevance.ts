/**
 * Decides whether a passage is about the question at all. When none is, no model is asked.
 *
 * Either of two signs is enough. By words: the share of the question's informative words that the passage contains. By
 * vector: how far the passage stands out from its collection. A bare cosine does not work, because for one pair of unrelated
 * texts one model says 0.1 and another 0.7; the median of the collection therefore counts as zero.
 */
import type { VectorHit, WordHit } from '../../storage/passages/passages.ts';

/** Share of the question's words, weighed by rarity. Half: one of two equally rare words is not enough. Set by `test/retrieval/quality.test.ts`. */
const coverageFloor = 0.45;
/** Part of the way from the collection's median cosine to 1. */
const usualSimilarityFloor = 0.35;
/** Hits below this relevance are not shown: a single common word in a long question. */
export const shownFrom = 0.4;
/** From here on a passage may answer the question. */
export const answersFrom = 1;

export function relevanceByWords({ coverage }: WordHit): number {
  return coverage / coverageFloor;
}

export function relevanceByVector({ score, background }: VectorHit, similarityFloor: number | null): number {
  const contrast = background >= 1 ? 0 : (score - background) / (1 - background);
  return Math.max(0, contrast) / (similarityFloor ?? usualSimilarityFloor);
}

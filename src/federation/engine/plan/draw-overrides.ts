/** Draws once per operation which of the fields under progressive `@override` the new subgraphs answer. */
import type { Planner, PlanOptions } from './planner.ts';

/** `labels`: labels that the configuration turns on. Draws that lead to the same plans give the same value. */
export function drawOverrides(
  { overridePercentages }: Pick<Planner, 'overridePercentages'>,
  labels: readonly string[],
  random: () => number = Math.random,
): () => PlanOptions {
  const on = new Set(labels);
  const steps = [0, ...overridePercentages].toSorted((a, b) => a - b);
  return () => {
    const draw = overridePercentages.length === 0 ? 0 : random() * 100;
    return { labels: on, percentage: steps.findLast((step) => step <= draw) ?? 0 };
  };
}

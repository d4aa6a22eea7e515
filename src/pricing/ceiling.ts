/** The maximum that AI fields can use: of one use, of uses together, and of alternatives of which one is taken. */
import type { NanoUsd } from '../core/money.ts';

export interface Ceiling {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** At the most expensive deployment of the route; null: unpriced. */
  readonly cost: NanoUsd | null;
  /** Requests to models that the one use makes. Default 1. */
  readonly calls?: number;
}

export const noCeiling: Ceiling = { inputTokens: 0, outputTokens: 0, cost: 0, calls: 0 };

/** Of uses that all happen. Unpriced when one of them is. */
export function sumCeilings(ceilings: readonly Ceiling[]): Ceiling {
  return ceilings.reduce(
    (sum, { inputTokens, outputTokens, cost, calls = 1 }) => ({
      calls: (sum.calls ?? 0) + calls,
      inputTokens: sum.inputTokens + inputTokens,
      outputTokens: sum.outputTokens + outputTokens,
      cost: sum.cost === null || cost === null ? null : sum.cost + cost,
    }),
    noCeiling,
  );
}

/** Of alternatives of which exactly one happens, such as the deployments of a route. Unpriced when one of them is. */
export function maxCeiling(ceilings: readonly Ceiling[]): Ceiling {
  let cost: NanoUsd | null = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  for (const ceiling of ceilings) {
    cost = cost === null || ceiling.cost === null ? null : Math.max(cost, ceiling.cost);
    inputTokens = Math.max(inputTokens, ceiling.inputTokens);
    outputTokens = Math.max(outputTokens, ceiling.outputTokens);
  }
  return { cost, inputTokens, outputTokens };
}

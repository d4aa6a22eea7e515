/** The maximum that AI fields can use: of one use, of uses together, and of alternatives of which one is taken. */
import type { NanoUsd } from '../core/money.ts';

export interface Ceiling {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Cost at the most expensive deployment of the route, in nano-USD; null: unpriced. */
  readonly cost: NanoUsd | null;
  /** Requests to models that the one use makes. Default 1. */
  readonly calls?: number;
}

export const noCeiling: Ceiling = { inputTokens: 0, outputTokens: 0, cost: 0, calls: 0 };

/** The ceiling of uses that all happen. It is unpriced when one of them is. */
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

/** The ceiling of alternatives of which exactly one happens, such as the deployments of a route. It is unpriced when one of them is. */
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

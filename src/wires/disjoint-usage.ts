/** Vendors' token counts as our disjoint classes. */
import type { Usage } from '../core/money.ts';

/** What a vendor counted; null: it did not count this. */
export interface Counted {
  /** All input tokens, including the cached ones. */
  readonly input: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
  /** All output tokens. The total says whether reasoning is among them. */
  readonly output: number | null;
  readonly reasoning: number | null;
  readonly total: number | null;
}

/**
 * Null where neither input nor output was counted. A total that exceeds input and output is believed: the rest is output, which is
 * where vendors leave reasoning out. What cannot be (more cached than input, say) stays visible as a negative class:
 * `pipeline/route/judged-usage.ts` judges it.
 */
export function disjointUsage({ input, cacheRead, cacheWrite, output, reasoning, total }: Counted): Usage | null {
  if (input === null && output === null) return null;
  const allInput = input ?? 0;
  const told = output ?? 0;
  const allOutput = told + Math.max(0, (total ?? 0) - allInput - told);
  return {
    freshInputTokens: allInput - (cacheRead ?? 0) - (cacheWrite ?? 0),
    cacheReadTokens: cacheRead ?? 0,
    cacheWriteTokens: cacheWrite ?? 0,
    outputTokens: allOutput - (reasoning ?? 0),
    reasoningTokens: reasoning ?? 0,
  };
}

/**
 * How fast deployments write: the moving average of output tokens per millisecond, learned from answers that came to their end.
 *
 * `pipeline/route/send.ts` asks for a whole answer only where the longest one would come soon at this rate.
 */
import { LRUCache } from 'lru-cache';

export interface OutputRates {
  /** An answer of so many output tokens, reasoning included, was written in so many milliseconds. Short answers say nothing. */
  note(deploymentId: string, tokens: number, tookMs: number): void;
  /** Tokens per millisecond; null before anything was learned. */
  of(deploymentId: string): number | null;
}

/** Kept for at most so many deployments, the one heard of longest ago forgotten first. */
const maxDeployments = 1_000;
/** In answers of fewer tokens, most of the time is the wait for the first one. */
const minTokens = 16;
/** Weight of the newest value in the average. */
const newest = 0.2;

export function outputRates(): OutputRates {
  const rates = new LRUCache<string, number>({ max: maxDeployments });
  return {
    note(deploymentId, tokens, tookMs) {
      if (!(tokens >= minTokens) || !Number.isFinite(tokens)) return;
      const rate = tokens / Math.max(1, tookMs);
      const before = rates.get(deploymentId);
      rates.set(deploymentId, before === undefined ? rate : before + newest * (rate - before));
    },
    of: (deploymentId) => rates.get(deploymentId) ?? null,
  };
}

import type { Strategy } from '../route.ts';

/**
 * By the moving average of the time to first content, fastest first. One that has no average yet goes first, so that
 * every deployment gets measured; one that fails often counts as that much slower, one that has only failed goes last.
 */
export const fastest: Strategy = (deployments, _request, health) => {
  const expected = new Map(
    deployments.map((deployment) => {
      const { latencyMs, errorRate } = health(deployment);
      if (latencyMs === null) return [deployment, errorRate === null ? 0 : Number.POSITIVE_INFINITY];
      return [deployment, latencyMs / Math.max(0.05, 1 - (errorRate ?? 0))];
    }),
  );
  return deployments.toSorted((a, b) => compared(expected.get(a), expected.get(b)));
};

/** Two infinities are equal, where their difference is no number. */
const compared = (a = 0, b = 0): number => (a === b ? 0 : a - b);

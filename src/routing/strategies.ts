/**
 * The strategies by the names that a configuration gives them: in which order the deployments of a route are tried. A new one is
 * a function here, and a line in the table at the end.
 */
import { ceilingOf } from '../core/money.ts';
import type { ModelRequest } from '../core/request/request.ts';
import { inputEstimateOf, outputTokensToAsk } from './fit.ts';
import type { Deployment, Strategy } from './route.ts';

/** As configured: the first is the one wanted, the others stand by. */
export const ordered: Strategy = (deployments) => deployments;

/**
 * Calls are spread in proportion to the weights; the rest of the order, drawn the same way, is the fallback. A weight
 * of 0 is only ever a fallback.
 */
export function weightedBy(random: () => number): Strategy {
  return (deployments) => {
    const rest = [...deployments];
    const order: Deployment[] = [];
    while (rest.length > 0) order.push(...rest.splice(drawn(rest, random), 1));
    return order;
  };
}

function drawn(deployments: readonly Deployment[], random: () => number): number {
  let left = random() * deployments.reduce((sum, deployment) => sum + deployment.weight, 0);
  for (const [index, { weight }] of deployments.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  return 0;
}

/** By the maximum that this very call can cost, cheapest first; unpriced ones last. */
export const cheapest: Strategy = (deployments, request) => {
  const cost = new Map(deployments.map((deployment) => [deployment, costOn(deployment, request)]));
  return deployments.toSorted((a, b) => compared(cost.get(a), cost.get(b)));
};

function costOn(deployment: Deployment, request: ModelRequest): number {
  if (deployment.price === null) return Number.POSITIVE_INFINITY;
  return ceilingOf(inputEstimateOf(request).total, outputTokensToAsk(request, deployment), deployment.price);
}

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

/** Two infinities are equal, where their difference is not a number. */
const compared = (a = 0, b = 0): number => (a === b ? 0 : a - b);

export const strategies = {
  ordered,
  weighted: weightedBy(Math.random),
  cheapest,
  fastest,
} as const satisfies Readonly<Record<string, Strategy>>;

export type StrategyName = keyof typeof strategies;

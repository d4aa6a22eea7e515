import { ceilingOf } from '../../core/money.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { inputEstimateOf, outputTokensToAsk } from '../fit.ts';
import type { Deployment, Strategy } from '../route.ts';

/** By the most that this very call can cost, cheapest first; unpriced ones last. */
export const cheapest: Strategy = (deployments, request) => {
  const cost = new Map(deployments.map((deployment) => [deployment, costOn(deployment, request)]));
  return deployments.toSorted((a, b) => compared(cost.get(a), cost.get(b)));
};

function costOn(deployment: Deployment, request: ModelRequest): number {
  if (deployment.price === null) return Number.POSITIVE_INFINITY;
  return ceilingOf(inputEstimateOf(request).total, outputTokensToAsk(request, deployment), deployment.price);
}

/** Two infinities are equal, where their difference is no number. */
const compared = (a = 0, b = 0): number => (a === b ? 0 : a - b);

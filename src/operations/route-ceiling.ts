/** Computes the maximum that one request can cost on a route, before its deployment is known. */
import { ceilingOf, type NanoUsd } from '../core/money.ts';
import type { ModelRequest } from '../core/request/request.ts';
import { estimateInputTokens } from '../core/request/tokens.ts';
import type { Ceiling } from '../pricing/ceiling.ts';
import { outputTokensToAsk } from '../routing/fit.ts';
import type { Deployment, Route } from '../routing/route.ts';

export type RouteCeiling = (route: string, request: ModelRequest, extraInputTokens: number) => Ceiling;

type Priced = Pick<Deployment, 'price' | 'contextWindow' | 'maxOutputTokens'>;

/**
 * The ceiling at the most expensive deployment, with the maximum that is really sent. `extraInputTokens` are added to the request before
 * it is sent. The cost is null when a deployment has no price.
 */
export function routeCeilings(
  routes: ReadonlyMap<string, Pick<Route, 'name'> & { readonly deployments: readonly Priced[] }>,
): RouteCeiling {
  return (name, request, extraInputTokens) => {
    const inputTokens = estimateInputTokens(request) + extraInputTokens;
    let cost: NanoUsd | null = 0;
    let outputTokens = 0;
    const deployments = routes.get(name)?.deployments ?? [];
    for (const deployment of deployments) {
      const output = outputTokensToAsk(request, deployment);
      const { price } = deployment;
      cost = cost === null || price === null ? null : Math.max(cost, ceilingOf(inputTokens, output, price));
      outputTokens = Math.max(outputTokens, output);
    }
    return { cost, inputTokens: deployments.length === 0 ? 0 : inputTokens, outputTokens };
  };
}

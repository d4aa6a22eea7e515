/**
 * Refuses what can be refused before anything is sent: an unknown route, an option that the route does not allow, a request
 * that no deployment can serve.
 */
import { GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { can, inputEstimateOf, namesOf, needsOf, roomFor } from '../../routing/fit.ts';
import type { Deployment, Route } from '../../routing/route.ts';

export function routeNamed(name: string, routes: ReadonlyMap<string, Route>): Route {
  const route = routes.get(name);
  if (route === undefined) throw new GatewayError('BAD_REQUEST', `There is no route "${name}". Routes: ${listed(routes.keys())}.`);
  return route;
}

export function checkOptions(request: ModelRequest, route: Route): void {
  if (request.kind !== 'completion') return;
  const refused = Object.keys(request.providerOptions).filter((key) => !route.providerOptions.includes(key));
  if (refused.length === 0) return;
  throw new GatewayError(
    'BAD_REQUEST',
    `Route "${route.name}" does not allow the provider options ${listed(refused)}. Allowed: ${listed(route.providerOptions)}.`,
  );
}

/** The deployments that can serve the request, in the route's order; throws BAD_REQUEST or CONTEXT_TOO_LONG when none can. */
export function candidatesFor(request: ModelRequest, route: Route, routes: ReadonlyMap<string, Route>): readonly Deployment[] {
  const needs = needsOf(request);
  const capable = ofOneModel(
    request,
    route.deployments.filter((deployment) => can(deployment, needs)),
  );
  if (capable.length === 0) {
    const others = [...routes.values()].filter((other) => other.deployments.some((deployment) => can(deployment, needs)));
    throw new GatewayError(
      'BAD_REQUEST',
      `Route "${route.name}" has no deployment for ${namesOf(needs)}. Routes that have one: ${listed(others.map((other) => other.name))}.`,
    );
  }
  const { total, longest } = inputEstimateOf(request);
  if (request.kind === 'completion' && request.maxInputTokens !== null && total > request.maxInputTokens) {
    throw new GatewayError(
      'CONTEXT_TOO_LONG',
      `The input is about ${total} tokens, and maxInputTokens allows ${request.maxInputTokens}. Nothing was sent.`,
    );
  }
  const roomy = capable.filter((deployment) => longest <= (roomFor(request, deployment) ?? Number.POSITIVE_INFINITY));
  if (roomy.length === 0) {
    const most = Math.max(0, ...capable.map((deployment) => roomFor(request, deployment) ?? 0));
    const what = request.kind === 'embedding' ? 'The longest text' : 'The input';
    throw new GatewayError(
      'CONTEXT_TOO_LONG',
      `${what} is about ${longest} tokens, and route "${route.name}" has room for ${most} beside the answer. Nothing was sent.`,
    );
  }
  return roomy;
}

/** Vectors of two models cannot be compared: an embedding route falls back only between deployments of its first model. */
function ofOneModel(request: ModelRequest, capable: readonly Deployment[]): readonly Deployment[] {
  return request.kind === 'embedding' ? capable.filter((deployment) => deployment.model === capable[0]?.model) : capable;
}

function listed(names: Iterable<string>): string {
  const text = [...names].join(', ');
  return text === '' ? 'none' : text;
}

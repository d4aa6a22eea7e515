/**
 * Refuses what can be refused before anything is sent: an unknown route, an option that the route does not allow, a request
 * that no deployment can serve.
 */
import { GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import {
  can,
  checkInputBound,
  checkProviderOptions,
  inputEstimateOf,
  namesOf,
  needsOf,
  roomFor,
  routeNamed,
  routesThatCan,
  withRoom,
} from '../../routing/fit.ts';
import type { Deployment, Route } from '../../routing/route.ts';

/** The route, and its deployments that can serve the request, in the route's order. Throws BAD_REQUEST or CONTEXT_TOO_LONG when none can. */
export function candidatesFor(
  request: ModelRequest,
  name: string,
  routes: ReadonlyMap<string, Route>,
): { readonly route: Route; readonly candidates: readonly Deployment[] } {
  const route = routeNamed(name, routes.values(), `Routes: ${listed([...routes.keys()])}.`);
  if (request.kind === 'completion') checkProviderOptions(request.providerOptions, route);
  const needs = needsOf(request);
  const capable = ofOneModel(
    request,
    route.deployments.filter((deployment) => can(deployment, needs)),
  );
  if (capable.length === 0) {
    throw new GatewayError(
      'BAD_REQUEST',
      `Route "${name}" has no deployment for ${namesOf(needs)}. Routes that have one: ${listed(routesThatCan(routes.values(), needs))}.`,
    );
  }
  checkInputBound(request);
  const input = {
    tokens: inputEstimateOf(request).longest,
    room: (deployment: Parameters<typeof roomFor>[1]) => roomFor(request, deployment),
  };
  const answer = request.kind === 'embedding' ? null : request.maxOutputTokens;
  return { route, candidates: withRoom(capable, input, { kind: request.kind, route: name, answer }) };
}

/** Vectors of two models cannot be compared: an embedding route falls back only between deployments of its first model. */
function ofOneModel(request: ModelRequest, capable: readonly Deployment[]): readonly Deployment[] {
  return request.kind === 'embedding' ? capable.filter((deployment) => deployment.model === capable[0]?.model) : capable;
}

const listed = (names: readonly string[]): string => names.join(', ') || 'none';

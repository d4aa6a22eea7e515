/**
 * Refuses what can be refused before anything is sent: an unknown route, an option that the route does not allow, a request
 * that no deployment can serve.
 */
import type { Call } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import type { Capability } from '../../providers/provider.ts';
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
import type { RouteFor } from '../../routing/routing-rules.ts';

export interface KnownRoutes {
  readonly routes: ReadonlyMap<string, Route>;
  /** What the rules of the operator leave of a route. */
  readonly routeFor: RouteFor;
}

/** The route, and its deployments that can serve the request, in the route's order. Throws BAD_REQUEST or CONTEXT_TOO_LONG when none can. */
export function candidatesFor(
  request: ModelRequest,
  call: Call,
  { routes, routeFor }: KnownRoutes,
): { readonly route: Route; readonly candidates: readonly Deployment[] } {
  const name = call.route;
  const route = routeFor(call) ?? routeNamed(name, routes.values(), `Routes: ${listed([...routes.keys()])}.`);
  if (request.kind === 'completion') checkProviderOptions(request.providerOptions, route);
  const needs = needsOf(request);
  const capable = capableOf(route, needs);
  if (capable.length === 0) {
    throw new GatewayError(
      'BAD_REQUEST',
      `Route "${name}" has no deployment for ${namesOf(needs)}. Routes that have one: ${listed(routesThatCan(routes.values(), needs))}.`,
    );
  }
  checkInputBound(request);
  checkRuledInput(request, route);
  const input = {
    tokens: inputEstimateOf(request).longest,
    room: (deployment: Parameters<typeof roomFor>[1]) => roomFor(request, deployment),
  };
  const answer = request.kind === 'embedding' ? null : request.maxOutputTokens;
  return { route, candidates: withRoom(capable, input, { kind: request.kind, route: name, answer }) };
}

/** Throws CONTEXT_TOO_LONG for an input that is longer than a rule of the operator's lets through. */
function checkRuledInput(request: ModelRequest, { name, inputBound }: Route): void {
  if (inputBound === null) return;
  const { total } = inputEstimateOf(request);
  if (total <= inputBound.tokens) return;
  throw new GatewayError(
    'CONTEXT_TOO_LONG',
    `The input is about ${total} tokens long, and the rule "${inputBound.rule}" allows ${inputBound.tokens} on route "${name}". Nothing was sent.`,
  );
}

/** By the needs of requests: computed once for a route. */
const capableDeployments = new WeakMap<Route, Map<string, readonly Deployment[]>>();

function capableOf(route: Route, needs: readonly Capability[]): readonly Deployment[] {
  const key = needs.length === 1 ? (needs[0] as string) : needs.join(' ');
  const known = capableDeployments.get(route)?.get(key);
  if (known !== undefined) return known;
  const able = route.deployments.filter((deployment) => can(deployment, needs));
  const capable = ofOneModel(needs, able);
  const ofRoute = capableDeployments.get(route) ?? new Map<string, readonly Deployment[]>();
  capableDeployments.set(route, ofRoute.set(key, capable));
  return capable;
}

/** Vectors of two models cannot be compared: an embedding route falls back only between deployments of its first model. */
const ofOneModel = (needs: readonly Capability[], capable: readonly Deployment[]): readonly Deployment[] =>
  needs.includes('embedding') ? capable.filter((deployment) => deployment.model === capable[0]?.model) : capable;

const listed = (names: readonly string[]): string => names.join(', ') || 'none';

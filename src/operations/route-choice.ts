/**
 * Which route a field's request takes, decided before a Call is made: there is such a route, the caller may use it, it can serve this kind
 * of request, and some model of it can read so much. The questions themselves stand in `routing/fit.ts`.
 */
import type { Principal } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { ModelRequest } from '../core/request/request.ts';
import {
  checkInputBound,
  checkPermission,
  inputEstimateOf,
  mayUse,
  type RouteFacts,
  routeNamed,
  routesThatCan,
  withRoom,
} from '../routing/fit.ts';

export { checkProviderOptions } from '../routing/fit.ts';

/** The routes that the principal may use, in the order of the configuration. */
export const usableRoutes = <Known extends RouteFacts>(routes: readonly Known[], principal: Principal): readonly Known[] =>
  routes.filter(({ name }) => mayUse(principal, name));

/**
 * The route of that name. Throws FORBIDDEN for one that is not among those of the principal, whether it exists or not, UNAUTHENTICATED without a
 * key, and BAD_REQUEST for one that does not exist; each with the names that would be accepted.
 */
export function chooseRoute<Known extends RouteFacts>(
  routes: readonly Known[],
  principal: Principal,
  name: string,
  kind: ModelRequest['kind'],
): Known {
  const chosen = routes.find((route) => route.name === name);
  if (chosen !== undefined && mayUse(principal, name) && has(chosen, kind)) return chosen;
  const usable = routesThatCan(usableRoutes(routes, principal), [kind]);
  const remedy = usable.length === 0 ? `You have no route for ${kind}s.` : `Routes for ${kind}s: ${usable.join(', ')}.`;
  checkPermission(principal, name, remedy);
  const route = routeNamed(name, routes, remedy);
  throw new GatewayError('BAD_REQUEST', `The route "${route.name}" has no model for ${kind}s. ${remedy}`);
}

const has = ({ deployments }: RouteFacts, kind: ModelRequest['kind']): boolean =>
  deployments.some(({ capabilities }) => capabilities.includes(kind));

/**
 * Throws CONTEXT_TOO_LONG when the input is longer than its own bound, or than any model of the route can read at all. Whether an answer
 * fits beside the input is asked by the pipeline, of the deployments that can serve the request.
 */
export function checkLength(request: ModelRequest, route: RouteFacts): void {
  checkInputBound(request);
  withRoom(
    route.deployments,
    { tokens: minLongestTokens(request), room: ({ contextWindow }) => contextWindow },
    { kind: request.kind, route: route.name },
  );
}

/** Of an embedding a lower bound that costs nothing: its tokens are estimated later, with others of its operation, in one call. */
const minLongestTokens = (request: ModelRequest): number =>
  request.kind === 'completion' ? inputEstimateOf(request).total : Math.max(...request.texts.map((text) => Buffer.byteLength(text) / 8));

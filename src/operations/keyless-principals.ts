/** Principals without a key: the person who tries the gateway on a laptop, callers of an open graph, and the gateway itself. */
import type { Principal } from '../core/call/call.ts';
import type { Route } from '../routing/route.ts';

/**
 * Anyone on loopback in development: routes of the embedded provider alone, because every other one costs somebody money
 * or sends text away.
 */
export function anonymousOf(routes: ReadonlyMap<string, Pick<Route, 'name' | 'deployments'>>): Principal {
  const embedded = [...routes.values()].filter(({ deployments }) => deployments.every(({ provider }) => provider.name === 'embedded'));
  return {
    id: 'anonymous',
    kind: 'anonymous',
    team: null,
    scopes: ['ai:use', 'ai:ingest', 'ai:usage', 'ai:metrics', 'ai:plan'],
    routes: embedded.map(({ name }) => name),
    limits: [],
  };
}

/** Callers without credentials where the configuration says what they may do. */
export const namedAnonymous = ({ scopes, routes, team, limits }: Pick<Principal, 'scopes' | 'routes' | 'team' | 'limits'>): Principal => ({
  id: 'anonymous',
  kind: 'anonymous',
  authenticated: false,
  team,
  scopes,
  routes,
  limits,
});

/** The gateway's own work: documents of the configuration, indexes of entities. */
export const serviceOf = (name: string): Principal => ({
  id: `service:${name}`,
  kind: 'service',
  team: null,
  scopes: ['ai:use', 'ai:ingest'],
  routes: null,
  limits: [],
});

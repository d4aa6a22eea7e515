/** Which guardrails stand before the models of a route, and whether personal data is masked there. */
import type { GuardOptions } from '../guard.ts';
import type { Guardrail } from './guardrail.ts';

/** Names of routes; `*`: all. */
export type GuardedRoutes = '*' | readonly string[];

export interface RouteGuards extends Pick<GuardOptions, 'guardrails' | 'mask'> {
  readonly isMasked: (route: string) => boolean;
}

/** Embeddings are never masked, because vectors of masked text find less. */
export function guardRoutes(
  routes: Iterable<string>,
  guardrails: readonly { readonly routes: GuardedRoutes; readonly guardrail: Guardrail }[],
  maskPersonalData: GuardedRoutes | undefined,
): RouteGuards {
  const includes = (names: GuardedRoutes, route: string): boolean => names === '*' || names.includes(route);
  const all = [...routes];
  const guardrailsNamed = (name: string): readonly Guardrail[] => {
    const found = new Set(guardrails.map(({ guardrail }) => guardrail).filter((guardrail) => guardrail.name === name));
    return found.size === 0 ? [missing(name)] : [...found];
  };
  const guards = new Map(
    all.map((route) => [route, guardrails.filter((entry) => includes(entry.routes, route)).map(({ guardrail }) => guardrail)] as const),
  );
  const masked = new Set(all.filter((route) => includes(maskPersonalData ?? [], route)));
  return {
    guardrails(route, { guardrails: named = [] }) {
      const ofRoute = guards.get(route) ?? [];
      if (named.length === 0) return ofRoute;
      return [...ofRoute, ...named.filter((name) => !ofRoute.some((guardrail) => guardrail.name === name)).flatMap(guardrailsNamed)];
    },
    mask: (route, kind) => kind === 'completion' && masked.has(route),
    isMasked: (route) => masked.has(route),
  };
}

/**
 * Replaces a guardrail that a team or an organisation names and the configuration no longer has. It fails, so that their calls are refused.
 */
const missing = (name: string): Guardrail => ({
  name,
  on: ['input', 'output'],
  window: 'whole',
  check() {
    throw new Error(`The configuration has no guardrail "${name}", which a team or an organisation has.`);
  },
});

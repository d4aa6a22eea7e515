/** Which guardrails stand before the models of a route, and whether personal data is masked there. */
import type { GuardOptions } from '../guard.ts';
import type { Guardrail } from './guardrail.ts';

/** Names of routes; `*`: all. */
export type GuardedRoutes = '*' | readonly string[];

export interface RouteGuards extends Pick<GuardOptions, 'guardrails' | 'mask'> {
  readonly isMasked: (route: string) => boolean;
}

/** Embeddings are never masked: those of masked text find less. */
export function guardRoutes(
  routes: Iterable<string>,
  guardrails: readonly { readonly routes: GuardedRoutes; readonly guardrail: Guardrail }[],
  maskPersonalData: GuardedRoutes | undefined,
): RouteGuards {
  const includes = (names: GuardedRoutes, route: string): boolean => names === '*' || names.includes(route);
  const all = [...routes];
  const guards = new Map(
    all.map((route) => [route, guardrails.filter((entry) => includes(entry.routes, route)).map(({ guardrail }) => guardrail)] as const),
  );
  const masked = new Set(all.filter((route) => includes(maskPersonalData ?? [], route)));
  return {
    guardrails: (route) => guards.get(route) ?? [],
    mask: (route, kind) => kind === 'completion' && masked.has(route),
    isMasked: (route) => masked.has(route),
  };
}

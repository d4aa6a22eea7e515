/** What `aiGuardrails` and `testGuardrails` ask of the guards of the routes. */
import type { Principal } from '../../core/call/call.ts';
import type { GuardView } from '../../graphql/result-views.ts';
import type { Services } from '../../graphql/services.ts';
import { type Guardrail, maskingName } from '../../pipeline/guard/guardrail.ts';
import type { RouteGuards } from '../../pipeline/guard/route-guards.ts';
import { tryGuards } from '../../pipeline/try-guards.ts';

export function guardDesk(guards: RouteGuards, phoneCountries: readonly string[]): Services['guards'] {
  return {
    of: (principal, routes) => [...guardrailsOf(guards, principal, routes), ...maskingOf(guards, routes)],
    test: (text, on, call) =>
      tryGuards(
        text,
        on,
        { guardrails: guards.guardrails(call.route, call.principal), isMasked: guards.isMasked(call.route), phoneCountries },
        call,
      ),
  };
}

function guardrailsOf(guards: RouteGuards, principal: Principal, routes: readonly string[]): readonly GuardView[] {
  const routesOf = new Map<Guardrail, string[]>();
  for (const route of routes) {
    for (const guardrail of guards.guardrails(route, principal)) routesOf.set(guardrail, [...(routesOf.get(guardrail) ?? []), route]);
  }
  return [...routesOf].map(([{ name, on, window }, of]) => ({
    name,
    action: 'BLOCK',
    sides: on.map((side) => (side === 'input' ? 'INPUT' : 'OUTPUT')),
    routes: of,
    waitsForWhole: on.includes('output') ? window === 'whole' : null,
  }));
}

/** The data comes back into the answer as it streams. */
function maskingOf({ isMasked }: RouteGuards, routes: readonly string[]): readonly GuardView[] {
  const masked = routes.filter(isMasked);
  return masked.length === 0 ? [] : [{ name: maskingName, action: 'MASK', sides: ['INPUT'], routes: masked, waitsForWhole: null }];
}

/** What `aiGuardrails` and `testGuardrails` ask of the guards of the routes. */
import type { Principal } from '../../core/call/call.ts';
import type { Limit } from '../../core/call/hold.ts';
import type { GuardView } from '../../graphql/result-views.ts';
import type { Services } from '../../graphql/services.ts';
import { takeUntilAborted } from '../../pipeline/abortable.ts';
import { type Guardrail, maskingName } from '../../pipeline/guard/guardrail.ts';
import type { RouteGuards } from '../../pipeline/guard/route-guards.ts';
import { tryGuards } from '../../pipeline/try-guards.ts';
import type { Limits } from '../../storage/limits/limits.ts';

export function guardDesk(guards: RouteGuards, phoneCountries: readonly string[], limits: Pick<Limits, 'admit'>): Services['guards'] {
  return {
    of: (principal, routes) => [...guardrailsOf(guards, principal, routes), ...maskingOf(guards, routes)],
    async test(text, on, call) {
      const { route, principal, signal } = call;
      const taken = await takeUntilAborted(limits.admit(ratesOf(principal)), signal, ({ release }) => release(0));
      try {
        return await tryGuards(
          text,
          on,
          { guardrails: guards.guardrails(route, principal), isMasked: guards.isMasked(route), phoneCountries },
          call,
        );
      } finally {
        // Places are leases: one that cannot be given back now expires by itself.
        await taken.release(0).catch(() => {});
      }
    },
  };
}

/** Guardrails are asked by a test as they are by a call of a model, so that it counts as one. Nothing is used up: it has no tokens and no cost. */
const ratesOf = ({ limits }: Principal): readonly Limit[] => limits.filter(({ kind }) => kind === 'calls' || kind === 'concurrency');

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

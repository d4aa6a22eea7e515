/**
 * Refuses a call whose budgets are spent before any work is done for it, because guardrails may be paid services and a long
 * prompt takes time to read. This check reserves nothing: `route/budget.ts` draws the exact amount later.
 */
import type { Call } from '../core/call/call.ts';
import { ceilingOf } from '../core/money.ts';
import type { ModelRequest } from '../core/request/request.ts';
import type { Route } from '../routing/route.ts';
import type { RouteFor } from '../routing/routing-rules.ts';

/**
 * Throws BUDGET_EXCEEDED when not even the least that the call can cost is left. Null, and nothing is asked, where it may cost
 * nothing: without a budget, at a free deployment, or from an answer that is kept already.
 */
export function spentRefusal(routeFor: RouteFor): (request: ModelRequest, call: Call) => Promise<void> | null {
  return (request, call) => {
    const { hold } = call;
    if (!hold.budgeted || hold.checkRoom === undefined) return null;
    const route = routeFor(call);
    if (route === undefined || mayBeKept(route, call)) return null;
    const least = minCost(request, route);
    return least === 0 ? null : hold.checkRoom(least);
  };
}

const mayBeKept = ({ cacheSeconds }: Route, { cache, onceInOperation }: Call): boolean =>
  onceInOperation === true || (cache.mode === 'default' && (cacheSeconds ?? 0) > 0);

/**
 * The least cost of a call: one token of input, because masking may leave no more, and the maximum of output that is certain to be asked.
 */
function minCost(request: ModelRequest, { deployments }: Route): number {
  const outputTokens = request.kind === 'embedding' ? 0 : (request.maxOutputTokens ?? 1);
  const priced = deployments.flatMap(({ price }) => (price === null ? [] : [ceilingOf(1, outputTokens, price)]));
  return priced.length === 0 ? 0 : Math.min(...priced);
}

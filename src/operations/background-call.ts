/**
 * Makes calls that no operation waits for: ingestion and indexes. They are booked on the field or the work that asked, for its principal.
 *
 * A job may have waited for hours since its owner was authenticated. So each call first asks whether the key is still in force. While the
 * call runs, its lease (`pipeline/permission-lease.ts`) ends it when the key ends.
 */
import type { Call, Principal } from '../core/call/call.ts';
import { newCallId } from '../core/call/call-id.ts';
import type { FindEnd } from '../core/call/lease.ts';
import { monotonicMs } from '../core/turns/monotonic.ts';
import type { Route } from '../routing/route.ts';
import type { Limits } from '../storage/limits/limits.ts';
import { holdOfFields, type LimitsOfField, limitsOfUses } from './limits/field-limits.ts';
import { operationHold } from './operation-hold.ts';

export interface BackgroundCallParts {
  readonly limits: Pick<Limits, 'hold'>;
  readonly findEnd: FindEnd;
  readonly routes: ReadonlyMap<string, Pick<Route, 'totalMs'>>;
  /** Default: no field has limits of its own. */
  readonly limitsOfField?: LimitsOfField;
}

export interface BackgroundWork {
  readonly coordinate: string;
  readonly route: string;
  readonly principal: Principal;
  readonly signal: AbortSignal;
}

const usualTotalMs = 60_000;

/** The Call rejects with UNAUTHENTICATED when its principal may ask for nothing any more. */
export function backgroundCalls({
  limits,
  findEnd,
  routes,
  limitsOfField = () => null,
}: BackgroundCallParts): (work: BackgroundWork) => Promise<Call> {
  return async ({ coordinate, route, principal, signal }) => {
    const ended = await findEnd(principal);
    if (ended !== null) throw ended;
    const uses = [{ coordinate, weight: 1 }];
    const fieldLimits = limitsOfUses(uses, principal, limitsOfField);
    const hold = operationHold(limits, principal.limits);
    return {
      id: newCallId(),
      uses,
      operation: { name: null, client: null, documentId: null },
      principal,
      route,
      cache: { mode: 'default', maxAgeSeconds: null },
      hold: fieldLimits === null ? hold : holdOfFields(hold, uses, principal, limitsOfField),
      ...(fieldLimits === null ? {} : { fieldLimits }),
      tags: {},
      deadlineMs: monotonicMs() + (routes.get(route)?.totalMs ?? usualTotalMs),
      signal,
      report: () => {},
    };
  };
}

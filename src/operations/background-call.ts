import type { LeaseBook } from '../access/leases.ts';
import type { Call, Principal } from '../core/call/call.ts';
import type { IngestCallMaker } from '../retrieval/ingestion/source.ts';
import type { Route } from '../routing/route.ts';
import type { Limits } from '../storage/limits/limits.ts';
import { operationHold } from './operation-hold.ts';

export interface IngestCallParts {
  readonly limits: Pick<Limits, 'hold'>;
  readonly leases: Pick<LeaseBook, 'verify'>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly now: () => number;
}

/**
 * Calls that no operation waits for: ingestion and indexes, booked on the field or work that asked, for its principal. A job may
 * have waited for hours since its owner was authenticated, so the key is asked for before each call: UNAUTHENTICATED when it
 * has been revoked or has expired. While the call runs, its lease (`pipeline/permission-lease.ts`) ends it.
 */
export function ingestCalls({ limits, leases, routes, now }: IngestCallParts): IngestCallMaker {
  return async ({ coordinate, route, principal, signal }) => {
    await leases.verify(principal);
    return backgroundCall({ coordinate, route, principal, signal, limits, totalMs: routes.get(route)?.totalMs ?? 60_000, now });
  };
}

export interface BackgroundCall {
  readonly coordinate: string;
  readonly route: string;
  readonly principal: Principal;
  readonly signal: AbortSignal;
  readonly limits: Pick<Limits, 'hold'>;
  readonly totalMs: number;
  readonly now: () => number;
}

function backgroundCall({ coordinate, route, principal, signal, limits, totalMs, now }: BackgroundCall): Call {
  return {
    id: crypto.randomUUID(),
    uses: [{ coordinate, weight: 1 }],
    operation: { name: null, client: null, documentId: null },
    principal,
    route,
    cache: { mode: 'default', maxAgeSeconds: null },
    hold: operationHold(limits, principal.limits),
    tags: {},
    deadlineMs: now() + totalMs,
    signal,
    report: () => {},
  };
}

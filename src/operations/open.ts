/**
 * The life of an operation between server and schema: opened for its principal, counted, admitted by its cost, closed.
 *
 * It holds a lease on its principal's key while it runs. When the key is revoked or expires, its model calls end at once (`pipeline/permission-lease.ts`), and
 * with them streams that say so in their own last event; whatever then still runs is ended with an error.
 */
import type { Authenticate } from '../access/authenticate.ts';
import type { Principal } from '../core/call/call.ts';
import type { Lease, Leases } from '../core/call/lease.ts';
import type { GatewayError } from '../core/errors.ts';
import type { NanoUsd } from '../core/money.ts';
import { abortError } from '../core/turns/abort.ts';
import type { OperationHooks } from '../server/operation.ts';
import type { Limits } from '../storage/limits/limits.ts';
import type { Admission } from './admit.ts';
import type { OperationContext } from './context.ts';
import { type OperationHold, operationHold } from './operation-hold.ts';
import { operationUsage } from './usage.ts';

/** What the gateway keeps of an operation beside what resolvers are handed. */
export interface GatewayContext extends OperationContext {
  readonly hold: OperationHold;
  readonly lease: Lease;
  /** The client's, by lower-case name: those on the allow-list go on to subgraphs. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A client that sends it with the value `only` gets what the operation can cost, and nothing runs. */
const quoteHeader = 'x-fieldgate-quote';
/** For streams to say how they ended. Together with the turn at which an ended key is noticed it stays under two seconds. */
const lastWordsMs = 1_000;

export interface OperationParts {
  readonly authenticate: Authenticate;
  readonly limits: Pick<Limits, 'hold' | 'admit'>;
  readonly leases: Leases;
  readonly admission: Admission;
  /** What one operation may cost; null: no more than its budgets. */
  readonly maxCostPerOperation: NanoUsd | null;
}

export function operationHooks({ authenticate, limits, leases, admission, maxCostPerOperation }: OperationParts): OperationHooks {
  return {
    authenticate,
    async openOperation({ authorization, client, headers, operationName, documentId, lastEventId, signal, stop }) {
      const principal = await authenticate({ authorization });
      await limits.admit(principal.limits.filter(({ kind }) => kind === 'requests'));
      const context: GatewayContext = {
        principal,
        signal,
        headers,
        operation: { name: operationName, client, documentId },
        hold: operationHold(limits, principal.limits, maxCostPerOperation),
        lease: deliveryLease(leases, principal, signal, stop),
        usage: operationUsage(),
        lastEventId,
      };
      return context;
    },
    admitOperation(context, operation) {
      const { hold, headers } = context as GatewayContext;
      return admission.admit(operation, { hold, quoteOnly: headers[quoteHeader] === 'only' });
    },
    closeOperation(context) {
      const { lease, hold } = context as GatewayContext;
      lease.release();
      return hold.release();
    },
  };
}

function deliveryLease(leases: Leases, principal: Principal, signal: AbortSignal, stop: (reason: GatewayError) => void): Lease {
  const lease = leases.take(principal, 'delivery', signal);
  if (lease.signal === signal) return lease;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (!signal.aborted) timer = setTimeout(() => stop(abortError(lease.signal)), lastWordsMs).unref();
  };
  if (lease.signal.aborted) stop(abortError(lease.signal));
  else lease.signal.addEventListener('abort', end, { once: true });
  return {
    signal: lease.signal,
    release() {
      clearTimeout(timer);
      lease.release();
    },
  };
}

/** A context of the gateway itself, for what no client asked. */
export function ownContext(principal: OperationContext['principal'], limits: Pick<Limits, 'hold'>, signal: AbortSignal): GatewayContext {
  return {
    principal,
    signal,
    headers: {},
    operation: { name: null, client: null, documentId: null },
    hold: operationHold(limits, principal.limits),
    lease: { signal, release() {} },
    usage: operationUsage(),
  };
}

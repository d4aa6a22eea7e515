/**
 * Opens an operation for the principal that asks for it, and closes it. Every door calls these hooks: open, admit, run, close.
 *
 * The operation holds a lease on its principal's key while it runs. When the key is revoked or expires, its model calls end at once
 * (`pipeline/permission-lease.ts`). Streams then say so in their own last event; whatever still runs after that is ended with an error.
 */
import type { Authenticate, Principal } from '../core/call/call.ts';
import type { Lease, Leases } from '../core/call/lease.ts';
import type { GatewayError } from '../core/errors.ts';
import type { NanoUsd } from '../core/money.ts';
import { abortError } from '../core/turns/abort.ts';
import { quoteAsJson } from '../pricing/quote.ts';
import type { Limits } from '../storage/limits/limits.ts';
import type { Admission, PricedOperation } from './admit.ts';
import type { OpenedOperation, OperationContext } from './context.ts';
import { operationHold } from './operation-hold.ts';
import { operationUsage } from './usage.ts';

/** What a door knows of an operation before it is opened. */
export interface OperationInput {
  /** The header, or its equivalent in another protocol; null: none was sent. */
  readonly authorization: string | null;
  /** Name of the client application. */
  readonly client: string | null;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly operationName: string | null;
  readonly documentId: string | null;
  /** See `OperationContext.lastEventId`. */
  readonly lastEventId: string | null;
  readonly signal: AbortSignal;
  /** Ends the operation with this error, as the last event of its client. */
  readonly stop: (reason: GatewayError) => void;
}

/** A quote as JSON: see `quoteAsJson`. */
export type ShownQuote = Readonly<Record<string, unknown>>;

export interface OperationHooks {
  /** Says who asks before anything of a request is read: a request without valid credentials must be cheap. */
  readonly authenticate: Authenticate;
  /** Authenticates again, since a body may take its time, and makes the context; throws GatewayError. */
  readonly openOperation: (input: OperationInput) => Promise<OperationContext>;
  /** Judges the cost of the whole operation before it runs; throws GatewayError. When it returns a quote, the quote is the answer, and nothing runs. */
  readonly admitOperation?: (context: OperationContext, operation: PricedOperation) => Promise<ShownQuote | null>;
  /** Called once for each opened context, after the last result or when the client has left. */
  readonly closeOperation: (context: OperationContext) => Promise<void> | void;
}

/** A client that sends this header with the value `only` gets the quote of the operation, and nothing runs. */
const quoteHeader = 'x-fieldgate-quote';
/** For streams to say how they ended. Together with the time in which an ended key is noticed it stays under two seconds. */
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
      const context: OpenedOperation = {
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
    async admitOperation(context, operation) {
      const { hold, headers } = context as OpenedOperation;
      const quote = await admission.admit(operation, { hold, quoteOnly: headers[quoteHeader] === 'only' });
      return quote === null ? null : quoteAsJson(quote);
    },
    closeOperation(context) {
      const { lease, hold } = context as OpenedOperation;
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

/** An operation of the gateway itself, which no client asked for. */
export function ownOperation(principal: Principal, limits: Pick<Limits, 'hold'>, signal: AbortSignal): OpenedOperation {
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

/**
 * Opens an operation for the principal that asks for it, and closes it. Every door calls these hooks: open, admit, run, close.
 *
 * The operation holds a lease on its principal's key while it runs. When the key is revoked or expires, its model calls end at once
 * (`pipeline/permission-lease.ts`). Streams then say so in their own last event; whatever still runs after that is ended with an error.
 */
import { type Authenticate, hasToken, type Principal } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import type { KeyWatch } from '../core/call/lease.ts';
import type { GatewayError } from '../core/errors.ts';
import type { NanoUsd } from '../core/money.ts';
import { type Quote, quoteAsJson } from '../pricing/quote.ts';
import type { Limits } from '../storage/limits/limits.ts';
import type { Admission, PricedOperation } from './admit.ts';
import { answerHeaders } from './answer-headers.ts';
import type { OpenedOperation, OperationContext } from './context.ts';
import { sessionLimits, sessionOf } from './limits/session-limits.ts';
import { operationHold } from './operation-hold.ts';
import { operationUsage } from './usage.ts';

/** What a door knows of an operation before it is opened. */
export interface OperationInput {
  /** The header, or its equivalent in another protocol; null: none was sent. */
  readonly authorization: string | null;
  /** The header `AI-User`; null: none was sent. Default: none. */
  readonly user?: string | null;
  /** Name of the client application. */
  readonly client: string | null;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly operationName: string | null;
  readonly documentId: string | null;
  /** See `OperationContext.lastEventId`. */
  readonly lastEventId: string | null;
  /** See `OperationContext.contract`. */
  readonly contract?: string | null;
  /** Whether it answers with events or parts. Default: it does not. */
  readonly isStream?: boolean;
  /** Whether it asks what the caller may use, has used and would use, how the gateway is, and nothing else: it is no turn of a session. Default: it does not. */
  readonly readsOwnState?: boolean;
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
  readonly openOperation: (input: OperationInput) => OperationContext | Promise<OperationContext>;
  /** Judges the cost of the whole operation before it runs; throws GatewayError. When it returns a quote, the quote is the answer, and nothing runs. */
  readonly admitOperation?: (context: OperationContext, operation: PricedOperation) => ShownQuote | null | Promise<ShownQuote | null>;
  /** The maximum that the operation can cost, without judging it. */
  readonly quoteOperation?: (context: OperationContext, operation: PricedOperation) => ShownQuote | Promise<ShownQuote>;
  /** Called once for each opened context, after the last result or when the client has left. */
  readonly closeOperation: (context: OperationContext) => Promise<void> | void;
}

/** A client that sends this header with the value `only` gets the quote of the operation, and nothing runs. */
const quoteHeader = 'x-fieldgate-quote';
const agentHeader = 'ai-agent';
/** Time in which a stream may say how it ended. With the time until an ended key is noticed, it stays under two seconds. */
const lastWordsMs = 1_000;

export interface OperationParts {
  readonly authenticate: Authenticate;
  readonly limits: Pick<Limits, 'hold' | 'admit' | 'admitAtOnce' | 'session'>;
  readonly leases: KeyWatch;
  readonly admission: Admission;
  /** Maximum cost of one operation, in nano-USD; null: only its budgets limit it. */
  readonly maxCostPerOperation: NanoUsd | null;
  /** Default: the time of day. */
  readonly now?: () => number;
}

export function operationHooks({
  authenticate,
  limits,
  leases,
  admission,
  maxCostPerOperation,
  now = Date.now,
}: OperationParts): OperationHooks {
  const inSession = sessionLimits(limits, now);

  function contextOf(
    principal: Principal,
    { client, headers, operationName, documentId, lastEventId, contract = null, signal, stop }: OperationInput,
  ): OpenedOperation {
    // What a key began ends with it, and says so itself. What a token began goes on, so that only the delivery can say it.
    const expiry = hasToken(principal) ? new AbortController() : null;
    const { letGo, renew } = endWithKey(leases, principal, signal, stop, expiry);
    const context: OpenedOperation = {
      principal,
      signal,
      headers,
      answerHeaders: answerHeaders(),
      operation: { name: operationName, client, documentId, ...sessionOf(principal, headers) },
      hold: operationHold(limits, principal.limits, maxCostPerOperation),
      release: letGo,
      renew,
      usage: operationUsage(),
      lastEventId,
      // As the team has it now: a WebSocket may have been opened before.
      contract: principal.contract ?? contract,
      openedBy: null,
    };
    return expiry === null ? context : { ...context, delivery: AbortSignal.any([signal, expiry.signal]) };
  }

  function opened(known: Principal, input: OperationInput): OperationContext | Promise<OperationContext> {
    const principal = inSession(known, input.headers);
    return principal instanceof Promise ? principal.then((within) => admitted(within, input)) : admitted(principal, input);
  }

  function admitted(principal: Principal, input: OperationInput): OperationContext | Promise<OperationContext> {
    const rates = requestRatesOf(principal).filter(({ kind }) => !(input.readsOwnState === true && kind === 'quota'));
    // It has no slots, so there is nothing to give back.
    const admitting = rates.length === 0 ? null : (limits.admitAtOnce?.(rates) ?? limits.admit(rates));
    return admitting instanceof Promise ? admitting.then(() => contextOf(principal, input)) : contextOf(principal, input);
  }

  return {
    authenticate,
    openOperation(input) {
      const { authorization, user = null, headers } = input;
      const principal = authenticate({ authorization, user, agent: headers[agentHeader] ?? null });
      return principal instanceof Promise ? principal.then((known) => opened(known, input)) : opened(principal, input);
    },
    admitOperation(context, operation) {
      const { hold, headers } = context as OpenedOperation;
      const quote = admission.admit(operation, { caller: context.principal, hold, quoteOnly: headers[quoteHeader] === 'only' });
      return quote instanceof Promise ? quote.then(shownQuote) : shownQuote(quote);
    },
    quoteOperation({ principal }, { tree, variables }) {
      const quote = admission.quote(tree, variables, principal);
      return quote instanceof Promise ? quote.then(quoteAsJson) : quoteAsJson(quote);
    },
    closeOperation(context) {
      const { release, hold } = context as OpenedOperation;
      release();
      return hold.release();
    },
  };
}

const requestRates = new WeakMap<Principal, readonly Limit[]>();

function requestRatesOf(principal: Principal): readonly Limit[] {
  const known = requestRates.get(principal);
  if (known !== undefined) return known;
  const rates = principal.limits.filter((limit) => limit.kind === 'requests' || (limit.kind === 'quota' && limit.of === 'turns'));
  requestRates.set(principal, rates);
  return rates;
}

const shownQuote = (quote: Quote | null): ShownQuote | null => (quote === null ? null : quoteAsJson(quote));

interface Watch {
  letGo(): void;
  /** The caller shows other credentials: a token that expires ends nothing any more once another is shown in time. */
  renew(principal: Principal): void;
}

/** Ends the operation when the key has ended or the token has expired, and gives its client a last word. */
function endWithKey(
  leases: KeyWatch,
  principal: Principal,
  signal: AbortSignal,
  stop: (reason: GatewayError) => void,
  expiry: AbortController | null,
): Watch {
  let timer: NodeJS.Timeout | undefined;
  let isNew = true;
  const onEnd = (reason: GatewayError): void => {
    expiry?.abort(reason);
    if (isNew) stop(reason);
    else if (!signal.aborted) timer = setTimeout(() => stop(reason), lastWordsMs).unref();
  };
  let release = leases.watch(principal, 'delivery', onEnd);
  isNew = false;
  return {
    letGo() {
      clearTimeout(timer);
      release();
    },
    renew(next) {
      // Without a token there is nothing that expires before the key; what has ended stays so.
      if (expiry === null || expiry.signal.aborted) return;
      const former = release;
      release = leases.watch(next, 'delivery', onEnd);
      former();
    },
  };
}

/** An operation of the gateway itself, which no client asked for. */
export function ownOperation(principal: Principal, limits: Pick<Limits, 'hold'>, signal: AbortSignal): OpenedOperation {
  return {
    principal,
    signal,
    headers: {},
    answerHeaders: answerHeaders(),
    operation: { name: null, client: null, documentId: null },
    hold: operationHold(limits, principal.limits),
    release() {},
    renew() {},
    usage: operationUsage(),
    openedBy: null,
  };
}

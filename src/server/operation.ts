/**
 * The life of one operation, the same for HTTP and WebSocket: read, measured, opened for its principal, validated,
 * admitted, run, masked, accounted, closed.
 *
 * Each has one AbortController. It fires when the client leaves, also while the operation is still being opened or
 * subscribed; what then comes to be is ended at once.
 */
import { type DocumentNode, type ExecutionResult, GraphQLError, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import type { Principal } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';
import { isAsyncIterable } from '../core/stream.ts';
import { throwIfAborted, untilAborted } from '../core/turns/abort.ts';
import { turnIfLarge } from '../core/turns/large-value.ts';
import { waitInLine } from '../core/turns/turns.ts';
import { withMissingValues } from '../federation/missing-values.ts';
import { withReasonOfAbort } from '../graphql/quote/aborted-validation.ts';
import { priceTreeOf } from '../graphql/quote/read-price-tree.ts';
import type { AnswerHeaders } from '../operations/answer-headers.ts';
import type { OpenedOperation, OperationContext } from '../operations/context.ts';
import type { OperationHooks } from '../operations/open.ts';
import type { Log } from '../telemetry/log.ts';
import type { AnonymousRate } from './client/anonymous-rate.ts';
import type { Asker } from './client/client.ts';
import type { ReadDocument } from './document/document.ts';
import { keepCursor } from './document/event-cursor.ts';
import { planAsked, shownPlan, withPlan } from './document/shown-plan.ts';
import { resultWithAccepted, withAccepted } from './document/suggest-values.ts';
import type { Underway, Work } from './doors/underway.ts';
import type { Engine } from './engine.ts';
import type { JudgePolicies } from './policy-judge.ts';
import type { Masking } from './response-errors.ts';
import { type ResultStream, resultStream } from './result-stream.ts';
import { usageAttacher } from './usage-extension.ts';

/** A valid document, before it runs. */
export interface DocumentToCheck {
  readonly document: DocumentNode;
  readonly headers: Asker['headers'];
}

export interface OperationRequest extends Asker {
  readonly read: ReadDocument;
  readonly operationName: string | null;
  /** Of the trusted document that the request named. */
  readonly documentId: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly lastEventId: string | null;
  readonly contract: string | null;
  /** The address of the client. The request is counted for it when its credentials do not hold. */
  readonly address: () => string;
  /**
   * Throws where the caller may not send this document. The door has asked for the caller that it knew; this asks for the one that the operation
   * was opened for: a WebSocket outlives a scope.
   */
  readonly permit?: (principal: Principal) => void;
}

export interface RunningOperation extends Pick<Work, 'stop' | 'finished'> {
  /** Rejects with a GatewayError when the operation was refused; a single result is masked and final. */
  readonly outcome: Promise<ExecutionResult | ResultStream>;
  /** Headers of subgraphs' answers, complete when the result is. */
  answerHeaders(): ReturnType<AnswerHeaders['all']>;
  /** See `OpenedOperation.renew`. */
  renew(principal: Principal): void;
}

export interface Operations {
  start(request: OperationRequest): RunningOperation;
}

interface Parts {
  readonly underway: Underway;
  readonly engine: Engine;
  readonly hooks: OperationHooks;
  /** Refuses a document by what stands in it; throws GatewayError. */
  readonly checkDocument?: (input: DocumentToCheck) => void;
  /** Before the operation runs. Default: no policy holds. */
  readonly judgePolicies?: JudgePolicies;
  readonly mask: Masking;
  readonly log: Log;
  readonly development: boolean;
  readonly anonymousRate: AnonymousRate;
  /** See `ServerLimits`. */
  readonly maxTypedValues: number;
}

export function operations(parts: Parts): Operations {
  return {
    start(request) {
      const work = parts.underway.begin();
      let opened: OpenedOperation | null = null;
      let renewed: Principal | null = null;
      const onOpened = (context: OperationContext): void => {
        opened = context as OpenedOperation;
        if (renewed !== null) opened.renew(renewed);
      };
      const outcome = run(request, work, onOpened, parts);
      outcome.catch(() => {});
      return {
        outcome,
        answerHeaders: () => opened?.answerHeaders?.all() ?? [],
        stop: work.stop,
        finished: work.finished,
        renew(principal) {
          renewed = principal;
          opened?.renew(principal);
        },
      };
    },
  };
}

async function run(
  request: OperationRequest,
  { signal, stop }: Work,
  onOpened: (context: OperationContext) => void,
  parts: Parts,
): Promise<ExecutionResult | ResultStream> {
  const { engine, hooks, mask, anonymousRate } = parts;
  const { read, operationName, documentId, variables, authorization, user, client, headers, lastEventId, contract } = request;
  const { document, operation } = read;
  const name = operationName ?? operation.name?.value ?? null;
  const isStream = operation.operation === 'subscription' || read.measures.incremental;
  const asked = {
    authorization,
    user,
    client,
    headers,
    operationName: name,
    documentId,
    lastEventId,
    contract,
    isStream,
    readsOwnState: readsOwnState(operation),
    signal,
    stop,
  };
  const open = () => hooks.openOperation(asked);
  // A request without credentials was counted at the door.
  const opening = authorization === null ? open() : anonymousRate.charged(request.address(), open);
  const context = opening instanceof Promise ? await opening : opening;
  onOpened(context);
  const close = closeOnce(context, parts);
  let handedOver = false;
  try {
    request.permit?.(context.principal);
    throwIfAborted(signal);
    const bound = engine(context, document);
    if (read.measures.introspects && !parts.development && context.principal.kind === 'anonymous') throw introspectionRefused();
    if (read.isLarge) await waitInLine();
    const invalid = bound.validate(document);
    if (invalid.length > 0) read.noteErrors(invalid.length);
    if (invalid.length > 0) return { errors: invalid.map((error) => mask.error(withAccepted(withReasonOfAbort(error), bound.schema))) };
    parts.checkDocument?.({ document, headers: request.headers });
    if (read.isLarge) await waitInLine();
    throwIfAborted(signal);
    const judging = parts.judgePolicies?.(context, bound.schema, document) ?? null;
    if (judging !== null) await judging;
    const tree = priceTreeOf(bound.schema, document, operationName);
    const given = variables ?? {};
    const turn = turnIfLarge(given);
    if (turn !== null) await turn;
    tellingAccepted(() => tree.checkVariables?.(given, parts.maxTypedValues), bound.schema);
    if (turn !== null) await waitInLine();
    const coerced = tellingAccepted(() => tree.coerceVariables(given), bound.schema);
    if (turn !== null) await waitInLine();
    const planWanted = planAsked(context, request.headers);
    const plan =
      planWanted === null
        ? null
        : await shownPlan(
            bound.schema,
            { document, operation, variables: coerced, context },
            (await hooks.quoteOperation?.(context, { tree, variables: given })) ?? {},
          );
    if (planWanted === 'only') return { data: null, extensions: { queryPlan: plan } };
    const admitting = hooks.admitOperation?.(context, { tree, variables: given }) ?? null;
    const quote = admitting instanceof Promise ? await admitting : admitting;
    if (quote !== null) return { data: null, extensions: { quote } };
    // Fields of other servers have the variables coerced again during execution.
    if (turn !== null) await waitInLine();
    throwIfAborted(signal);
    const withUsage = withPlan(plan, usageAttacher(context.usage));
    const executing = bound.execute({ document, operation, operationName, variables, coerced });
    const masked = maskingOf(bound.schema, parts);
    if (!isStream) {
      const result = (await untilAborted(executing, signal)) as ExecutionResult;
      return withUsage(result.errors === undefined ? result : masked(resultWithAccepted(result, bound.schema)));
    }
    // The stream is made in any case: when a subscription begins after its client has left, nobody else would return it.
    const executed = executing.then((result) =>
      isAsyncIterable(result) ? resultStream(result, { signal, mask: { ...mask, result: masked }, finish: withUsage, close }) : result,
    );
    const result = await untilAborted(executed, signal);
    if (!isAsyncIterable(result)) return withUsage(masked(resultWithAccepted(result, bound.schema)));
    handedOver = true;
    return result;
  } finally {
    const closing = handedOver ? undefined : close();
    if (closing instanceof Promise) await closing;
  }
}

/** Who has used up the turns of a session can still read that it has. Nor are a client's question for the version and the price of what is being written. */
const ownState: ReadonlySet<string> = new Set(['aiHealth', 'aiQuote', 'aiViewer']);

const readsOwnState = ({ operation, selectionSet }: OperationDefinitionNode): boolean =>
  operation === 'query' &&
  selectionSet.selections.every((selection) => selection.kind === Kind.FIELD && ownState.has(selection.name.value));

/** What a client is shown of a result. */
const maskingOf =
  (schema: GraphQLSchema, { mask, log }: Parts) =>
  (result: ExecutionResult): ExecutionResult =>
    mask.result(
      keepCursor(
        result,
        withMissingValues(schema, result, (error) => tellMissing(log, error)),
      ),
    );

/** Adds to the GraphQLError of a variable which values would be accepted. */
function tellingAccepted<T>(read: () => T, schema: GraphQLSchema): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof GraphQLError ? withAccepted(error, schema) : error;
  }
}

/** Closes the context once. All callers get what the hook returned to the first. */
function closeOnce(context: OperationContext, { hooks, log }: Parts): () => Promise<void> | void {
  let isClosed = false;
  let closing: Promise<void> | void;
  const failed = (err: unknown): void => log.error('an operation could not be closed', { err });
  return () => {
    if (isClosed) return closing;
    isClosed = true;
    try {
      const done = hooks.closeOperation(context);
      closing = done instanceof Promise ? done.catch(failed) : undefined;
    } catch (error) {
      failed(error);
    }
    return closing;
  };
}

const tellMissing = (log: Log, { message, path, extensions }: GraphQLError): void =>
  log.warn('a subgraph failed', { errorId: extensions['errorId'], code: extensions['code'], message, path });

const introspectionRefused = (): GatewayError =>
  new GatewayError('UNAUTHENTICATED', 'The schema is not shown to anonymous callers. Send a key: `Authorization: Bearer ...`.');

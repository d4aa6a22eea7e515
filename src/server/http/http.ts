/**
 * The HTTP door at /graphql: one request, one operation.
 *
 * The caller is known before the body is read. Everything that can be refused is refused before the operation is opened, and
 * the form of delivery is chosen before it runs: an answer that nobody can receive would cost money.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Principal } from '../../core/call/call.ts';
import { asGatewayError, GatewayError } from '../../core/errors.ts';
import { isAsyncIterable } from '../../core/stream.ts';
import { waitInLine } from '../../core/turns/turns.ts';
import type { TrustedDocuments } from '../../documents/trusted-documents.ts';
import type { AddressOf } from '../client/address.ts';
import type { Callers } from '../client/callers.ts';
import { askerOf, type CredentialsIn, callerOf, credentialsOf, flatHeaders } from '../client/client.ts';
import type { Connections } from '../client/connections.ts';
import type { UnreadAnswers, Watched } from '../client/unread.ts';
import { type documentReader, largeDocument, type ReadDocument } from '../document/document.ts';
import { cursorOf } from '../document/event-cursor.ts';
import { findModelField } from '../document/model-fields.ts';
import type { SchemaFor } from '../engine.ts';
import type { LoopTurns } from '../loop-turns.ts';
import type { Operations } from '../operation.ts';
import { type Masking, statusOfErrors } from '../response-errors.ts';
import type { ResultStream } from '../result-stream.ts';
import type { ServerLimits } from '../server-limits.ts';
import { type AnswerKind, acceptableFor, type Delivery, negotiateDelivery } from './negotiate.ts';
import { type GraphQLParams, paramsOfBody, paramsOfUrl } from './params.ts';
import { HttpRefusal } from './refusal.ts';
import { type AnswerHeaderLines, endAnswer, mediaTypes, respondRefusal, respondResultJson } from './respond.ts';
import { multipartIncremental, multipartSubscription, type StreamFormat, sse, writeStream } from './stream-writer.ts';

export type ContractOf = (principal: Principal, asked: string | null) => string | null;

export interface DoorParts {
  readonly operations: Operations;
  readonly read: ReturnType<typeof documentReader>;
  /** Asked for each operation, so they may change at any time. */
  readonly trusted: () => TrustedDocuments;
  readonly mask: Masking;
  readonly limits: ServerLimits;
  readonly schema: SchemaFor;
  readonly addressOf: AddressOf;
  readonly callers: Callers;
  readonly credentialsIn: CredentialsIn;
  /** The contract that a caller is held to, or asks by (`asked`, of the path). Throws FORBIDDEN for another one. */
  readonly contractOf: ContractOf;
  readonly connections: Connections;
  readonly unread: UnreadAnswers;
  readonly requestTurns: LoopTurns;
  readonly streamTurns: LoopTurns;
  /** Coordinates that never run by GET. */
  readonly modelFields: () => ReadonlySet<string>;
}

/** `asked`: what the path and the query of its URL say. */
export async function answerGraphQL(
  request: IncomingMessage,
  response: ServerResponse,
  asked: { readonly search: string; readonly contract: string | null },
  parts: DoorParts,
): Promise<void> {
  const { accept } = request.headers;
  // A refusal that comes before the operation is known takes the form the client would want of a plain query.
  const early = negotiateDelivery(accept, 'single') === 'graphql-response' ? mediaTypes['graphql-response'] : mediaTypes.json;
  const address = parts.addressOf(request);
  const credentials = credentialsOf(request.headers, parts.credentialsIn);
  let principal: Principal;
  let contract: string | null;
  try {
    const admitted = parts.callers.admit(credentials, address);
    principal = admitted instanceof Promise ? await admitted : admitted;
    contract = parts.contractOf(principal, asked.contract);
  } catch (error) {
    parts.connections.refused(request.socket);
    return respondError(response, error, formOfRefusal(accept), parts.mask);
  }
  if (response.destroyed) return;
  parts.connections.admitted(request.socket, principal, response);
  let params: GraphQLParams;
  let read: ReadDocument;
  let delivery: Delivery;
  try {
    if (request.method === 'GET') params = paramsOfUrl(asked.search, parts.limits);
    else {
      const reading = paramsOfBody(request, parts.limits, parts.requestTurns);
      params = reading instanceof Promise ? await reading : reading;
    }
  } catch (error) {
    return respondRefusal(response, asGatewayError(error), parts.mask, early);
  }
  let reading = negotiateDelivery(accept, 'single');
  const trusted = parts.trusted();
  try {
    const text = trusted.textOf(params, principal);
    if (text.length > largeDocument) await waitInLine();
    // The client has left while its body or its document waited for a turn: nothing would stop an operation that begins now.
    if (response.destroyed) return;
    read = parts.read(text, params.operationName);
    trusted.check(params, read.document, principal);
    const kind = kindOf(read);
    const chosen = negotiateDelivery(accept, kind);
    if (kind === 'subscription') reading = chosen;
    if (chosen === null)
      throw new HttpRefusal(
        406,
        `This operation is answered as ${acceptableFor[kind]}; the request accepts "${String(accept).slice(0, 200)}".`,
      );
    delivery = chosen;
    if (request.method === 'GET') refuseByGet(read, contract, parts);
  } catch (error) {
    return respondError(response, error, reading, parts.mask);
  }
  const headers = flatHeaders(request.headers);
  const operation = parts.operations.start({
    ...askerOf(headers, parts.credentialsIn),
    read,
    operationName: params.operationName,
    documentId: trusted.idOf(params),
    variables: params.variables,
    lastEventId: headers['last-event-id'] || null,
    contract,
    address: () => address,
    permit: (by) => trusted.check(params, read.document, by),
  });
  const watched = parts.unread.watch({
    caller: callerOf(principal, address),
    bytes: () => response.writableLength,
    cut: () => response.destroy(),
  });
  let answered = false;
  const leave = (): void =>
    operation.stop(new GatewayError('CANCELLED', 'The client closed the connection before the answer was complete.'));
  const onClose = (): void => {
    if (answered) operation.finished();
    else leave();
    watched.leave();
  };
  if (response.closed) onClose();
  else response.on('close', onClose);
  try {
    const outcome = await operation.outcome;
    const delivering = deliver(response, outcome, delivery, operation.answerHeaders, watched, parts);
    if (delivering !== undefined) await delivering;
  } catch (error) {
    await respondError(response, error, delivery === 'multipart-incremental' ? negotiateDelivery(accept, 'single') : delivery, parts.mask);
  } finally {
    answered = true;
    if (!response.writableEnded) leave();
    // It is over when the last byte has left or the client has; one who reads nothing of a long answer is disconnected.
    if (response.closed) operation.finished();
    else if (response.writableLength > 0) response.setTimeout(parts.limits.writeIdleMs, () => response.destroy());
  }
}

const kindOf = ({ operation, measures }: ReadDocument): AnswerKind => {
  if (operation.operation === 'subscription') return 'subscription';
  return measures.incremental ? 'incremental' : 'single';
};

function refuseByGet({ document, operation }: ReadDocument, contract: string | null, { schema, modelFields }: DoorParts): void {
  if (operation.operation === 'mutation') throw new HttpRefusal(405, 'Mutations are sent with POST, never GET.', { Allow: 'POST' });
  const field = findModelField(schema(document, contract), document, operation, modelFields());
  if (field !== null)
    throw new HttpRefusal(405, `${field} calls a model, which costs money: send it with POST, never GET.`, { Allow: 'POST' });
}

function deliver(
  response: ServerResponse,
  outcome: ExecutionResult | ResultStream,
  delivery: Delivery,
  headers: () => AnswerHeaderLines,
  watched: Watched,
  { limits, streamTurns }: DoorParts,
): Promise<void> | void {
  if (isAsyncIterable(outcome)) {
    const onWrite = (): Promise<void> | null => {
      watched.note();
      return streamTurns.take(1);
    };
    return writeStream(response, outcome, formatOf(delivery), limits, onWrite, headers);
  }
  const { accept } = response.req.headers;
  const responding = respondResult(
    response,
    outcome,
    delivery === 'multipart-incremental' ? negotiateDelivery(accept, 'single') : delivery,
    headers(),
  );
  if (responding !== undefined) return responding.then(watched.note);
  watched.note();
}

/** Clients of Apollo accept this form for subscriptions alone. A plain query is answered as `single`. */
const formOfRefusal = (accept: string | undefined): Delivery | null =>
  negotiateDelivery(accept, 'subscription') === 'multipart-subscription' ? 'multipart-subscription' : negotiateDelivery(accept, 'single');

const sseFormat = sse(cursorOf);

function formatOf(delivery: Delivery): StreamFormat {
  if (delivery === 'multipart-incremental') return multipartIncremental;
  return delivery === 'multipart-subscription' ? multipartSubscription : sseFormat;
}

/** `application/json` has 200 for every well-formed request, `application/graphql-response+json` a status for what was not executed. */
function respondResult(
  response: ServerResponse,
  result: ExecutionResult,
  delivery: Delivery | null,
  headers: AnswerHeaderLines = [],
): Promise<void> | void {
  if (delivery === 'sse' || delivery === 'multipart-subscription') return respondInStream(response, result, formatOf(delivery));
  const modern = delivery === 'graphql-response';
  const status = modern && result.data === undefined ? statusOfErrors(result.errors ?? []) : 200;
  return respondResultJson(response, status, result, mediaTypes[modern ? 'graphql-response' : 'json'], headers);
}

/** Clients of streams take every status but 200 for a broken network, and graphql-sse then tries five times more. */
function respondInStream(response: ServerResponse, result: ExecutionResult, format: StreamFormat): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(200, format.headers);
  endAnswer(response, format.head + format.result(result) + format.end);
}

/** A refusal that has an HTTP status of its own keeps it for streams too, so that an EventSource does not reconnect. */
async function respondError(response: ServerResponse, error: unknown, delivery: Delivery | null, mask: Masking): Promise<void> {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const inStream = (delivery === 'sse' || delivery === 'multipart-subscription') && !(error instanceof HttpRefusal);
  if (inStream || error instanceof GraphQLError) await respondResult(response, { errors: [mask.error(error)] }, delivery);
  else respondRefusal(response, asGatewayError(error), mask, mediaTypes[delivery === 'graphql-response' ? 'graphql-response' : 'json']);
}

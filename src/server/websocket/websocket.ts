/**
 * The WebSocket door: graphql-transport-ws at the same path, with the same limits, masks and contexts as HTTP.
 *
 * graphql-ws speaks the protocol; this file adds what it gives no signal for. A client that completes an operation or
 * disconnects stops it at once, also before `subscribe` has resolved. The next event is sent when the last one has left our
 * buffer, so that a stalled reader stops the source. `socket-caller.ts` determines who asks, `socket-door.ts` who gets in.
 */
import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, type GraphQLError, GraphQLSchema } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { noteSource } from '../../core/json/exact-source.ts';
import { isAsyncIterable } from '../../core/stream.ts';
import type { TrustedDocuments } from '../../documents/trusted-documents.ts';
import type { Log } from '../../telemetry/log.ts';
import type { AddressOf } from '../client/address.ts';
import type { AddressTurns } from '../client/address-turns.ts';
import type { AnonymousRate } from '../client/anonymous-rate.ts';
import type { Callers } from '../client/callers.ts';
import { type Asker, askerOf, type CredentialsIn, callerOf } from '../client/client.ts';
import type { UnreadAnswers, Watched } from '../client/unread.ts';
import type { documentReader } from '../document/document.ts';
import type { ContractOf } from '../http/http.ts';
import { checkParams } from '../http/params.ts';
import { shuttingDown } from '../http/refusal.ts';
import type { LoopTurns } from '../loop-turns.ts';
import type { Operations, RunningOperation } from '../operation.ts';
import type { Masking } from '../response-errors.ts';
import type { ResultStream } from '../result-stream.ts';
import type { ServerLimits } from '../server-limits.ts';
import { checkSameCaller, connectionInitIn, startedAfter } from './renewed-caller.ts';
import { acceptCaller, askerOfSocket, credentialsWatch } from './socket-caller.ts';
import { type SocketDoor, type SocketDoorParts, socketDoor } from './socket-door.ts';
import { type Messages, messagesInTurn, parsedMessage } from './socket-messages.ts';
import { type OperationTable, operationTable } from './socket-operations.ts';
import type { Place } from './socket-places.ts';
import { answerPings, balance, boundUnknown, keepAlive, sendOrCut } from './socket-wire.ts';

export interface SocketParts extends Omit<SocketDoorParts, 'onAdmitted'> {
  readonly operations: Operations;
  readonly read: ReturnType<typeof documentReader>;
  readonly trusted: () => TrustedDocuments;
  readonly mask: Masking;
  readonly limits: ServerLimits;
  readonly anonymousRate: AnonymousRate;
  readonly credentialsIn: CredentialsIn;
  readonly contractOf: ContractOf;
  readonly callers: Callers;
  readonly unread: UnreadAnswers;
  readonly requestTurns: LoopTurns;
  readonly addressesInTurn: Pick<AddressTurns, 'askedBy' | 'upgraded' | 'spend'>;
  readonly streamTurns: LoopTurns;
  readonly addressOf: AddressOf;
  readonly log: Log;
}

export interface Sockets extends SocketDoor {
  count(): number;
  /** Closes the sockets on which nothing runs; with `all`, every one (1001: clients reconnect). */
  close(all: boolean): void;
  /** Ends the sockets whose client does not answer. */
  terminate(): void;
}

interface Extra {
  readonly request: IncomingMessage;
  readonly table: OperationTable;
  readonly socket: WebSocket;
  readonly place: Place;
  readonly address: string;
  readonly known: () => void;
  /** Without credentials until `connection_init`. */
  asker: Asker;
  /** Null until `connection_init`. */
  principal: Principal | null;
  watched: Watched | null;
  messages: Messages | null;
  /** The text of the message that is being handled. */
  message: string | null;
  beat: () => void;
}

/** What an accepted subscribe message becomes: execution arguments with the outcome inside, for graphql-ws to send. */
interface Started extends ExecutionArgs {
  readonly outcome: ExecutionResult | ResultStream;
}

const noSchema = new GraphQLSchema({});
const readyOutcome = (args: ExecutionArgs): ExecutionResult | ResultStream => (args as Started).outcome;

const left = (): GatewayError => new GatewayError('CANCELLED', 'The client ended the operation before its answer was complete.');

export function sockets(parts: SocketParts): Sockets {
  const { limits, mask, log, callers, anonymousRate } = parts;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxBodyBytes,
    perMessageDeflate: false,
    autoPong: false,
    handleProtocols: (protocols) => (protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
  });
  const tables = new Map<WebSocket, OperationTable>();

  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: limits.socketInitMs,
    async onConnect(context) {
      const { extra } = context;
      const { socket, request, place, address, table } = extra;
      const accepted = await acceptCaller(socket, request, context.connectionParams, place, {
        authenticate: callers.authenticate,
        credentialsIn: parts.credentialsIn,
      });
      if (accepted === null) return false;
      const { principal, asker } = accepted;
      extra.known();
      extra.asker = asker;
      extra.principal = principal;
      parts.addressesInTurn.askedBy(request.socket, principal);
      // All that is needed of the payload has been read; it would be kept as long as the socket.
      (context as { connectionParams?: unknown }).connectionParams = undefined;
      const look = credentialsWatch(
        socket,
        () => extra.asker,
        callers.authenticate,
        () => table.size() === 0,
      );
      extra.beat = () => void look();
      extra.watched = parts.unread.watch({
        caller: callerOf(principal, address),
        bytes: () => socket.bufferedAmount,
        cut: () => socket.terminate(),
      });
      return true;
    },
    async onSubscribe(context, id, payload) {
      try {
        return await startedFrom(payload, id, context.extra);
      } catch (error) {
        return [mask.error(error)];
      }
    },
    execute: readyOutcome,
    subscribe: readyOutcome,
  });

  /** Throws FORBIDDEN for another contract than the caller's. */
  function contractIn({ principal, request }: Extra): string | null {
    const asked = parts.contractIn(request) ?? null;
    return principal === null ? asked : parts.contractOf(principal, asked);
  }

  /** The caller as the new credentials say. Throws UNAUTHENTICATED, FORBIDDEN for somebody else, BAD_REQUEST. */
  async function renewed(extra: Extra, init: Readonly<Record<string, unknown>>): Promise<Asker> {
    const { request, principal: before, address, table } = extra;
    const asker = askerOfSocket(request, init, parts.credentialsIn);
    const principal = await callers.admit(asker, address);
    if (before !== null) checkSameCaller(before, principal);
    extra.asker = asker;
    extra.principal = principal;
    table.renewAll(principal);
    return asker;
  }

  async function startedFrom(payload: SubscribePayload, id: string, extra: Extra): Promise<Started | readonly GraphQLError[]> {
    if (parts.draining()) throw shuttingDown();
    const { asker, principal, table, address: from } = extra;
    const contract = contractIn(extra);
    const address = (): string => from;
    if (asker.authorization === null) anonymousRate.take(from);
    const params = checkParams(payload);
    const { operationName, variables } = params;
    if (extra.message !== null) noteSource(variables, extra.message, ['payload', 'variables']);
    const trusted = parts.trusted();
    const documentId = trusted.idOf(params);
    const read = parts.read(trusted.textOf(params, principal), operationName);
    trusted.check(params, read.document, principal);
    const permit = (by: Principal): void => trusted.check(params, read.document, by);
    const start = (by: Asker): RunningOperation =>
      parts.operations.start({ ...by, read, operationName, documentId, variables, lastEventId: null, contract, address, permit });
    const init = connectionInitIn(payload.extensions);
    const operation = table.add(id, () => (init === null ? start(asker) : startedAfter(renewed(extra, init), start)));
    const outcome = await operation.outcome;
    if (!isAsyncIterable(outcome) && outcome.data === undefined && outcome.errors !== undefined) return outcome.errors;
    return { outcome, schema: noSchema, document: read.document, operationName };
  }

  function opened(socket: WebSocket, request: IncomingMessage, place: Place, address: string): void {
    const table = operationTable(limits.maxSocketOperations);
    tables.set(socket, table);
    const known = boundUnknown(socket, request.socket);
    const asker: Asker = askerOf({}, parts.credentialsIn);
    const extra: Extra = {
      request,
      table,
      socket,
      place,
      address,
      known,
      asker,
      principal: null,
      watched: null,
      messages: null,
      message: null,
      beat: () => {},
    };
    const onRead = (bytes: number): void => parts.addressesInTurn.spend(request.socket, bytes);
    parts.addressesInTurn.upgraded(request.socket, () => socket.isPaused);
    answerPings(socket, onRead);
    const isBusy = (): boolean => (extra.messages?.waiting() ?? 0) > 0;
    const stopBeating = keepAlive(socket, limits.heartbeatMs, () => extra.beat());
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        async send(data) {
          const sent = sendOrCut(socket, data, limits.writeIdleMs);
          extra.watched?.note();
          await sent;
          balance(socket, isBusy());
          await parts.streamTurns.take(1);
        },
        close: (code, reason) => socket.close(code, reason),
        onMessage(receive) {
          extra.messages = messagesInTurn(socket, parts.requestTurns, limits, onRead, (text) => {
            table.noteComplete(text, left);
            extra.message = text;
            // graphql-ws takes an object as it is, and closes the socket for what is no message; only its type says text.
            const handled = receive(parsedMessage(text) as unknown as string).catch((error: unknown) => {
              log.error('a WebSocket message could not be handled', { err: error });
              socket.close(4500, 'Internal server error');
            });
            extra.message = null;
            // graphql-ws subscribes before its first wait, and has handled the message when all of the answer is sent.
            balance(socket, isBusy());
            const operation = table.takeAdded();
            if (operation !== null) void handled.then(() => table.finished(operation));
          });
        },
      },
      extra,
    );
    socket.on('error', (error) => log.warn('a WebSocket failed', { err: error }));
    socket.once('close', (code, reason) => {
      stopBeating();
      extra.watched?.leave();
      tables.delete(socket);
      table.stopAll(left());
      void closed(code, String(reason));
    });
  }

  const door = socketDoor({
    ...parts,
    onAdmitted: (request, socket, head, place, address) => {
      server.handleUpgrade(request, socket, head, (accepted) => opened(accepted, request, place, address));
    },
  });

  return {
    upgrade: door.upgrade,
    count: () => tables.size,
    close(all) {
      for (const [socket, table] of tables) if (all || table.size() === 0) socket.close(1001, 'Going away');
    },
    terminate() {
      for (const socket of tables.keys()) socket.terminate();
    },
  };
}

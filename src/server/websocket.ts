/**
 * The same door over a WebSocket: graphql-transport-ws, at the same path, with the same limits, masks and contexts.
 *
 * graphql-ws speaks the protocol; what it hands us no signal for is done here. A client that completes an operation,
 * or goes away, stops it at once, also before `subscribe` has resolved. An event is sent when the last one has left
 * our buffer, so a reader who stalls stops the source.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type ExecutionResult, type GraphQLError, GraphQLSchema } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { GatewayError } from '../core/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { AddressOf } from './address.ts';
import { type Asker, askerOf, flatHeaders, headersOfInit } from './client.ts';
import type { documentReader } from './document.ts';
import type { Masking } from './errors.ts';
import { isAsyncIterable } from './iterate.ts';
import type { ServerLimits } from './limits.ts';
import type { Operations } from './operation.ts';
import type { Origins } from './origin.ts';
import { checkedParams } from './params.ts';
import { HttpRefusal, shuttingDown } from './refusal.ts';
import type { ResultStream } from './result-stream.ts';
import { type OperationTable, operationTable } from './socket-operations.ts';
import { balance, keepAlive, refuseUpgrade, sendOrCut } from './socket-wire.ts';
import type { Strangers } from './strangers.ts';
import { targetOf } from './target.ts';

export interface SocketParts {
  readonly operations: Operations;
  readonly read: ReturnType<typeof documentReader>;
  readonly mask: Masking;
  readonly limits: ServerLimits;
  readonly origins: Origins;
  readonly strangers: Strangers;
  readonly addressOf: AddressOf;
  readonly endpoint: string;
  readonly draining: () => boolean;
  readonly log: Log;
}

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  count(): number;
  /** Closes the sockets on which nothing runs; with `all`, every one (1001: clients reconnect). */
  close(all: boolean): void;
  /** Ends those whose client does not answer. */
  terminate(): void;
}

interface Extra {
  readonly request: IncomingMessage;
  readonly table: OperationTable;
}

/** What an accepted subscribe message becomes: execution arguments with the outcome inside, for graphql-ws to send. */
interface Started extends ExecutionArgs {
  readonly outcome: ExecutionResult | ResultStream;
}

const noSchema = new GraphQLSchema({});
const readyOutcome = (args: ExecutionArgs): ExecutionResult | ResultStream => (args as Started).outcome;
const askerOfSocket = (request: IncomingMessage, init: Readonly<Record<string, unknown>> | undefined): Asker =>
  askerOf({ ...flatHeaders(request.headers), ...headersOfInit(init) });

const left = (): GatewayError => new GatewayError('CANCELLED', 'The client ended the operation before its answer was complete.');

export function sockets(parts: SocketParts): Sockets {
  const { limits, mask, log } = parts;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.bodyBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
  });
  const tables = new Map<WebSocket, OperationTable>();

  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: limits.socketInitMs,
    async onSubscribe(context, id, payload) {
      const { request, table } = context.extra;
      try {
        return await startedFrom(payload, id, table, request, askerOfSocket(request, context.connectionParams));
      } catch (error) {
        return [mask.error(error)];
      }
    },
    execute: readyOutcome,
    subscribe: readyOutcome,
  });

  async function startedFrom(
    payload: SubscribePayload,
    id: string,
    table: OperationTable,
    request: IncomingMessage,
    asker: Asker,
  ): Promise<Started | readonly GraphQLError[]> {
    if (parts.draining()) throw shuttingDown();
    const address = (): string => parts.addressOf(request);
    if (asker.authorization === null) parts.strangers.take(address());
    const { query, operationName, variables } = checkedParams(payload, limits);
    const read = parts.read(query, operationName);
    const operation = table.add(id, () => parts.operations.start({ ...asker, read, operationName, variables, lastEventId: null, address }));
    const outcome = await operation.outcome;
    if (!isAsyncIterable(outcome) && outcome.data === undefined && outcome.errors !== undefined) return outcome.errors;
    return { outcome, schema: noSchema, document: read.document, operationName };
  }

  function opened(socket: WebSocket, request: IncomingMessage): void {
    const table = operationTable(limits.socketOperations);
    tables.set(socket, table);
    const stopBeating = keepAlive(socket, limits.heartbeatMs);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => sendOrCut(socket, data, limits.writeIdleMs).then(() => balance(socket)),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) =>
          socket.on('message', (data) => {
            const text = String(data);
            table.noteComplete(text, left);
            const handled = receive(text).catch((error: unknown) => {
              log.error('a WebSocket message could not be handled', { err: error });
              socket.close(4500, 'Internal server error');
            });
            // graphql-ws subscribes before its first wait, and has handled the message when all of the answer is sent.
            balance(socket);
            const operation = table.takeAdded();
            if (operation !== null) void handled.then(() => table.finished(operation));
          }),
      },
      { request, table },
    );
    socket.on('error', (error) => log.warn('a WebSocket failed', { err: error }));
    socket.once('close', (code, reason) => {
      stopBeating();
      tables.delete(socket);
      table.stopAll(left());
      void closed(code, String(reason));
    });
  }

  return {
    upgrade(request, socket, head) {
      try {
        if (targetOf(request).path !== parts.endpoint) throw new HttpRefusal(404, `WebSockets are opened at ${parts.endpoint}.`);
        if (parts.draining()) throw shuttingDown();
        parts.origins.allowed(request);
        if (tables.size >= limits.sockets)
          throw new HttpRefusal(503, `This gateway already has ${limits.sockets} WebSockets open, its most.`);
        const offered = request.headers['sec-websocket-protocol'] ?? '';
        if (!offered.split(',').some((name) => name.trim() === GRAPHQL_TRANSPORT_WS_PROTOCOL)) {
          throw new HttpRefusal(
            400,
            `WebSockets here speak "${GRAPHQL_TRANSPORT_WS_PROTOCOL}"; the request offers ${offered === '' ? 'no protocol' : `"${offered.slice(0, 100)}"`}.`,
          );
        }
      } catch (error) {
        return refuseUpgrade(socket, error, mask);
      }
      server.handleUpgrade(request, socket, head, (accepted) => opened(accepted, request));
    },
    count: () => tables.size,
    close(all) {
      for (const [socket, table] of tables) if (all || table.size() === 0) socket.close(1001, 'Going away');
    },
    terminate() {
      for (const socket of tables.keys()) socket.terminate();
    },
  };
}

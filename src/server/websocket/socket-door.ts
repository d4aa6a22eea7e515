/**
 * Decides which WebSockets are opened. An upgrade counts as a request of its address unless its credentials are valid:
 * credentials in a header are checked here, those of `connection_init` as soon as they arrive.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { GatewayError } from '../../core/errors.ts';
import type { AddressOf } from '../client/address.ts';
import type { AnonymousRate } from '../client/anonymous-rate.ts';
import type { Callers } from '../client/callers.ts';
import { type CredentialsIn, userIn } from '../client/client.ts';
import type { Connections } from '../client/connections.ts';
import type { Origins } from '../client/origin.ts';
import { HttpRefusal, shuttingDown } from '../http/refusal.ts';
import { loopTurns, upgradesPerTurn } from '../loop-turns.ts';
import type { Masking } from '../response-errors.ts';
import type { ServerLimits } from '../server-limits.ts';
import { type Place, socketPlaces } from './socket-places.ts';
import { refuseUpgrade } from './socket-wire.ts';

export interface SocketDoorParts {
  readonly callers: Callers;
  readonly credentialsIn: CredentialsIn;
  readonly anonymousRate: AnonymousRate;
  readonly origins: Origins;
  readonly connections: Connections;
  readonly limits: ServerLimits;
  readonly addressOf: AddressOf;
  /** Where WebSockets are opened. */
  readonly endpoint: string;
  readonly contractIn: (request: IncomingMessage) => string | null | undefined;
  readonly draining: () => boolean;
  readonly mask: Masking;
  readonly onAdmitted: (request: IncomingMessage, socket: Duplex, head: Buffer, place: Place, address: string) => void;
}

export interface SocketDoor {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
}

export function socketDoor(parts: SocketDoorParts): SocketDoor {
  const {
    callers,
    credentialsIn,
    anonymousRate,
    origins,
    connections,
    limits,
    addressOf,
    endpoint,
    contractIn,
    draining,
    mask,
    onAdmitted,
  } = parts;
  const places = socketPlaces(limits);
  const turns = loopTurns(upgradesPerTurn);

  /** Throws what HTTP would answer. */
  function refuseUnfit(request: IncomingMessage): void {
    if (contractIn(request) === undefined) throw new HttpRefusal(404, `WebSockets are opened at ${endpoint}.`);
    origins.allowed(request);
    origins.refuseRebound(request);
    const offered = request.headers['sec-websocket-protocol'] ?? '';
    if (!offered.split(',').some((name) => name.trim() === GRAPHQL_TRANSPORT_WS_PROTOCOL)) {
      throw new HttpRefusal(
        400,
        `WebSockets here speak "${GRAPHQL_TRANSPORT_WS_PROTOCOL}"; the request offers ${offered === '' ? 'no protocol' : `"${offered.slice(0, 100)}"`}.`,
      );
    }
  }

  /** Counts the upgrade, and says whether its address had used up its share before. */
  function beyondShare(address: string): GatewayError | null {
    try {
      anonymousRate.take(address);
      return null;
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  }

  /** Takes the count back: an upgrade counts for its address only until a key was shown. */
  const givenBack = (place: Place, address: string): Place => ({
    accept(principal) {
      place.accept(principal);
      if (principal.kind !== 'anonymous') anonymousRate.giveBack(address);
    },
    leave: place.leave,
  });

  return {
    async upgrade(request, socket, head) {
      // Nobody else listens for errors until the connection is a WebSocket.
      const onError = (): void => void socket.destroy();
      socket.on('error', onError);
      const turn = turns.take(1);
      if (turn !== null) await turn;
      if (socket.destroyed) return;
      try {
        const authorization = credentialsIn(request.headers.authorization);
        const address = addressOf(request);
        if (draining()) throw shuttingDown();
        try {
          refuseUnfit(request);
        } catch (error) {
          throw await callers.refusalFor(error, authorization, address);
        }
        const credentials = { authorization, user: userIn(request.headers) };
        const principal = authorization === null ? null : await callers.admit(credentials, address);
        if (socket.destroyed) return;
        const beyond = principal === null ? beyondShare(address) : null;
        const place = places.enter({ address, principal, beyondShare: beyond, evict: () => socket.destroy() });
        socket.once('close', place.leave);
        connections.upgraded(request.socket as Socket);
        socket.off('error', onError);
        const counted = principal === null && beyond === null;
        onAdmitted(request, socket, head, counted ? givenBack(place, address) : place, address);
      } catch (error) {
        refuseUpgrade(socket, error, mask);
      }
    },
  };
}

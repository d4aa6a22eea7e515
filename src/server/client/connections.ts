/**
 * Limits the connections on which no key was shown: per address, and in total.
 *
 * A new connection is accepted as long as an old one can make room, because it is not yet known who asks on it: the oldest
 * connection on which no key was shown and nothing runs is closed. A client with a key therefore always gets in.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Principal } from '../../core/call/call.ts';
import { HttpRefusal } from '../http/refusal.ts';
import type { Masking } from '../response-errors.ts';
import type { ServerLimits } from '../server-limits.ts';
import { refuseUpgrade } from '../websocket/socket-wire.ts';
import type { AddressOf } from './address.ts';
import type { AddressTurns } from './address-turns.ts';

export interface Connections {
  opened(socket: Socket): void;
  /**
   * A request on the connection was admitted. With a key, the connection no longer counts as one without a key. Without a key, the
   * connection is not closed before the request is answered.
   */
  admitted(socket: Socket, principal: Principal, response: ServerResponse): void;
  /** A request on the connection was refused: with or before its credentials. */
  refused(socket: Socket): void;
  /** The connection has become a WebSocket, and WebSockets have a share of their own. */
  upgraded(socket: Socket): void;
  /** Connections on which no key was shown. */
  count(): number;
}

/** Time for a new connection to say who asks, before another may take its place. */
const graceMs = 1_000;

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  readonly since: number;
  answering: number;
}

interface Options {
  readonly limits: Pick<ServerLimits, 'maxConnectionsPerAddress' | 'maxConnectionsWithoutKey'>;
  readonly addressOf: AddressOf;
  /** A trusted proxy has its clients' connections: it bounds them itself. */
  readonly isProxy: (socket: Socket) => boolean;
  readonly mask: Masking;
  readonly turns: Pick<AddressTurns, 'askedBy'>;
  readonly now?: () => number;
}

export function connectionShares({ limits, addressOf, isProxy, mask, turns, now = () => performance.now() }: Options): Connections {
  /** The oldest first. */
  const all = new Map<Socket, Connection>();
  const byAddress = new Map<string, Set<Connection>>();

  function forget(socket: Socket): void {
    const connection = all.get(socket);
    if (connection === undefined) return;
    all.delete(socket);
    const neighbours = byAddress.get(connection.address);
    neighbours?.delete(connection);
    if (neighbours?.size === 0) byAddress.delete(connection.address);
  }

  /** Closes one of them. False when each is new, or is being answered. */
  function madeRoom(among: Iterable<Connection>): boolean {
    const before = now() - graceMs;
    for (const connection of among) {
      if (connection.since > before) return false;
      if (connection.answering > 0) continue;
      forget(connection.socket);
      connection.socket.destroy();
      return true;
    }
    return false;
  }

  return {
    count: () => all.size,
    opened(socket) {
      if (isProxy(socket)) return;
      const address = addressOf({ headers: {}, socket });
      const neighbours = byAddress.get(address) ?? new Set();
      if (neighbours.size >= limits.maxConnectionsPerAddress && !madeRoom(neighbours))
        return refuseUpgrade(socket, tooMany(429, `Your address has ${neighbours.size} connections`), mask);
      if (all.size >= limits.maxConnectionsWithoutKey && !madeRoom(all.values()))
        return refuseUpgrade(socket, tooMany(503, `There are ${all.size} connections`), mask);
      const connection: Connection = { socket, address, since: now(), answering: 0 };
      all.set(socket, connection);
      byAddress.set(address, neighbours.add(connection));
      socket.once('close', () => forget(socket));
    },
    admitted(socket, principal, response) {
      turns.askedBy(socket, principal);
      const connection = all.get(socket);
      if (connection === undefined) return;
      if (principal.kind !== 'anonymous') return forget(socket);
      connection.answering += 1;
      response.once('close', () => {
        connection.answering -= 1;
      });
    },
    refused: (socket) => turns.askedBy(socket, null),
    upgraded: forget,
  };
}

const tooMany = (status: 429 | 503, what: string): HttpRefusal =>
  new HttpRefusal(status, `${what} on which no key was shown, the maximum. Try again in a second, with a key.`, {}, 'RATE_LIMITED', {
    retryAfterMs: graceMs,
    limit: 'connections',
  });

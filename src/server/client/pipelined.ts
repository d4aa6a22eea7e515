/**
 * Bounds the requests of one connection that are not answered yet, and those that an address pipelines in one turn of the event loop.
 *
 * A client may send requests without waiting for the answers. Node reads a piece of 64 KB of every connection that has one, and makes requests of
 * all that stands in it, some two thousand, before anything else has its turn. Clients of GraphQL have one under way. A connection with too many
 * is therefore ended, and as soon as an address pipelines, its other connections are read one after another.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const maxUnanswered = 32;
/** Of all connections of an address. */
const maxPipelinedPerTurn = 16;
/** Between two connections of such an address, where the first of them was ended: Node takes up to 40 ms for what it had sent. */
const restMs = 20;

export interface Pipelined {
  opened(socket: Socket): void;
  /** Whether requests before it are not answered. Null: it is one too many, and its connection is ended. */
  admits(request: IncomingMessage, response: ServerResponse): 'first' | 'pipelined' | null;
}

interface Address {
  readonly sockets: Set<Socket>;
  /** Not read at the moment, in the order in which they will be. */
  readonly held: Set<Socket>;
  pipelined: number;
  /** Whether the connection that is read was ended. */
  endedOne: boolean;
}

interface Connection {
  readonly address: Address;
  unanswered: number;
}

export function pipelinedRequests(): Pipelined {
  const addresses = new Map<string, Address>();
  const connections = new WeakMap<Socket, Connection>();
  /** Addresses that pipelined in this turn. */
  const counted = new Set<Address>();

  function endTurn(): void {
    for (const address of counted) address.pipelined = 0;
    counted.clear();
  }

  /** Its sockets that wait to be read. */
  function hold(address: Address, socket: Socket): void {
    if (socket.destroyed) return;
    if (address.held.size === 0) setImmediate(readNext, address);
    socket.pause();
    address.held.add(socket);
  }

  function readNext(address: Address): void {
    const [next] = address.held;
    if (next === undefined) return;
    address.endedOne = false;
    address.held.delete(next);
    next.resume();
    // By the end of the next turn it has been read.
    if (address.held.size > 0) setImmediate(() => setImmediate(() => goOn(address)));
  }

  function goOn(address: Address): void {
    if (address.endedOne) setTimeout(readNext, restMs, address).unref();
    else readNext(address);
  }

  function pipelines(address: Address, socket: Socket): void {
    if (counted.size === 0) setImmediate(endTurn);
    counted.add(address);
    address.pipelined += 1;
    if (address.pipelined !== maxPipelinedPerTurn) return;
    for (const other of address.sockets) if (other !== socket && !address.held.has(other)) hold(address, other);
  }

  /** One function for all answers. */
  function answered(this: ServerResponse): void {
    const connection = connections.get(this.req.socket);
    if (connection !== undefined) connection.unanswered -= 1;
  }

  return {
    opened(socket) {
      const name = socket.remoteAddress ?? '';
      const address = addresses.get(name) ?? { sockets: new Set(), held: new Set(), pipelined: 0, endedOne: false };
      addresses.set(name, address);
      address.sockets.add(socket);
      connections.set(socket, { address, unanswered: 0 });
      // Node begins to read it at the next tick, whatever is said before.
      if (address.held.size > 0) process.nextTick(hold, address, socket);
      socket.once('close', () => {
        address.sockets.delete(socket);
        address.held.delete(socket);
        if (address.sockets.size === 0 && addresses.get(name) === address) addresses.delete(name);
      });
    },
    admits({ socket }, response) {
      if (socket.destroyed) return null;
      const connection = connections.get(socket);
      if (connection === undefined) return 'first';
      const isFirst = connection.unanswered === 0;
      if (!isFirst) pipelines(connection.address, socket);
      if (connection.unanswered >= maxUnanswered) {
        connection.address.endedOne = true;
        endQuickly(socket);
        return null;
      }
      connection.unanswered += 1;
      response.once('close', answered);
      return isFirst ? 'first' : 'pipelined';
    },
  };
}

/**
 * Ends a connection with thousands of requests. Node makes an error for each of them when it closes: without stacks, that takes a quarter of
 * the time.
 */
function endQuickly(socket: Socket): void {
  const { stackTraceLimit } = Error;
  const restore = (): void => {
    Error.stackTraceLimit = stackTraceLimit;
  };
  socket.prependOnceListener('close', () => {
    Error.stackTraceLimit = 0;
    setImmediate(restore);
  });
  socket.once('close', restore);
  socket.destroy();
}

/**
 * Reads the connections of an address one after another once they bring too much for one turn of the event loop.
 *
 * Node reads a piece of every connection that has one, and works on all of it, before anything else has its turn: what one connection may bring
 * is bounded, and what a thousand bring at one moment stopped everybody for seconds. Those of other addresses are read meanwhile.
 */
import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface AddressTurns {
  opened(socket: Socket): void;
  /** Counts what was read of the connection, by what it costs: see {@link maxPerTurn}. */
  spend(socket: Socket, bytes: number): void;
  /** The connection was ended for what it brought: the next is read after a rest. */
  ended(socket: Socket): void;
}

/** Bytes of bodies that take some 10 ms to receive. */
export const maxPerTurn = 2 * 1024 * 1024;
/** Node takes up to 40 ms for what a connection had sent when it was ended. */
const restMs = 20;
/** Connections that are read in one turn, when those before them brought little. */
const maxAtOnce = 32;

interface Address {
  readonly sockets: Set<Socket>;
  /** Not read at the moment, in the order in which they will be. */
  readonly held: Set<Socket>;
  /** In this turn. */
  spent: number;
  /** How many are read next. */
  next: number;
  rests: boolean;
}

export function addressTurns(): AddressTurns {
  const addresses = new Map<string, Address>();
  const ofSocket = new WeakMap<Socket, Address>();
  /** Those that spent anything in this turn. */
  const spenders = new Set<Address>();

  function endTurn(): void {
    for (const address of spenders) address.spent = 0;
    spenders.clear();
  }

  function hold(address: Address, socket: Socket): void {
    if (socket.destroyed) return;
    if (address.held.size === 0) {
      address.next = 1;
      setImmediate(readNext, address);
    }
    socket.pause();
    address.held.add(socket);
  }

  function readNext(address: Address): void {
    address.rests = false;
    let reads = address.next;
    address.next = Math.min(maxAtOnce, 2 * address.next);
    for (const socket of address.held) {
      if (reads === 0) break;
      reads -= 1;
      address.held.delete(socket);
      socket.resume();
    }
    // By the end of the next turn they have been read.
    if (address.held.size > 0) setImmediate(() => setImmediate(() => goOn(address)));
  }

  function goOn(address: Address): void {
    if (address.rests) setTimeout(readNext, restMs, address).unref();
    else readNext(address);
  }

  function holdOthers(address: Address, socket: Socket): void {
    address.next = 1;
    for (const other of address.sockets) if (other !== socket && !address.held.has(other)) hold(address, other);
  }

  return {
    opened(socket) {
      const name = socket.remoteAddress ?? '';
      const address = addresses.get(name) ?? { sockets: new Set(), held: new Set(), spent: 0, next: 1, rests: false };
      addresses.set(name, address);
      address.sockets.add(socket);
      ofSocket.set(socket, address);
      // Node begins to read it at the next tick, whatever is said before.
      if (address.held.size > 0) process.nextTick(hold, address, socket);
      socket.once('close', () => {
        address.sockets.delete(socket);
        address.held.delete(socket);
        if (address.sockets.size === 0 && addresses.get(name) === address) addresses.delete(name);
      });
    },
    spend(socket, bytes) {
      const address = ofSocket.get(socket);
      if (address === undefined) return;
      if (spenders.size === 0) setImmediate(endTurn);
      spenders.add(address);
      const before = address.spent;
      address.spent += bytes;
      if (before < maxPerTurn && address.spent >= maxPerTurn) holdOthers(address, socket);
    },
    ended(socket) {
      const address = ofSocket.get(socket);
      if (address !== undefined) address.rests = true;
    },
  };
}

/** What the shortest piece counts for: it takes as long as this many bytes of a long one. */
const minPieceBytes = 512;

/** Requests whose bodies are counted as they come, whoever reads or throws them away. */
export function countedRequests(turns: Pick<AddressTurns, 'spend'>): typeof IncomingMessage {
  return class CountedRequest extends IncomingMessage {
    override push(piece: unknown, encoding?: BufferEncoding): boolean {
      if (piece instanceof Uint8Array) turns.spend(this.socket, Math.max(minPieceBytes, piece.length));
      return super.push(piece, encoding);
    }
  };
}

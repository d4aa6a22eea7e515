/**
 * Reads the connections of one party one after another once they bring too much for one turn of the event loop.
 *
 * Node reads a piece of every connection that has one, and works on all of it, before anything else has its turn: what one connection may bring
 * is bounded, and what a thousand bring at one moment stopped everybody for seconds. Those of other parties are read meanwhile. A party is an
 * address, until a connection has shown credentials that hold: then it is their principal, so that nobody waits for strangers behind the
 * same address.
 */
import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { LRUCache } from 'lru-cache';
import { credentialOf, type Principal } from '../../core/call/call.ts';
import type { AddressOf } from './address.ts';
import { readInPieces } from './small-reads.ts';

export interface AddressTurns {
  opened(socket: Socket): void;
  /** Who the last request of the connection came from; null: from nobody who is known. */
  askedBy(socket: Socket, principal: Principal | null): void;
  /** The connection is a WebSocket now; `isPaused`: it wants nothing to be read, whoever has the turn. */
  upgraded(socket: Socket, isPaused: () => boolean): void;
  /** Counts what was read of the connection, by what it costs: see {@link maxPerTurn}. */
  spend(socket: Socket, bytes: number): void;
  /** The connection was ended for what it brought: the next is read after a rest. */
  ended(socket: Socket): void;
  /** Whether connections of its party were ended lately. */
  isSuspect(socket: Socket): boolean;
  /** Whether its last request whose caller was determined had credentials that hold. */
  isKnown(socket: Socket): boolean;
}

/** Bytes of bodies that take some 10 ms to receive. */
export const maxPerTurn = 2 * 1024 * 1024;
/** As long as Node takes for what a connection had sent when it was ended: others have half of the time. */
const restMs = 10;
/** For so long after that, new connections of the party are read in small pieces. */
const suspectMs = 10_000;
const maxSuspects = 1_000;
/** Connections that are read in one turn, when those before them brought little. */
const maxAtOnce = 32;

interface Party {
  readonly name: string;
  readonly sockets: Set<Socket>;
  /** Not read at the moment, in the order in which they will be. */
  readonly held: Set<Socket>;
  /** In this turn. */
  spent: number;
  /** How many are read next. */
  next: number;
  rests: boolean;
  /** The next of them have their turn soon. */
  goesOn: boolean;
}

const newParty = (name: string): Party => ({
  name,
  sockets: new Set(),
  held: new Set(),
  spent: 0,
  next: 1,
  rests: false,
  goesOn: false,
});

export function addressTurns(addressOf: AddressOf): AddressTurns {
  const parties = new Map<string, Party>();
  const ofSocket = new WeakMap<Socket, Party>();
  const suspects = new LRUCache<string, true>({ max: maxSuspects, ttl: suspectMs });
  const inPieces = new WeakSet<Socket>();
  const pausedBySelf = new WeakMap<Socket, () => boolean>();
  /** Those that spent anything in this turn. */
  const spenders = new Set<Party>();

  function endTurn(): void {
    for (const party of spenders) party.spent = 0;
    spenders.clear();
  }

  function hold(party: Party, socket: Socket): void {
    if (socket.destroyed || ofSocket.get(socket) !== party) return;
    if (!party.goesOn) {
      party.goesOn = true;
      party.next = 1;
      setImmediate(readNext, party);
    }
    socket.pause();
    party.held.add(socket);
  }

  function letRead(socket: Socket): void {
    if (pausedBySelf.get(socket)?.() !== true) socket.resume();
  }

  function readNext(party: Party): void {
    party.rests = false;
    let reads = party.next;
    party.next = Math.min(maxAtOnce, 2 * party.next);
    for (const socket of party.held) {
      if (reads === 0) break;
      reads -= 1;
      party.held.delete(socket);
      letRead(socket);
    }
    party.goesOn = party.held.size > 0;
    // By the end of the next turn they have been read.
    if (party.goesOn) setImmediate(() => setImmediate(() => goOn(party)));
  }

  function goOn(party: Party): void {
    if (party.rests) setTimeout(readNext, restMs, party).unref();
    else readNext(party);
  }

  function holdOthers(party: Party, socket: Socket): void {
    party.next = 1;
    for (const other of party.sockets) if (other !== socket && !party.held.has(other)) hold(party, other);
  }

  function enter(name: string, socket: Socket): Party {
    const party = parties.get(name) ?? newParty(name);
    parties.set(name, party);
    party.sockets.add(socket);
    ofSocket.set(socket, party);
    return party;
  }

  function leave(party: Party, socket: Socket): void {
    party.sockets.delete(socket);
    party.held.delete(socket);
    if (party.sockets.size === 0 && parties.get(party.name) === party) parties.delete(party.name);
  }

  const addressParty = (socket: Socket): string => `address ${addressOf({ headers: {}, socket })}`;

  return {
    opened(socket) {
      const party = enter(addressParty(socket), socket);
      if (suspects.has(party.name)) {
        inPieces.add(socket);
        readInPieces(socket);
      }
      // Node begins to read it at the next tick, whatever is said before.
      if (party.held.size > 0) process.nextTick(hold, party, socket);
      socket.once('close', () => leave(ofSocket.get(socket) ?? party, socket));
    },
    askedBy(socket, principal) {
      const before = ofSocket.get(socket);
      if (before === undefined || socket.destroyed) return;
      const name = principal === null || principal.kind === 'anonymous' ? addressParty(socket) : inTurnAs(principal);
      if (name === before.name) return;
      const wasHeld = before.held.has(socket);
      leave(before, socket);
      const party = enter(name, socket);
      if (party.held.size > 0) hold(party, socket);
      else if (wasHeld) letRead(socket);
    },
    upgraded(socket, isPaused) {
      pausedBySelf.set(socket, isPaused);
    },
    spend(socket, bytes) {
      const party = ofSocket.get(socket);
      if (party === undefined) return;
      // Its own protocol let it be read before its turn.
      if (party.held.has(socket)) socket.pause();
      if (spenders.size === 0) setImmediate(endTurn);
      spenders.add(party);
      const before = party.spent;
      party.spent += bytes;
      if (before < maxPerTurn && party.spent >= maxPerTurn) holdOthers(party, socket);
    },
    ended(socket) {
      const party = ofSocket.get(socket);
      if (party === undefined) return;
      suspects.set(party.name, true);
      // What is read in pieces cost little.
      party.rests ||= !inPieces.has(socket);
    },
    isSuspect(socket) {
      const party = ofSocket.get(socket);
      return party !== undefined && suspects.has(party.name);
    },
    isKnown(socket) {
      const party = ofSocket.get(socket);
      return party !== undefined && party.name !== addressParty(socket);
    },
  };
}

/** The users whom a key merely names are one party, or it could name a thousand. */
const inTurnAs = (principal: Principal): string =>
  principal.kind === 'key' && principal.token === undefined ? credentialOf(principal) : principal.id;

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

/**
 * Bounds the requests of one connection that are not answered yet.
 *
 * A client may send requests without waiting for the answers. Node reads all that stand in one piece of 64 KB, some two thousand, before
 * anything else has its turn. Clients of GraphQL have one under way. One too many ends the connection: at once where no key was shown, and with a
 * key when those before it are answered, because they have run.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type AddressTurns, maxPerTurn } from './address-turns.ts';

const maxUnanswered = 32;
/** Of a connection of an address that has flooded lately, on which no key was shown. Each request of it that Node has read costs as much again when it is ended. */
const maxUnansweredOfSuspects = 4;
/** What a request counts for that does not wait for its turn: a connection that pipelines lets the others of its address wait. */
const pipelinedBytes = maxPerTurn / 16;

export interface Pipelined {
  /** Whether requests before it are not answered. Null: it is one too many, or behind that, and nobody answers it. */
  admits(request: IncomingMessage, response: ServerResponse): 'first' | 'pipelined' | null;
}

interface Line {
  unanswered: number;
  last: ServerResponse;
  /** There was one too many: the connection ends when the others are answered. */
  ends: boolean;
}

export function pipelinedRequests(turns: AddressTurns): Pipelined {
  const lines = new WeakMap<Socket, Line>();

  /** One function for all answers. */
  function closed(this: ServerResponse): void {
    const { socket } = this.req;
    const line = lines.get(socket);
    if (line === undefined) return;
    line.unanswered -= 1;
    if (line.ends && line.unanswered === 0) socket.destroySoon();
  }

  function endAfterAnswers(socket: Socket, line: Line): void {
    line.ends = true;
    if (!line.last.headersSent) line.last.shouldKeepAlive = false;
    // The parser is in the middle of a piece. What comes after it is read and thrown away: unread, it would make the system discard answers.
    process.nextTick(() => {
      if (!socket.destroyed) socket.removeAllListeners('data').on('data', (piece) => turns.spend(socket, piece.length));
    });
  }

  return {
    admits(request, response) {
      const { socket } = request;
      const line = lines.get(socket) ?? { unanswered: 0, last: response, ends: false };
      if (socket.destroyed || line.ends) return leftAlone(request, response);
      const before = line.unanswered;
      if (before > 0) turns.spend(socket, pipelinedBytes);
      if (before >= maxUnansweredOfSuspects && (before >= maxUnanswered || turns.isSuspect(socket))) {
        turns.spend(socket, maxPerTurn);
        if (turns.isKnown(socket)) endAfterAnswers(socket, line);
        else {
          turns.ended(socket);
          endQuickly(socket);
        }
        return leftAlone(request, response);
      }
      line.unanswered += 1;
      line.last = response;
      lines.set(socket, line);
      response.once('close', closed);
      return before === 0 ? 'first' : 'pipelined';
    },
  };
}

/** Those behind it in the piece: Node has read them all, and destroys each of them when the connection closes. Nobody knows of them. */
function leftAlone(request: IncomingMessage, response: ServerResponse): null {
  request.push = nothing;
  request.destroy = itself;
  response.destroy = itself;
  return null;
}

const nothing = (): boolean => true;

function itself<T>(this: T): T {
  return this;
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
  // What came while it waited for its turn is kept in its buffer, and would still be parsed.
  socket.pause().removeAllListeners('data');
  socket.destroy();
}

/**
 * Bounds the requests of one connection that are not answered yet.
 *
 * A client may send requests without waiting for the answers. Node reads all that stand in one piece of 64 KB, some two thousand, before
 * anything else has its turn: to refuse them held up everybody for half a second. Clients of GraphQL have one under way.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const maxUnanswered = 32;

export interface Pipelined {
  /** False: it is one too many, and its connection is ended. */
  admits(request: IncomingMessage, response: ServerResponse): boolean;
}

export function pipelinedRequests(): Pipelined {
  const unanswered = new WeakMap<Socket, number>();

  /** One function for all answers. */
  function closed(this: ServerResponse): void {
    const { socket } = this.req;
    unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
  }

  return {
    admits({ socket }, response) {
      if (socket.destroyed) return false;
      const before = unanswered.get(socket) ?? 0;
      if (before >= maxUnanswered) {
        socket.destroy();
        return false;
      }
      unanswered.set(socket, before + 1);
      response.once('close', closed);
      return true;
    },
  };
}

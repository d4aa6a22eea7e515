/**
 * Reads a connection in small pieces, so that what is wrong in one of them spares the others.
 *
 * Node gives its parser what it reads, up to 64 KB with two thousand requests in them, and the parser cannot be stopped: a connection that is
 * ended at its thirty-third request cost as much as all of them.
 */
import type { Socket } from 'node:net';

/** Some ten of the shortest requests. */
const pieceBytes = 512;

/** For a connection of an HTTP server that has just come. It takes some microseconds more for each request of it. */
export function readInPieces(socket: Socket): void {
  // Node's parser reads the connection by itself, past the socket, until somebody wants the data.
  socket.on('data', nobody).off('data', nobody);
  const { push } = socket;
  socket.push = (read: unknown, encoding?: BufferEncoding): boolean => {
    if (!(read instanceof Uint8Array) || read.length <= pieceBytes) return push.call(socket, read, encoding);
    let goesOn = true;
    for (let at = 0; at < read.length && !socket.destroyed; at += pieceBytes)
      goesOn = push.call(socket, read.subarray(at, at + pieceBytes));
    return goesOn;
  };
}

const nobody = (): void => {};

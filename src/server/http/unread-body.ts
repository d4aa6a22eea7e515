/**
 * Drains the body of a refused request: closing a connection with unread bytes would discard the answer. The drain is
 * bounded in bytes and in time, because a refused client may send forever.
 */
import type { IncomingMessage } from 'node:http';

const maxDrainedBytes = 64 * 1024 * 1024;
/** Time without a byte, and time in all. */
const idleMs = 5_000;
const totalMs = 30_000;

export const hasUnreadBody = ({ complete, headers, destroyed }: IncomingMessage): boolean =>
  !complete && !destroyed && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);

/**
 * Calls back when the body has ended, the client has gone, or the bounds are reached. In the last case the connection cannot be used again,
 * and is cut.
 */
export function drainBody(request: IncomingMessage, then: () => void): void {
  let drained = 0;
  const idle = setTimeout(cut, idleMs);
  const total = setTimeout(cut, totalMs);
  function onData(piece: Buffer): void {
    drained += piece.length;
    if (drained > maxDrainedBytes) cut();
    else idle.refresh();
  }
  function cut(): void {
    done();
    request.socket.destroySoon();
  }
  function done(): void {
    clearTimeout(idle);
    clearTimeout(total);
    request.off('data', onData).off('end', done).off('close', done);
    then();
  }
  request
    .on('error', () => {})
    .on('data', onData)
    .on('end', done)
    .on('close', done);
}

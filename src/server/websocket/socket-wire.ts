import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { asGatewayError } from '../../core/errors.ts';
import { headersOf, statusOf } from '../http/refusal.ts';
import { minMessageBytes } from '../loop-turns.ts';
import type { Masking } from '../response-errors.ts';

/**
 * Resolves when the message has left our buffer, or there is nobody left to send it to. A reader who takes longer than `writeIdleMs` is cut
 * off.
 */
export function sendOrCut(socket: WebSocket, data: string, writeIdleMs: number): Promise<void> {
  return new Promise((resolve) => {
    // Not in this turn: a stream that is pulled without pause would keep the event loop from the socket's `close`.
    if (socket.readyState !== socket.OPEN) {
      setImmediate(resolve);
      return;
    }
    const timer = setTimeout(() => socket.terminate(), writeIdleMs);
    socket.send(data, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Answers that may wait in our buffer, in bytes, before no more is read of a client. */
const maxUnread = 1024 * 1024;

/**
 * A client that asks and never reads is not read either: its answers would fill our memory. Call it with each message that
 * came, and when one of ours has left. `busy`: messages that it sent wait for their turn.
 */
export function balance(socket: WebSocket, busy: boolean): void {
  const full = busy || socket.bufferedAmount > maxUnread;
  if (full && !socket.isPaused) socket.pause();
  else if (!full && socket.isPaused) socket.resume();
}

/**
 * Answers pings of the protocol, but for those of a client that reads nothing: their answers would fill our memory (RFC 6455 §5.5.3 lets us
 * answer the latest alone). `onRead` is told what each weighs.
 */
export function answerPings(socket: WebSocket, onRead: (bytes: number) => void): void {
  socket.on('ping', (data) => {
    onRead(minMessageBytes);
    if (socket.readyState === socket.OPEN && socket.bufferedAmount <= maxUnread) socket.pong(data);
  });
}

/** Time for the peer to answer a `close` frame. */
const closeMs = 1_000;
/** Bytes of a reason that fit into a `close` frame. */
const maxReasonBytes = 123;

/** Closes with a reason. The connection ends soon, whether the peer answers or not. */
export function endSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(code, shortened(reason));
  const timer = setTimeout(() => socket.terminate(), closeMs);
  socket.once('close', () => clearTimeout(timer));
}

/** The reason, cut at the end of a word where it is too long. */
function shortened(text: string): string {
  if (Buffer.byteLength(text) <= maxReasonBytes) return text;
  let cut = text.slice(0, maxReasonBytes - 3);
  while (Buffer.byteLength(cut) > maxReasonBytes - 3) cut = cut.slice(0, -1);
  return `${cut.replace(/\s+\S*$/, '')}…`;
}

/** Bytes that a peer may send before it is authenticated: enough for `connection_init`. */
const maxBytesBeforeInit = 64 * 1024;

/** Ends the socket when its peer sends more than that; returns how to stop, when the peer is known. */
export function boundUnknown(socket: WebSocket, connection: Socket): () => void {
  const from = connection.bytesRead;
  const onData = (): void => {
    if (connection.bytesRead - from > maxBytesBeforeInit) socket.terminate();
  };
  connection.on('data', onData);
  return () => connection.off('data', onData);
}

/**
 * Pings; ends the socket when a ping was not answered by the time of the next. Calls `onBeat` with each. Returns how to stop.
 */
export function keepAlive(socket: WebSocket, everyMs: number, onBeat: () => void): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    // With a full buffer the pong waits behind other messages: `sendOrCut` decides then.
    if (!answered && socket.bufferedAmount === 0) return socket.terminate();
    answered = false;
    socket.ping();
    onBeat();
  }, everyMs);
  return () => clearInterval(timer);
}

/** Answers the upgrade with HTTP, in place of a WebSocket. */
export function refuseUpgrade(socket: Duplex, refused: unknown, mask: Masking): void {
  const error = asGatewayError(refused);
  const status = statusOf(error);
  const body = JSON.stringify({ errors: [mask.error(error)] });
  const headers = {
    ...headersOf(error),
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

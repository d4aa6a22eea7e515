/** Passes on the messages of a WebSocket in their order, large ones one per turn of the event loop. */
import type { WebSocket } from 'ws';
import { asGatewayError } from '../../core/errors.ts';
import { checkJsonSize, type JsonBounds, variablesWithin } from '../document/json-size.ts';
import { type LoopTurns, minMessageBytes } from '../loop-turns.ts';
import { balance, endSocket } from './socket-wire.ts';

export interface Messages {
  /** Messages that wait for their turn. While there are any, no more are read. */
  waiting(): number;
}

/** `onRead` is told what each message weighs. */
export function messagesInTurn(
  socket: WebSocket,
  turns: LoopTurns,
  bounds: JsonBounds,
  onRead: (bytes: number) => void,
  handle: (text: string) => void,
): Messages {
  let waiting = 0;
  /** The last message that waits. */
  let last: Promise<void> = Promise.resolve();

  function checked(bytes: Buffer): void {
    // The WebSocket may have closed while its message waited: nobody would stop an operation that begins now.
    if (socket.readyState !== socket.OPEN) return;
    try {
      checkJsonSize(bytes, bounds, variablesWithin.message);
    } catch (error) {
      endSocket(socket, 4400, asGatewayError(error).message);
      return;
    }
    handle(String(bytes));
  }

  socket.on('message', (data) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.from(String(data));
    const weight = Math.max(bytes.length, minMessageBytes);
    onRead(weight);
    // A small message does not overtake a large one of its own socket.
    const turn = waiting === 0 ? turns.take(weight) : last.then(() => turns.take(weight));
    if (turn === null) {
      checked(bytes);
      return;
    }
    waiting += 1;
    balance(socket, true);
    last = turn.then(() => {
      waiting -= 1;
      checked(bytes);
    });
  });
  return { waiting: () => waiting };
}

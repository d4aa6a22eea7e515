/** Passes on the messages of a WebSocket in their order, large ones one per turn of the event loop, after their size was checked in turns of its own. */
import type { WebSocket } from 'ws';
import { asGatewayError } from '../../core/errors.ts';
import { waitInLine } from '../../core/turns/turns.ts';
import { checkJsonSize, checkJsonSizeInTurns, type JsonBounds, variablesWithin } from '../document/json-size.ts';
import { type LoopTurns, minMessageBytes, requestBytesPerTurn } from '../loop-turns.ts';
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

  // The WebSocket may have closed while its message waited: nobody would stop an operation that begins now.
  const isOpen = (): boolean => socket.readyState === socket.OPEN;

  function refuse(error: unknown): void {
    endSocket(socket, 4400, asGatewayError(error).message);
  }

  function checked(bytes: Buffer): void {
    if (!isOpen()) return;
    try {
      checkJsonSize(bytes, bounds, variablesWithin.message);
    } catch (error) {
      refuse(error);
      return;
    }
    handle(String(bytes));
  }

  async function inTurn(bytes: Buffer, turn: Promise<void> | null): Promise<void> {
    if (turn !== null) await turn;
    const isLarge = bytes.length > requestBytesPerTurn;
    try {
      if (isLarge && isOpen()) {
        await checkJsonSizeInTurns(bytes, bounds, variablesWithin.message);
        await waitInLine();
      }
    } catch (error) {
      refuse(error);
    }
    waiting -= 1;
    if (!isLarge) checked(bytes);
    else if (isOpen()) handle(String(bytes));
  }

  socket.on('message', (data) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.from(String(data));
    const weight = Math.max(bytes.length, minMessageBytes);
    onRead(weight);
    // A small message does not overtake a large one of its own socket.
    const turn = waiting === 0 ? turns.take(weight) : last.then(() => turns.take(weight) ?? undefined);
    if (turn === null && bytes.length <= requestBytesPerTurn) {
      checked(bytes);
      return;
    }
    waiting += 1;
    balance(socket, true);
    last = inTurn(bytes, turn);
  });
  return { waiting: () => waiting };
}

/**
 * The object in the text of a message; null: there is none. Text in JSON is none either: graphql-ws would parse it, and nobody has measured it.
 * An operation that is named by its id gets an empty text, since graphql-ws would close the socket.
 */
export function parsedMessage(text: string): object | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(message)) return null;
  const { type, payload } = message;
  if (type === 'subscribe' && isObject(payload)) payload['query'] ??= '';
  return message;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lets a request in at a door without documents, and knows when its answer is over. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../../core/errors.ts';
import type { Door } from '../../doors/door.ts';
import { askerOf, callerOf, credentialsOf, flatHeaders } from '../client/client.ts';
import { readBody } from '../http/body.ts';
import type { DoorParts } from '../http/http.ts';
import { drained } from '../http/stream-writer.ts';
import type { Underway } from './underway.ts';

type Parts = Pick<DoorParts, 'callers' | 'credentialsIn' | 'addressOf' | 'connections' | 'unread' | 'limits' | 'streamTurns'> & {
  readonly underway: Underway;
};

export const doorAt = (doors: readonly Door[], path: string): Door | undefined =>
  doors.find((door) => path === door.path || path.startsWith(`${door.path}/`));

/** Rejects with what is to be written by `refuse`. */
export async function answerAt(door: Door, request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { callers, credentialsIn, addressOf, connections, unread, limits, streamTurns, underway } = parts;
  const address = addressOf(request);
  const principal = await callers.admit(credentialsOf(request.headers, credentialsIn), address);
  if (response.destroyed) return;
  connections.admitted(request.socket, principal, response);
  const { signal, stop, finished } = underway.begin();
  const watched = unread.watch({
    caller: callerOf(principal, address),
    bytes: () => response.writableLength,
    cut: () => response.destroy(),
  });
  let answered = false;
  const left = (): GatewayError => new GatewayError('CANCELLED', 'The client closed the connection before the answer was complete.');
  const wrote = async (): Promise<void> => {
    watched.note();
    if (response.destroyed || (response.writableNeedDrain && !(await drained(response, limits.writeIdleMs)))) throw left();
    await streamTurns.take(1);
  };
  const onClose = (): void => {
    watched.leave();
    if (answered) finished();
    else stop(left());
  };
  response.on('close', onClose);
  try {
    await door.answer({
      request,
      response,
      principal,
      asker: askerOf(flatHeaders(request.headers), credentialsIn),
      signal,
      stop,
      body: async () => readBody(request, limits),
      wrote,
    });
    if (!response.writableEnded) response.destroy();
  } finally {
    answered = true;
    // It is over when the last byte has left or the client has; one who reads nothing of a long answer is disconnected.
    if (response.closed) finished();
    else if (response.writableLength > 0) response.setTimeout(limits.writeIdleMs, () => response.destroy());
  }
}

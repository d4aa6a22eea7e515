import type { Socket } from 'node:net';
import { GatewayError } from '../../core/errors.ts';
import type { AddressOf } from '../client/address.ts';
import type { Callers } from '../client/callers.ts';
import type { Masking } from '../response-errors.ts';
import type { ServerLimits } from '../server-limits.ts';
import { refuseUpgrade } from '../websocket/socket-wire.ts';
import { HttpRefusal } from './refusal.ts';

export interface BrokenRequestParts {
  readonly mask: Masking;
  readonly limits: ServerLimits;
  readonly callers: Callers;
  readonly addressOf: AddressOf;
}

/** Answers what node:http could not read as a request: with a sentence, and by ending the connection. It counts for its address. */
export async function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  { mask, limits, callers, addressOf }: BrokenRequestParts,
): Promise<void> {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  // A browser opens connections that it may never use.
  if (socket.bytesRead === 0) return refuseUpgrade(socket, refusalFor(error, limits), mask);
  const refusal = await callers.refusalFor(refusalFor(error, limits), null, addressOf({ headers: {}, socket }));
  refuseUpgrade(socket, refusal, mask);
}

function refusalFor({ code }: NodeJS.ErrnoException, limits: ServerLimits): GatewayError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpRefusal(431, `The headers have more than ${limits.maxHeaderBytes} bytes, the most this gateway accepts.`);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpRefusal(408, `The request did not arrive in time: headers within ${limits.headersTimeoutMs / 1000} s.`, {}, 'TIMEOUT');
    default:
      return new GatewayError('BAD_REQUEST', `This is not an HTTP/1.1 request.`);
  }
}

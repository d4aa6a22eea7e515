import type { Socket } from 'node:net';
import { GatewayError } from '../core/errors.ts';
import type { Masking } from './errors.ts';
import type { ServerLimits } from './limits.ts';
import { HttpRefusal } from './refusal.ts';
import { refuseUpgrade } from './socket-wire.ts';

/** What node:http could not read as a request: it gets a sentence too, and its connection ends. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket, mask: Masking, limits: ServerLimits): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  refuseUpgrade(socket, refusalFor(error, limits), mask);
}

function refusalFor({ code }: NodeJS.ErrnoException, limits: ServerLimits): GatewayError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpRefusal(431, `The headers have more than ${limits.headerBytes} bytes, the most this gateway accepts.`);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpRefusal(408, `The request did not arrive in time: headers within ${limits.headersTimeoutMs / 1000} s.`, {}, 'TIMEOUT');
    default:
      return new GatewayError('BAD_REQUEST', `This is not an HTTP/1.1 request.`);
  }
}

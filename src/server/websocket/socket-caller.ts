/**
 * Determines who asks on a WebSocket: at `connection_init`, and again at every heartbeat.
 *
 * The close codes are those of graphql-ws: 4401 without credentials, 4403 with invalid ones, 4400 for an unreadable message.
 * After 1013 (try again later) its clients reconnect.
 */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Authenticate, Principal } from '../../core/call/call.ts';
import { asGatewayError, type GatewayError } from '../../core/errors.ts';
import { isUnauthenticated } from '../client/callers.ts';
import { type Asker, agentIn, askerOf, askingHeaders, type CredentialsIn, flatHeaders, headersOfInit } from '../client/client.ts';
import { refuseRepeatedHeaders } from '../http/decisive-headers.ts';
import type { Place } from './socket-places.ts';
import { endSocket } from './socket-wire.ts';

/** What `connection_init` says counts before the headers of the upgrade; two users, and two agents, are refused. */
export function askerOfSocket(
  request: IncomingMessage,
  init: Readonly<Record<string, unknown>> | undefined,
  credentialsIn: CredentialsIn,
): Asker {
  const headers = flatHeaders(request.headers);
  const said = headersOfInit(init);
  for (const name of askingHeaders) {
    const [first, second] = [headers[name], said[name]];
    if (first !== undefined && second !== undefined && first !== second) refuseRepeatedHeaders([name, first, name, second]);
  }
  return askerOf({ ...headers, ...said }, credentialsIn);
}

export interface AcceptedCaller {
  readonly principal: Principal;
  readonly asker: Asker;
}

/** Who says `connection_init`, in its place; null: the WebSocket has been told why not and ends, or has closed. */
export async function acceptCaller(
  socket: WebSocket,
  request: IncomingMessage,
  init: Readonly<Record<string, unknown>> | undefined,
  place: Place,
  { authenticate, credentialsIn }: { readonly authenticate: Authenticate; readonly credentialsIn: CredentialsIn },
): Promise<AcceptedCaller | null> {
  let code = 4400;
  try {
    const asker = askerOfSocket(request, init, credentialsIn);
    const { authorization, user, headers } = asker;
    code = authorization === null ? 4401 : 4403;
    const principal = await authenticate({ authorization, user, agent: agentIn(headers) });
    // It has closed meanwhile: nobody would ever take back what is kept for it.
    if (socket.readyState !== socket.OPEN) return null;
    code = 1013;
    place.accept(principal);
    return { principal, asker };
  } catch (error) {
    const refused = asGatewayError(error);
    endSocket(socket, closeCodeOf(refused, code), refused.message);
    return null;
  }
}

/** `code`: for what is wrong with the credentials. */
function closeCodeOf(refused: GatewayError, code: number): number {
  if (refused.code === 'UNAUTHENTICATED' || code === 4400) return code;
  if (refused.code === 'FORBIDDEN') return 4403;
  return refused.code === 'BAD_REQUEST' ? 4400 : 1013;
}

/**
 * For each heartbeat: ends a WebSocket whose credentials hold no longer, once nothing runs on it. What runs ends by itself;
 * a client that goes on asking nevertheless is ended at the next heartbeat.
 */
export function credentialsWatch(
  socket: WebSocket,
  asker: () => Pick<Asker, 'authorization' | 'user' | 'headers'>,
  authenticate: Authenticate,
  isIdle: () => boolean,
): () => Promise<void> {
  let refusedBefore = false;
  return async () => {
    try {
      const { authorization, user, headers } = asker();
      await authenticate({ authorization, user, agent: agentIn(headers) });
      refusedBefore = false;
    } catch (error) {
      if (!isUnauthenticated(error)) return;
      if (isIdle() || refusedBefore) endSocket(socket, 4403, asGatewayError(error).message);
      refusedBefore = true;
    }
  };
}

/**
 * A door without documents, such as a REST route. It has paths of its own, and reads and writes what it likes there.
 *
 * The server does what is the same at each door (`server/doors/visits.ts`): it asks who calls before the body is read, bounds connections
 * and unread answers, and takes the door along on the way down. A request has one AbortSignal, which fires when the client leaves and when
 * the time for closing is over.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../core/call/call.ts';
import type { GatewayError } from '../core/errors.ts';
import type { OperationInput } from '../operations/open.ts';

export interface Door {
  /** Where its paths begin, such as `/v1`: it answers `/v1` and all below it. */
  readonly path: string;
  /**
   * Answers one request, and resolves when the whole answer has been written. What it throws is written by `refuse`; where the answer
   * has begun, the connection is closed, so a stream writes its own last event before it throws.
   */
  answer(visit: Visit): Promise<void>;
  /**
   * Writes a refusal in the form of its protocol, also what the server refuses before `answer`: a caller, a limit, the way down. `headers`
   * belong to the refusal, such as Retry-After. Default: the form of `/graphql`.
   */
  readonly refuse?: (response: ServerResponse, error: GatewayError, headers: Readonly<Record<string, string>>) => void;
}

/** One request at a door. `asker`, `signal` and `stop` are what `openOperation` of `operations/open.ts` takes. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  readonly asker: Pick<OperationInput, 'authorization' | 'user' | 'client' | 'headers'>;
  /**
   * Fires with a GatewayError as its reason. On the way down this is CANCELLED with the status 503: the door has two seconds to write its
   * last words.
   */
  readonly signal: AbortSignal;
  stop(reason: GatewayError): void;
  /** The whole body, within the limits of bytes and time. Rejects with 413 or 408. */
  body(): Promise<Buffer>;
  /**
   * Call it after each write, and write on when it resolves: the client has then read enough. Rejects with CANCELLED when the client has left,
   * or has read nothing for `writeIdleMs` of the server's limits.
   */
  wrote(): Promise<void>;
}

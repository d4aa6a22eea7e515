/**
 * A vendor that does exactly what a script says, byte by byte: for endings that no mock of an API has.
 *
 * Nothing here waits for a time. A script waits for a {@link Gate} that the test opens, so that cause and effect show.
 *
 * ```ts
 * const upstream = await rawUpstream();
 * const gate = newGate();
 * upstream.plays({ pieces: ['data: {"a":1}\n\n', gate, 'data: {"b":2}\n\n'], ending: 'reset' });
 * // ... send to upstream.url, read the first event ...
 * gate.open();
 * ```
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export interface RawReply {
  /** Default: 200. */
  readonly status?: number;
  /** Default: an event stream. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Written one by one; at a gate the server waits until the test opens it. A gate first holds the headers back too. */
  readonly pieces?: readonly (string | Uint8Array | Gate)[];
  /** `end` (default) ends the body, `close` ends the connection in the middle of it, `reset` breaks it, `hang` leaves it open and silent. */
  readonly ending?: 'end' | 'close' | 'reset' | 'hang';
  /** The head is written even if no piece is. Default: only where the body ends or hangs. */
  readonly headFirst?: boolean;
}

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came; `json()` parses it. */
  readonly body: string;
  json(): unknown;
  /** Resolves when the client has closed the connection, or the reply is over. */
  readonly closed: Promise<void>;
  /** Whether the connection was cut before the reply was over. */
  cut(): boolean;
}

export interface RawUpstream {
  /** `http://127.0.0.1:<port>`, without a path. */
  readonly url: string;
  readonly requests: readonly RawRequest[];
  /** How many connections were opened so far. */
  connections(): number;
  /** Replies for the requests to come, in order; the last one goes on for all that follow. Replaces what was left. */
  plays(...replies: readonly RawReply[]): void;
  /** The next request that arrives, or the first that nobody has taken yet. */
  nextRequest(): Promise<RawRequest>;
  close(): Promise<void>;
}

export function newGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** `encoding`: of the pieces; `latin1` writes each character as a byte. */
export async function rawUpstream(encoding: BufferEncoding = 'utf8'): Promise<RawUpstream> {
  const requests: RawRequest[] = [];
  const waiting: ((request: RawRequest) => void)[] = [];
  let taken = 0;
  let script: readonly RawReply[] = [];
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    const closed = once(response, 'close').then(() => {});
    const request: RawRequest = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body,
      json: () => JSON.parse(body),
      closed,
      cut: () => response.destroyed && !response.writableFinished,
    };
    requests.push(request);
    const reply = script[0] ?? { status: 500, pieces: ['The script has no reply.'] };
    if (script.length > 1) script = script.slice(1);
    const taker = waiting.shift();
    if (taker !== undefined) {
      taken += 1;
      taker(request);
    }
    await play(reply, response, closed, encoding);
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    plays: (...replies) => {
      script = replies;
    },
    nextRequest() {
      const request = requests[taken];
      if (request === undefined) return new Promise((resolve) => waiting.push(resolve));
      taken += 1;
      return Promise.resolve(request);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function play(
  { status = 200, headers, pieces = [], ending = 'end', headFirst = false }: RawReply,
  response: ServerResponse,
  closed: Promise<void>,
  encoding: BufferEncoding,
): Promise<void> {
  const begun = (): ServerResponse =>
    response.headersSent ? response : response.writeHead(status, headers ?? { 'content-type': 'text/event-stream' });
  if (headFirst) {
    begun().flushHeaders();
    await new Promise(setImmediate);
  }
  for (const piece of pieces) {
    if (typeof piece !== 'string' && !(piece instanceof Uint8Array)) await Promise.race([piece.opened, closed]);
    else await new Promise((resolve) => begun().write(piece, encoding, resolve));
    if (response.destroyed) return;
  }
  if (ending === 'reset') response.socket?.resetAndDestroy();
  else if (ending === 'close') response.socket?.destroySoon();
  else if (ending === 'end') begun().end();
  else begun().flushHeaders();
}

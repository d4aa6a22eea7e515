/** Results of a subscription over graphql-transport-ws, of a server that may never acknowledge, or send faster than anybody reads. */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { maybeInexact, parseExact } from '../../core/json/raw-number.ts';

interface Subscription {
  readonly url: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Called with each message before it is parsed; what it throws ends the results. */
  readonly check: (message: Uint8Array) => void;
  readonly ca: string | null;
}

const maxEventBytes = 4 * 1024 * 1024;
/** For the upgrade, and again for the acknowledgement. */
const handshakeMs = 10_000;
/** Results that wait for the reader: beyond them the socket is not read. */
const maxWaiting = 64;

export function socketResults({
  url,
  query,
  variables,
  headers,
  ca,
  check,
}: Subscription): (signal: AbortSignal) => AsyncIterable<unknown> {
  return async function* (signal) {
    let socket: WebSocket | null = null;
    const client = createClient({
      url,
      webSocketImpl: class extends WebSocket {
        constructor(address: string | URL, protocols?: string | string[]) {
          const trusted = ca === null ? {} : { ca };
          super(address, protocols, { headers: { ...headers }, handshakeTimeout: handshakeMs, maxPayload: maxEventBytes, ...trusted });
          socket = this;
        }
        /** The client parses a message as soon as it hears of it. */
        override emit(event: string | symbol, ...heard: unknown[]): boolean {
          const [message] = heard;
          if (event === 'message' && message instanceof Uint8Array && (!accepted(message) || takenExactly(message))) return true;
          return super.emit(event, ...heard);
        }
      },
      connectionParams: { ...headers },
      connectionAckWaitTimeout: handshakeMs,
      retryAttempts: 0,
    });
    const results: unknown[] = [];
    let ending: { readonly error: unknown } | 'complete' | null = null;
    let heard = Promise.withResolvers<void>();
    const hear = (): void => {
      heard.resolve();
      heard = Promise.withResolvers();
    };
    const accepted = (message: Uint8Array): boolean => {
      if (ending !== null) return false;
      try {
        check(message);
        return true;
      } catch (error) {
        ending = { error };
        hear();
        return false;
      }
    };
    const next = (result: unknown): void => {
      results.push(result);
      if (results.length >= maxWaiting) socket?.pause();
      hear();
    };
    /** The client's own parser would round the numbers of the event. */
    const takenExactly = (message: Uint8Array): boolean => {
      const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString('utf8');
      if (!maybeInexact.test(text)) return false;
      try {
        const event = parseExact(text) as { readonly type?: unknown; readonly payload?: unknown } | null;
        if (event?.type !== 'next') return false;
        next(event.payload);
        return true;
      } catch {
        return false;
      }
    };
    const leave = (): void => {
      // What is not read does not hear that it is to close.
      if (socket?.isPaused) socket.terminate();
      void client.dispose();
    };
    signal.addEventListener('abort', leave, { once: true });
    client.subscribe(
      { query, variables: { ...variables } },
      {
        next,
        error(error) {
          ending = { error };
          hear();
        },
        complete() {
          ending = 'complete';
          hear();
        },
      },
    );
    try {
      for (;;) {
        while (results.length > 0) {
          yield results.shift();
          if (results.length === 0) resume(socket);
        }
        const ended = endingOf(ending);
        if (ended === 'complete') return;
        if (ended !== null) throw ended.error;
        await heard.promise;
      }
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
  };
}

type Ending = { readonly error: unknown } | 'complete' | null;

/** Set in callbacks, which the compiler does not see. */
const endingOf = (ending: Ending): Ending => ending;

function resume(socket: WebSocket | null): void {
  if (socket?.isPaused) socket.resume();
}

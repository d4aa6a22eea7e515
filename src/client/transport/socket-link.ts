/**
 * All streams of a client over one WebSocket, in the words of graphql-transport-ws
 * (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).
 *
 * Written by hand: the client of graphql-ws has 3 kB and its own retries, which know nothing of cursors. A socket is opened by the first
 * operation and closed with the last. Browsers do not show ping frames, so the client asks by `ping` messages whether the gateway is there.
 */
import type { Link, LinkOptions, Operation, Result } from './link.ts';
import { asRequestError, RequestError, refusalOf, type SentError, unreachable } from './request-error.ts';

interface Running {
  readonly onResult: (result: Result) => void;
  readonly end: (error?: RequestError) => void;
  answered: boolean;
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

interface Connection {
  run(operation: Operation, onResult: Running['onResult'], signal: AbortSignal): Promise<void>;
}

export interface SocketLink extends Link {
  /** Whether a socket is open: an operation on it needs no connection of its own. */
  readonly isOpen: () => boolean;
  /** Asks whether the gateway is still there: after a sleep, or when the network is back. */
  readonly probe: () => void;
}

export type SocketConstructor = new (url: string, protocol: string) => WebSocket;

/** An answer is often followed by the next operation: a stop, a tool's result. */
const lingerMs = 100;

/** The gateway closes with it where it could not use one message. HTTP says what was wrong with which. */
export const askOverHttp = new RequestError('BAD_REQUEST', 'The gateway closed the WebSocket because it could not use a message.');

/** Nothing says whether the gateway is down or a proxy lets no WebSocket through. */
export const notOpened = unreachable('The WebSocket to the gateway did not open.');

export function socketLink({ url, headers, refused, silenceMs, openMs }: LinkOptions, Socket: SocketConstructor): SocketLink {
  let current: Connection | null = null;
  let open = false;
  let probe = (): void => {};

  function connect(): Connection {
    const running = new Map<string, Running>();
    const waiting: (() => void)[] = [];
    let socket: WebSocket | null = null;
    let sent: Readonly<Record<string, string>> = {};
    let ready = false;
    let lastId = 0;
    let heard = true;
    let timer: ReturnType<typeof setTimeout> | undefined;

    /** No new operation begins here; those that run go on. */
    function retire(): void {
      if (current !== connection) return;
      current = null;
      open = false;
    }

    function close(error: RequestError | null): void {
      retire();
      clearTimeout(timer);
      if (socket !== null) {
        socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
        socket.close(1000);
        socket = null;
      }
      if (error?.code === 'UNAUTHENTICATED') refused(sent);
      for (const { answered, end } of [...running.values()]) end(error === askOverHttp && answered ? lost() : (error ?? lost()));
    }

    const lost = (): RequestError => (ready ? unreachable('The WebSocket to the gateway was lost.') : notOpened);
    const send = (message: Message): void => socket?.send(JSON.stringify(message));

    /** Gives up a gateway from which nothing is heard in time. */
    function expect(ms: number): void {
      clearTimeout(timer);
      timer = setTimeout(() => (heard ? ask(silenceMs / 4) : close(lost())), ms);
    }
    function ask(ms: number): void {
      if (!ready) return;
      heard = false;
      send({ type: 'ping' });
      expect(ms);
    }

    function onMessage({ type, id = '', payload }: Message): void {
      if (!heard) {
        heard = true;
        if (ready) expect(silenceMs / 2);
      }
      if (type === 'connection_ack') {
        ready = true;
        open = current === connection;
        probe = () => ask(openMs / 2);
        expect(silenceMs / 2);
        for (const start of waiting) start();
      }
      if (type === 'ping') send({ type: 'pong' });
      const entry = running.get(id);
      if (entry === undefined) return;
      entry.answered = true;
      if (type === 'complete') entry.end();
      if (type === 'error') refuse(entry, refusalOf(payload as readonly SentError[]));
      if (type !== 'next') return;
      try {
        entry.onResult(payload as Result);
      } catch (error) {
        send({ type: 'complete', id });
        refuse(entry, asRequestError(error));
      }
    }

    /** The token is that of the whole socket: what is asked next goes over another. */
    function refuse(entry: Running, error: RequestError): void {
      if (error.code === 'UNAUTHENTICATED') {
        refused(sent);
        retire();
      }
      entry.end(error);
    }

    async function begin(): Promise<void> {
      try {
        sent = await headers();
        if (running.size === 0) return;
        heard = false;
        expect(openMs);
        socket = new Socket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
        socket.onopen = () => send({ type: 'connection_init', payload: sent });
        socket.onmessage = ({ data }) => onMessage(JSON.parse(String(data)) as Message);
        socket.onclose = ({ code, reason }) => close(closedWith(code, reason) ?? lost());
      } catch (error) {
        close(asRequestError(error));
      }
    }

    const connection: Connection = {
      run: (operation, onResult, signal) =>
        new Promise((resolve, reject) => {
          lastId += 1;
          const id = String(lastId);
          const leave = (): void => {
            if (ready) send({ type: 'complete', id });
            entry.end();
          };
          const entry: Running = {
            onResult,
            answered: false,
            end(error) {
              if (!running.delete(id)) return;
              signal.removeEventListener('abort', leave);
              if (error === undefined) resolve();
              else reject(error);
              if (running.size === 0) setTimeout(() => running.size === 0 && close(null), lingerMs);
            },
          };
          running.set(id, entry);
          signal.addEventListener('abort', leave);
          const start = (): void => {
            if (running.has(id)) send({ type: 'subscribe', id, payload: operation });
          };
          if (ready) start();
          else waiting.push(start);
        }),
    };
    void Promise.resolve().then(begin);
    return connection;
  }

  return {
    isOpen: () => open,
    probe: () => probe(),
    async subscribe(operation, onResult, signal) {
      if (signal.aborted) return;
      current ??= connect();
      await current.run(operation, onResult, signal);
    },
  };
}

/** After a close code of the gateway: see `schema/PROTOCOL.md`. */
function closedWith(code: number, reason: string): RequestError | null {
  if (code === 4401 || code === 4403) return new RequestError('UNAUTHENTICATED', reason || 'The gateway refused the token.');
  if (code === 4400 || code === 1009) return askOverHttp;
  return code === 1013 ? unreachable('The gateway has no place left for a WebSocket.', 4_000) : null;
}

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
  readonly operation: Operation;
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

export type SocketConstructor = new (url: string, protocol: string) => WebSocket;

/** An answer is often followed by the next operation: a stop, a tool's result. */
const lingerMs = 100;

/** The gateway closes with it where it could not use one message. HTTP says what was wrong with which: nobody sees this one. */
export const askOverHttp = new RequestError('BAD_REQUEST', '');

/** Nothing says whether the gateway is down or a proxy lets no WebSocket through. */
export const notOpened = unreachable('The WebSocket did not open.');

export function socketLink({ url, headers, refused, silenceMs, openMs }: LinkOptions, Socket: SocketConstructor): Link {
  let current: Connection | null = null;

  function connect(): Connection {
    const running = new Map<string, Running>();
    let socket: WebSocket | null = null;
    let sent: Readonly<Record<string, string>> = {};
    let ready = false;
    let lastId = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const lost = (): RequestError => (ready ? unreachable('The WebSocket was lost.') : notOpened);
    const send = (message: Message): void => socket?.send(JSON.stringify(message));
    const subscribe = (id: string, payload: Operation): void => send({ type: 'subscribe', id, payload });

    /** After a silence the gateway is asked whether it is there; after a second one it is given up. */
    function watch(ms: number, isAsked: boolean): void {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (isAsked) close(lost());
        else {
          send({ type: 'ping' });
          watch(silenceMs / 4, true);
        }
      }, ms);
    }

    /** No new operation begins here; those that run go on. */
    function retire(): void {
      if (current === connection) current = null;
    }

    function close(error: RequestError | null): void {
      retire();
      clearTimeout(timer);
      if (socket) {
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close();
        socket = null;
      }
      if (error?.code === 'UNAUTHENTICATED') refused(sent);
      for (const { answered, end } of running.values()) end(error === askOverHttp && answered ? lost() : (error ?? lost()));
    }

    function onMessage({ type, id = '', payload }: Message): void {
      watch(silenceMs / 2, false);
      if (type === 'connection_ack') {
        ready = true;
        for (const [waiting, { operation }] of running) subscribe(waiting, operation);
      }
      if (type === 'ping') send({ type: 'pong' });
      const entry = running.get(id);
      if (!entry) return;
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
        if (running.size === 0) return retire();
        watch(openMs, true);
        socket = new Socket(new URL(url, globalThis.location?.href).href.replace(/^http/, 'ws'), 'graphql-transport-ws');
        socket.onopen = () => send({ type: 'connection_init', payload: sent });
        socket.onmessage = ({ data }) => onMessage(JSON.parse(data) as Message);
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
            operation,
            onResult,
            answered: false,
            end(error) {
              if (!running.delete(id)) return;
              signal.removeEventListener('abort', leave);
              if (!error) resolve();
              else reject(error);
              if (running.size === 0) setTimeout(() => running.size === 0 && close(null), lingerMs);
            },
          };
          running.set(id, entry);
          signal.addEventListener('abort', leave);
          if (ready) subscribe(id, operation);
        }),
    };
    queueMicrotask(begin);
    return connection;
  }

  return {
    async subscribe(operation, onResult, signal) {
      if (signal.aborted) return;
      current ??= connect();
      await current.run(operation, onResult, signal);
    },
  };
}

/** After a close code of the gateway: see `schema/PROTOCOL.md`. */
function closedWith(code: number, reason: string): RequestError | null {
  if (code === 4401 || code === 4403) return new RequestError('UNAUTHENTICATED', reason);
  if (code === 4400 || code === 1009) return askOverHttp;
  return code === 1013 ? unreachable(reason, 4_000) : null;
}

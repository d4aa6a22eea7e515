/** The way to the gateway: one WebSocket for all streams, and HTTP where there is none or where it is blocked. */
import { httpLink } from './http-link.ts';
import type { Link, LinkOptions, Operation, Result } from './link.ts';
import { refusalOf } from './request-error.ts';
import { askOverHttp, notOpened, type SocketConstructor, socketLink } from './socket-link.ts';

export interface GatewayLink extends Link {
  /** One result. On an open WebSocket it needs no connection of its own: browsers open six at most to a host, streams included. */
  ask(operation: Operation, signal?: AbortSignal): Promise<Result>;
  /** Whether each stream has a connection of its own. */
  readonly isHttp: () => boolean;
  readonly probe: () => void;
}

export interface GatewayLinkOptions extends LinkOptions {
  readonly transport: 'auto' | 'ws' | 'sse';
  readonly fetch: typeof globalThis.fetch;
  /** Undefined where the platform has none. */
  readonly Socket: SocketConstructor | undefined;
}

export function gatewayLink(options: GatewayLinkOptions): GatewayLink {
  const { transport, Socket } = options;
  const http = httpLink(options, options.fetch);
  const socket = transport === 'sse' || Socket === undefined ? null : socketLink(options, Socket);
  let overHttp = socket === null;

  /** Where a WebSocket does not open and HTTP answers, a proxy stands between that lets no WebSocket through. */
  async function instead(operation: Operation, onResult: (result: Result) => void, signal: AbortSignal): Promise<void> {
    let heard = false;
    try {
      await http.subscribe(
        operation,
        (result) => {
          heard = overHttp = true;
          onResult(result);
        },
        signal,
      );
    } catch (error) {
      if (!heard) overHttp = socket === null;
      throw error;
    }
  }

  return {
    isHttp: () => overHttp,
    probe: () => socket?.probe(),
    async ask(operation, signal = never) {
      let last: Result = {};
      if (socket === null || !socket.isOpen()) return http.ask(operation, signal);
      await socket.subscribe(
        operation,
        (result) => {
          last = result;
        },
        signal,
      );
      if (!last.data && !signal.aborted) throw refusalOf(last.errors ?? []);
      return last;
    },
    async subscribe(operation, onResult, signal) {
      if (socket === null || overHttp) return instead(operation, onResult, signal);
      try {
        await socket.subscribe(operation, onResult, signal);
      } catch (error) {
        if (error === askOverHttp) return http.subscribe(operation, onResult, signal);
        if (error !== notOpened || transport === 'ws') throw error;
        await instead(operation, onResult, signal);
      }
    },
  };
}

const never = new AbortController().signal;

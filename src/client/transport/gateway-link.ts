/** The way to the gateway: one WebSocket for all streams, and HTTP where there is none or where it is blocked. */
import { type HttpLink, httpLink } from './http-link.ts';
import type { LinkOptions } from './link.ts';
import { askOverHttp, notOpened, type SocketConstructor, socketLink } from './socket-link.ts';

export interface GatewayLink extends HttpLink {
  /** Whether each stream has a connection of its own: browsers open six at most to a host, and what else is asked waits. */
  readonly isHttp: () => boolean;
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

  return {
    isHttp: () => overHttp,
    ask: http.ask,
    async subscribe(operation, onResult, signal) {
      let blocked = overHttp;
      if (socket && !overHttp) {
        try {
          return await socket.subscribe(operation, onResult, signal);
        } catch (error) {
          blocked = error === notOpened && transport === 'auto';
          if (!blocked && error !== askOverHttp) throw error;
        }
      }
      // Where a WebSocket does not open and HTTP answers, a proxy stands between that lets no WebSocket through.
      let heard = false;
      try {
        await http.subscribe(
          operation,
          (result) => {
            heard = true;
            overHttp ||= blocked;
            onResult(result);
          },
          signal,
        );
      } finally {
        if (!heard) overHttp = socket === null;
      }
    },
  };
}

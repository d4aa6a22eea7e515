/**
 * Sends HTTP requests to servers that are not ours. Everybody who calls out does it through here: undici is imported in this
 * folder alone.
 *
 * A client keeps one set of connections per origin, kept alive. It never retries and never follows a redirect, since a key must
 * not follow one. undici's own timers are off, except the one of connecting: the signal of a request bounds how long it takes.
 * Over TLS it speaks HTTP/1.1, and HTTP/2 with a server that takes nothing else; without TLS HTTP/1.1, or HTTP/2 where it is told to.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import type { Agent, Dispatcher } from 'undici';
import { once } from '../core/once.ts';
import { untilAborted } from '../core/turns/abort.ts';
import { decodeBody } from './decode-body.ts';
import { type Receiver, type Receiving, receive } from './receive.ts';

export interface HttpClientOptions {
  /** Milliseconds for DNS, TCP and TLS together. Default: 5 s. */
  readonly connectMs?: number;
  /** Looks names up in place of node:dns. */
  readonly lookup?: LookupFunction;
  /** Whether a connection serves further requests. Default: true. */
  readonly keepAlive?: boolean;
  /**
   * Connections to one origin at a time. A request beyond them waits for one that becomes free; its signal ends the wait. A stream holds
   * its connection while it runs. Default: 2,048, so that one origin cannot take all ports and file descriptors of the machine.
   */
  readonly maxConnectionsPerOrigin?: number;
  /** Certificates, as PEM, of the authorities that are trusted in place of those that Node trusts. */
  readonly ca?: string;
  /** Use HTTP/2 without TLS. It is not negotiated, so the server must support it. Default: HTTP/1.1. */
  readonly h2c?: boolean;
}

const defaultMaxConnections = 2_048;

export interface OutboundRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
  /** The signal that ends the request and its body; null: nothing ends them. */
  readonly signal: AbortSignal | null;
  /** Milliseconds until the head of the answer is there; without it only the signal bounds the wait. */
  readonly headersTimeoutMs?: number;
  /** Called when the request has a connection and its headers are being written. */
  readonly onSent?: (() => void) | undefined;
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body is decompressed while it is read. It must be read to the end or destroyed: until then it holds its connection. */
  readonly body: Readable;
}

export interface HttpClient {
  send(url: string | URL, request: OutboundRequest): Promise<OutboundResponse>;
  /** The answer as its connection brings it: where nobody pauses it, it must have a bound. Rejects where nothing can be sent at all. */
  receive(url: string, request: Pick<OutboundRequest, 'method' | 'headers' | 'body'>, receiver: Receiver): Promise<Receiving>;
  /** Ends idle connections and waits for the busy ones. */
  close(): Promise<void>;
  /** Ends all connections at once. */
  destroy(): Promise<void>;
}

interface Opened {
  readonly agent: Agent;
  readonly dispatcher: Dispatcher;
  readonly request: typeof import('undici').request;
}

/** undici is loaded at the first request. Idle connections do not keep the process alive. */
export function openHttpClient({
  connectMs = 5_000,
  lookup,
  keepAlive = true,
  maxConnectionsPerOrigin = defaultMaxConnections,
  ca,
  h2c = false,
}: HttpClientOptions = {}): HttpClient {
  let open: Opened | null = null;
  const opened = once(async (): Promise<Opened> => {
    const { Agent, request } = await import('undici');
    const agent = new Agent({
      connect: { timeout: connectMs, ...(lookup === undefined ? {} : { lookup }), ...(ca === undefined ? {} : { ca }) },
      connections: maxConnectionsPerOrigin,
      ...(h2c ? { allowH2: true, useH2c: true } : {}),
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(keepAlive ? {} : { maxRequestsPerClient: 1 }),
    });
    open = { agent, dispatcher: agent.compose(reportStart), request };
    return open;
  });
  return {
    async send(url, { method, headers, body: content = null, signal, headersTimeoutMs, onSent }) {
      const { dispatcher, request } = await opened();
      const options: ReportedRequest = {
        onSent,
        dispatcher,
        method,
        headers: headers ?? null,
        body: content,
        signal,
        ...(headersTimeoutMs === undefined ? {} : { headersTimeout: headersTimeoutMs }),
      };
      // undici ends a request that waits for a connection only when it gets one.
      const sent = request(url, options);
      const response = await (signal === null ? sent : untilAborted(sent, signal));
      const { statusCode: status, headers: responseHeaders } = response;
      const body = decodeBody(response.body, String(responseHeaders['content-encoding'] ?? ''));
      // A body that fails after its reader has left must not end the process.
      body.on('error', () => {});
      return { status, headers: responseHeaders, body };
    },
    async receive(url, { method, headers, body = null }, receiver) {
      const { agent } = open ?? (await opened());
      const { origin, path } = addressOf(url);
      return receive(agent, { origin, path, method, headers: headers ?? null, body }, receiver);
    },
    close: async () => (await opened()).agent.close(),
    destroy: async () => (await opened()).agent.destroy(),
  };
}

/** Origin and path of the URLs that were asked last. A vendor is asked at few URLs. */
const addresses = new LRUCache<string, { readonly origin: string; readonly path: string }>({ max: 256 });

function addressOf(url: string): { readonly origin: string; readonly path: string } {
  const known = addresses.get(url);
  if (known !== undefined) return known;
  const { origin, pathname, search } = new URL(url);
  const address = { origin, path: pathname + search };
  addresses.set(url, address);
  return address;
}

/** The client of all callers that need none of their own. */
export const sharedHttpClient = once(() => openHttpClient());

/** One client for each way of asking that a configuration names. */
const others = new Map<string, HttpClient>();

export interface ClientNeeds {
  /** PEM; null: the authorities that Node trusts. */
  readonly ca: string | null;
  readonly h2c: boolean;
}

/** The shared client that asks in this way; {@link sharedHttpClient} where nothing is special. */
export function clientFor({ ca, h2c }: ClientNeeds): HttpClient {
  if (ca === null && !h2c) return sharedHttpClient();
  const key = `${h2c} ${ca ?? ''}`;
  const client = others.get(key) ?? openHttpClient({ h2c, ...(ca === null ? {} : { ca }) });
  others.set(key, client);
  return client;
}

/** Options of undici's request, which gives them to its interceptors as they are. */
type ReportedRequest = NonNullable<Parameters<typeof import('undici').request>[1]> & Pick<OutboundRequest, 'onSent'>;

/** undici starts a request when a connection is there and takes it. */
const reportStart: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { onSent, signal } = options as Partial<Pick<OutboundRequest, 'onSent' | 'signal'>>;
  if (onSent === undefined) return dispatch(options, handler);
  return dispatch(options, {
    onRequestStart(controller, context) {
      // A request that was given up while it waited still gets a connection. It is ended before it writes.
      if (signal?.aborted !== true) onSent();
      handler.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart: (...given) => handler.onResponseStart?.(...given),
    onResponseData: (...given) => handler.onResponseData?.(...given),
    onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
    onResponseError: (...given) => handler.onResponseError?.(...given),
  });
};

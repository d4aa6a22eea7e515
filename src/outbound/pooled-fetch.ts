/**
 * `fetch` for vendors' SDKs, thin over undici.request: half the CPU per call of the global fetch, which also refuses an
 * Agent of the npm package and "bad ports".
 *
 * One pool per origin, connections kept alive, no retries, no redirects (a key must not follow one). Waiting for answers
 * is bounded by `ai-sdk/timed.ts`, so undici's own timers are off, all but the one of connecting.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Dispatcher } from 'undici';
import { once } from '../core/once.ts';
import { webStream } from './web-stream.ts';

export type Fetch = typeof globalThis.fetch;

export interface PooledFetch {
  readonly fetch: Fetch;
  /** Ends idle connections and waits for the busy ones. */
  close(): Promise<void>;
}

/** `connectMs`: milliseconds for DNS, TCP and TLS together. */
export function openFetch({ connectMs = 5_000 }: { readonly connectMs?: number } = {}): PooledFetch {
  const opened = once(async () => {
    const { Agent, Response, request } = await import('undici');
    const agent = new Agent({ connect: { timeout: connectMs }, headersTimeout: 0, bodyTimeout: 0 });
    return { agent, dispatcher: agent.compose(tellingStart), Response, request };
  });
  const asking = async (
    input: Parameters<Fetch>[0],
    init: RequestInit,
    started: (() => void) | undefined,
  ): Promise<globalThis.Response> => {
    const { dispatcher, Response, request } = await opened();
    const asked: Telling = {
      started,
      dispatcher,
      method: (init.method ?? 'GET') as 'POST',
      headers: init.headers === undefined ? null : Object.fromEntries(new Headers(init.headers)),
      body: bodyOf(init.body),
      signal: init.signal ?? null,
    };
    const { statusCode, headers, body } = await request(input instanceof URL ? input : String(input), asked);
    const fields = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
    );
    const bodiless = statusCode === 204 || statusCode === 205 || statusCode === 304;
    if (bodiless) body.resume();
    const kind = statusCode >= 400 ? 'error' : /^text\/event-stream/i.test(String(headers['content-type'])) ? 'events' : 'whole';
    const response = new Response(bodiless ? null : webStream(body, kind), { status: statusCode, headers: fields });
    return response as unknown as globalThis.Response;
  };
  const fetch: Fetch = (input, init = {}) => {
    const started = whenStarted.getStore();
    // A connection that stays open would keep what it was opened in.
    return whenStarted.run(undefined, () => asking(input, init, started));
  };
  telling.add(fetch);
  return { fetch, close: async () => (await opened()).agent.close() };
}

/** Fetches of ours: they tell when a request starts. */
const telling = new WeakSet<Fetch>();
const whenStarted = new AsyncLocalStorage<(() => void) | undefined>();

/** Whether {@link tellingWhenSent} hears of its requests. */
export const tellsWhenSent = (fetch: Fetch): boolean => telling.has(fetch);

/**
 * Runs the work, and calls `sent` when a request that it makes through a fetch of ours goes out: it has a connection, and its
 * headers are being written. SDKs stand between the two, so that it cannot be an argument.
 */
export const tellingWhenSent = <T>(sent: () => void, work: () => T): T => whenStarted.run(sent, work);

/** Options of undici's request, which pass its interceptors as they are. */
type Telling = NonNullable<Parameters<typeof import('undici').request>[1]> & { readonly started: (() => void) | undefined };

/** undici starts a request when the connection is there and takes it. */
const tellingStart: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { started } = options as { readonly started?: () => void };
  if (started === undefined) return dispatch(options, handler);
  return dispatch(options, {
    onRequestStart(controller, context) {
      started();
      handler.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart: (...given) => handler.onResponseStart?.(...given),
    onResponseData: (...given) => handler.onResponseData?.(...given),
    onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
    onResponseError: (...given) => handler.onResponseError?.(...given),
  });
};

/** The connections of all providers that were given no `fetch` of their own. Idle sockets do not keep the process alive. */
export const sharedFetch: Fetch = (input, init) => shared().fetch(input, init);
telling.add(sharedFetch);

const shared = once(() => openFetch());

function bodyOf(body: unknown): string | Uint8Array | null {
  if (body === null || body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body ?? null;
  throw new TypeError('Only text and bytes are sent upstream.');
}

/**
 * `fetch` for the SDKs of vendors, thin over {@link HttpClient}: half the CPU per call of the global fetch, which also refuses an
 * Agent of the npm package and "bad ports".
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from '../core/once.ts';
import { type HttpClient, sharedHttpClient } from './http-client.ts';
import { webStream } from './web-stream.ts';

export type Fetch = typeof globalThis.fetch;

const notifying = new WeakSet<Fetch>();
/** The client under a fetch that adds nothing to it. */
const clients = new WeakMap<Fetch, () => HttpClient>();
const whenSent = new AsyncLocalStorage<(() => void) | undefined>();
/** The class is loaded at the first request, as the client is. */
const responseClass = once(async () => (await import('undici')).Response);

/** Text and bytes are sent; a body of another kind is a TypeError. */
export function fetchOver(client: () => HttpClient): Fetch {
  const fetch: Fetch = (input, init = {}) => {
    const onSent = whenSent.getStore();
    // A connection that stays open would keep the asynchronous context in which it was opened.
    return whenSent.run(undefined, async () => {
      const Response = await responseClass();
      const { status, headers, body } = await client().send(input instanceof URL ? input : String(input), {
        method: (init.method ?? 'GET') as 'POST',
        ...(init.headers === undefined ? {} : { headers: Object.fromEntries(new Headers(init.headers)) }),
        body: bodyOf(init.body),
        signal: init.signal ?? null,
        onSent,
      });
      const fields = Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
      );
      const bodiless = status === 204 || status === 205 || status === 304;
      if (bodiless) body.resume();
      const kind = status >= 400 ? 'error' : /^text\/event-stream/i.test(String(headers['content-type'])) ? 'events' : 'whole';
      return new Response(bodiless ? null : webStream(body, kind), { status, headers: fields }) as unknown as globalThis.Response;
    });
  };
  notifying.add(fetch);
  clients.set(fetch, client);
  return fetch;
}

/** The client that the fetch sends by; null for one that does something else, too. */
export const clientOf = (fetch: Fetch): HttpClient | null => clients.get(fetch)?.() ?? null;

/** The fetch of all providers that were given none. */
export const sharedFetch: Fetch = fetchOver(sharedHttpClient);

export interface FetchSteps {
  /** What it sends itself is not a request of the caller's: `sent` is not called for it. */
  readonly prepare?: (init: RequestInit, url: string) => Promise<RequestInit>;
  /** Answers in place of the vendor; null: the request is sent. */
  readonly instead?: (url: string, init: RequestInit) => Response | null;
  /** Sees each answer of the vendor before the caller does. */
  readonly answered?: (response: Response) => void;
}

/** A fetch over another one, for requests that need something first, such as a token, or that are not to be sent. */
export function fetchAround(fetch: Fetch, { prepare, instead, answered }: FetchSteps): Fetch {
  const around: Fetch = async (input, given = {}) => {
    const url = input instanceof URL ? input.href : String(input);
    const init = prepare === undefined ? given : await whenSent.run(undefined, () => prepare(given, url));
    const own = instead?.(url, init) ?? null;
    if (own !== null) return own;
    const response = await fetch(input, init);
    answered?.(response);
    return response;
  };
  if (notifying.has(fetch)) notifying.add(around);
  return around;
}

/** Whether {@link notifyWhenSent} is called for the requests of this fetch. */
export const notifiesWhenSent = (fetch: Fetch): boolean => notifying.has(fetch);

/**
 * Runs the work, and calls `sent` when a request that the work makes through a fetch of ours has a connection and its headers are
 * being written. The SDK of the vendor stands between the two, so that `sent` cannot be an argument of the fetch.
 */
export const notifyWhenSent = <T>(sent: () => void, work: () => T): T => whenSent.run(sent, work);

function bodyOf(body: unknown): string | Uint8Array | null {
  if (body === null || body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body ?? null;
  throw new TypeError('Only text and bytes are sent upstream.');
}

/**
 * `fetch` for vendors' SDKs, thin over undici.request: half the CPU per call of the global fetch, which also refuses an
 * Agent of the npm package and "bad ports".
 *
 * One pool per origin, connections kept alive, no retries, no redirects (a key must not follow one). Waiting for answers
 * is bounded by `timed.ts`, so undici's own timers are off, all but the one of connecting.
 */
import type { Readable } from 'node:stream';
import { once } from './once.ts';

export type Fetch = typeof globalThis.fetch;

export interface UpstreamHttp {
  readonly fetch: Fetch;
  /** Ends idle connections and waits for the busy ones. */
  close(): Promise<void>;
}

/** `connectMs`: milliseconds for DNS, TCP and TLS together. */
export function upstreamHttp({ connectMs = 5_000 }: { readonly connectMs?: number } = {}): UpstreamHttp {
  const opened = once(async () => {
    const { Agent, Response, request } = await import('undici');
    return { agent: new Agent({ connect: { timeout: connectMs }, headersTimeout: 0, bodyTimeout: 0 }), Response, request };
  });
  return {
    fetch: async (input, init = {}) => {
      const { agent, Response, request } = await opened();
      const { statusCode, headers, body } = await request(input instanceof URL ? input : String(input), {
        dispatcher: agent,
        method: (init.method ?? 'GET') as 'POST',
        headers: init.headers === undefined ? null : Object.fromEntries(new Headers(init.headers)),
        body: bodyOf(init.body),
        signal: init.signal ?? null,
      });
      const fields = Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
      );
      const bodiless = statusCode === 204 || statusCode === 205 || statusCode === 304;
      if (bodiless) body.resume();
      const response = new Response(bodiless ? null : webStream(body), { status: statusCode, headers: fields });
      return response as unknown as globalThis.Response;
    },
    close: async () => (await opened()).agent.close(),
  };
}

/** The connections of all providers that were given no `fetch` of their own. Idle sockets do not keep the process alive. */
export const sharedFetch: Fetch = (input, init) => shared().fetch(input, init);

const shared = once(() => upstreamHttp());

function bodyOf(body: unknown): string | Uint8Array | null {
  if (body === null || body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body ?? null;
  throw new TypeError('Only text and bytes are sent upstream.');
}

/** Pulled, so that a reader that stops reading stops the vendor; cancelling it closes the connection. */
function webStream(body: Readable): ReadableStream<Uint8Array> {
  const chunks = body.iterator() as AsyncIterator<Uint8Array>;
  body.on('error', () => {});
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

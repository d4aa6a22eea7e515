/** Requests over HTTP: one answer as JSON, or a stream as server-sent events. */
import type { Link, LinkOptions, Operation, Result } from './link.ts';
import { asRequestError, RequestError, refusalOf, unreachable } from './request-error.ts';

export interface HttpLink extends Link {
  /** The result of a query or mutation. Rejects with a RequestError where there is none. */
  ask(operation: Operation, signal: AbortSignal): Promise<Result>;
}

export function httpLink({ url, headers, refused, silenceMs, openMs }: LinkOptions, fetch: typeof globalThis.fetch): HttpLink {
  async function post(operation: Operation, accept: string, sent: Readonly<Record<string, string>>, signal: AbortSignal) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...sent, 'content-type': 'application/json', accept },
      body: JSON.stringify(operation),
      cache: 'no-store',
      signal,
    });
    if (!response.ok) throw await refusedBy(response);
    return response;
  }

  /** A proxy's own page has no `errors`: with a status of 5xx, the gateway was not reached. */
  async function refusedBy(response: Response): Promise<RequestError> {
    const { status } = response;
    const { errors }: Result = await response.json().catch(() => ({}));
    if (errors) return refusalOf(errors);
    const message = `${url} answered with ${status}.`;
    const retryAfterMs = Number(response.headers.get('retry-after')) * 1000;
    if (status >= 500 || status === 429) return unreachable(message, retryAfterMs || null);
    return new RequestError(status === 401 ? 'UNAUTHENTICATED' : 'BAD_REQUEST', message);
  }

  /** All that goes wrong, as a RequestError. */
  function failed(error: unknown, sent: Readonly<Record<string, string>>): RequestError {
    const known = asRequestError(error);
    if (known.code === 'UNAUTHENTICATED') refused(sent);
    return known;
  }

  return {
    async ask(operation, signal) {
      const sent = await headers();
      try {
        const result: Result = await (await post(operation, 'application/json', sent, signal)).json();
        if (!result.data) throw refusalOf(result.errors ?? []);
        return result;
      } catch (error) {
        throw failed(error, sent);
      }
    },

    async subscribe(operation, onResult, signal) {
      const sent = await headers();
      const connection = new AbortController();
      const giveUp = (): void => connection.abort();
      let timer = setTimeout(giveUp, openMs);
      try {
        const response = await post(operation, 'text/event-stream', sent, AbortSignal.any([signal, connection.signal]));
        const reader = (response.body as ReadableStream<Uint8Array>).getReader();
        const decoder = new TextDecoder();
        for (let rest = ''; ; ) {
          const { done, value } = await reader.read();
          if (done) throw unreachable('The stream was cut off.');
          clearTimeout(timer);
          timer = setTimeout(giveUp, silenceMs);
          const frames = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
          rest = frames.pop() ?? '';
          for (const frame of frames) {
            if (/^event: ?complete/m.test(frame)) return;
            const data = /^data: ?(.+)/m.exec(frame)?.[1];
            if (data) onResult(JSON.parse(data));
          }
        }
      } catch (error) {
        if (!signal.aborted) throw failed(error, sent);
      } finally {
        clearTimeout(timer);
        giveUp();
      }
    },
  };
}

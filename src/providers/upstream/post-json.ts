/** Sends one JSON request to a vendor, and reads what the vendor answers when it refuses. */
import { throwIfAborted } from '../../core/turns/abort.ts';
import { type Fetch, notifyWhenSent } from '../../outbound/pooled-fetch.ts';
import { HttpRefusal } from './vendor-failure.ts';

export interface JsonPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A text is JSON already, and is sent as it is: a signature may cover it. */
  readonly body: Readonly<Record<string, unknown>> | string;
  readonly signal: AbortSignal;
  /** See `SendOptions.sent`. */
  readonly sent: (() => void) | undefined;
}

/** Of a refusal so much is read: its reason stands at the beginning. */
export const maxRefusalBytes = 256 * 1024;

/** The body of an answer with a status below 300. Throws an {@link HttpRefusal} for every other status. */
export async function postJson(fetch: Fetch, { url, headers, body, signal, sent }: JsonPost): Promise<ReadableStream<Uint8Array> | null> {
  throwIfAborted(signal);
  // A key must not follow a redirect to another host.
  const send = (): Promise<Response> => fetch(url, { ...postOf({ headers, body }), redirect: 'manual', signal });
  const response = await (sent === undefined ? send() : notifyWhenSent(sent, send));
  if (response.status < 300) return response.body;
  const bytes = response.body === null ? [] : await readUpTo(response.body, maxRefusalBytes);
  const text = new TextDecoder().decode(Buffer.concat(bytes));
  throw new HttpRefusal(response.status, Object.fromEntries(response.headers), text);
}

export const postOf = ({ headers, body }: Pick<JsonPost, 'headers' | 'body'>) => ({
  method: 'POST' as const,
  headers: { 'content-type': 'application/json', 'user-agent': 'fieldgate', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** What came, where the connection breaks: a status says more than a body that is missing. */
async function readUpTo(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<readonly Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    // Leaving the loop cancels the body.
    for await (const piece of body) {
      pieces.push(piece);
      length += piece.length;
      if (length >= maxBytes) break;
    }
  } catch {
    return pieces;
  }
  return pieces;
}

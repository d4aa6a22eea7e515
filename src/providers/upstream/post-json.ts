/** Sends one JSON request to a vendor, and reads what the vendor answers when it refuses. */
import { throwIfAborted } from '../../core/turns/abort.ts';
import { type BodyPieces, piecesOf } from '../../outbound/body-pieces.ts';
import type { HttpClient } from '../../outbound/http-client.ts';
import { clientOf, type Fetch, notifyWhenSent } from '../../outbound/pooled-fetch.ts';
import { receivePieces } from '../../outbound/receive-pieces.ts';
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
export async function postJson(fetch: Fetch, post: JsonPost): Promise<BodyPieces | null> {
  throwIfAborted(post.signal);
  const client = clientOf(fetch);
  const { status, headers, body } = await (client === null ? fetched(fetch, post) : received(client, post));
  if (status < 300) return body;
  throw refusalOf(status, headers, body === null ? [] : await readUpTo(body, maxRefusalBytes));
}

interface Answered {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: BodyPieces | null;
}

type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

const received = (client: HttpClient, post: JsonPost): Promise<Answered> =>
  receivePieces(client, post.url, { ...postOf(post), signal: post.signal, onSent: post.sent });

async function fetched(fetch: Fetch, post: JsonPost): Promise<Answered> {
  const { url, signal, sent } = post;
  // A key must not follow a redirect to another host.
  const send = (): Promise<Response> => fetch(url, { ...postOf(post), redirect: 'manual', signal });
  const { status, headers, body } = await (sent === undefined ? send() : notifyWhenSent(sent, send));
  return { status, headers: Object.fromEntries(headers), body: body === null ? null : piecesOf(body) };
}

export function refusalOf(status: number, headers: AnswerHeaders, body: readonly Uint8Array[]): HttpRefusal {
  const texts = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')] as const);
  return new HttpRefusal(status, Object.fromEntries(texts), new TextDecoder().decode(Buffer.concat(body)));
}

export const postOf = ({ headers, body }: Pick<JsonPost, 'headers' | 'body'>) => ({
  method: 'POST' as const,
  headers: { 'content-type': 'application/json', 'user-agent': 'fieldgate', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** What came, where the connection breaks: a status says more than a body that is missing. */
async function readUpTo(body: BodyPieces, maxBytes: number): Promise<readonly Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (let piece = await body.read(); piece !== null; piece = await body.read()) {
      pieces.push(piece);
      length += piece.length;
      if (length < maxBytes) continue;
      body.cancel();
      break;
    }
  } catch {
    return pieces;
  }
  return pieces;
}

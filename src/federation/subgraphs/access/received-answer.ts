/**
 * Posts a request to a subgraph and reads the whole answer as its connection brings it: within a time, up to a number of bytes, and only as long as its
 * signal does not fire. No stream and no signal stands in between, which would be half the work of a small answer.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { gatherBytes } from '../../../core/byte-buffer.ts';
import { abortError } from '../../../core/turns/abort.ts';
import type { HttpClient } from '../../../outbound/http-client.ts';
import { BodyTooLarge } from '../../../outbound/read-body.ts';
import type { Receiving } from '../../../outbound/receive.ts';

export interface PostToAnswer {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Null: nothing but the time ends it. */
  readonly signal: AbortSignal | null;
  /** From sending to the end of the answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Called with the head of the answer; what it throws ends the answer. */
  readonly began: (status: number, headers: IncomingHttpHeaders) => void;
  /** Called with each decompressed piece; what it throws ends the answer. */
  readonly check: (piece: Uint8Array) => void;
}

export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The answer took longer than it was given. */
export class AnswerTooLate extends Error {}

/** Rejects with {@link AnswerTooLate}, {@link BodyTooLarge}, `abortError` of the signal, what `began` and `check` throw, or what the connection throws. */
export function postForAnswer(client: HttpClient, post: PostToAnswer): Promise<WholeAnswer> {
  const { url, headers, body, signal, timeoutMs, maxBytes, began, check } = post;
  if (signal?.aborted === true) return Promise.reject(abortError(signal));
  const { promise, resolve, reject } = Promise.withResolvers<WholeAnswer>();
  const bytes = gatherBytes();
  let head: { readonly status: number; readonly headers: IncomingHttpHeaders } | null = null;
  let receiving: Receiving | null = null;
  let isOver = false;

  const end = (): boolean => {
    if (isOver) return false;
    isOver = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    return true;
  };
  const fail = (error: unknown): void => {
    if (!end()) return;
    receiving?.cancel();
    reject(error);
  };
  const attempt = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      fail(error);
    }
  };
  const onAbort = (): void => fail(signal === null ? null : abortError(signal));
  const timer = setTimeout(() => fail(new AnswerTooLate(`There was no whole answer within ${timeoutMs} ms.`)), timeoutMs).unref();
  signal?.addEventListener('abort', onAbort, { once: true });

  client
    .receive(
      url,
      { method: 'POST', headers, body },
      {
        began(status, answered) {
          head = { status, headers: answered };
          attempt(() => began(status, answered));
        },
        received(piece) {
          if (isOver) return;
          attempt(() => {
            if (bytes.length + piece.length > maxBytes) throw new BodyTooLarge(maxBytes);
            check(piece);
            bytes.add(piece);
          });
        },
        ended() {
          if (head === null) fail(new Error('The answer has no head.'));
          else if (end()) resolve({ ...head, body: bytes.bytes().toString('utf8') });
        },
        failed: fail,
      },
    )
    .then((opened) => {
      receiving = opened;
      if (isOver) opened.cancel();
    }, fail);
  return promise;
}

/**
 * Receives an answer piece by piece, as far as its reader asks, with no stream in between: of a thousand silent answers each would hold a
 * Node stream, a web stream and a `Response`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { abortError, throwIfAborted } from '../core/turns/abort.ts';
import { type BodyPieces, PieceQueue } from './body-pieces.ts';
import type { HttpClient, OutboundRequest } from './http-client.ts';
import type { Receiver, Receiving } from './receive.ts';

export interface PiecesRequest extends Pick<OutboundRequest, 'method' | 'headers' | 'body' | 'onSent'> {
  readonly signal: AbortSignal;
}

export interface PiecesAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. It must be read to its end or cancelled. */
  readonly body: BodyPieces;
}

/** Resolves with the head of the answer. Rejects with what the signal says, which ends the body too, or with what the connection throws. */
export async function receivePieces(client: HttpClient, url: string, request: PiecesRequest): Promise<PiecesAnswer> {
  const { signal, onSent } = request;
  throwIfAborted(signal);
  const answer = new ReceivedPieces(signal, onSent);
  try {
    answer.opened(await client.receive(url, request, answer));
  } catch (error) {
    answer.failed(error);
  }
  return answer.head;
}

class ReceivedPieces implements Receiver {
  readonly #signal: AbortSignal;
  readonly #onSent: (() => void) | undefined;
  readonly #head = Promise.withResolvers<PiecesAnswer>();
  readonly #body: PieceQueue;
  #receiving: Receiving | null = null;
  #isCancelled = false;

  constructor(signal: AbortSignal, onSent: (() => void) | undefined) {
    this.#signal = signal;
    this.#onSent = onSent;
    this.#body = new PieceQueue({
      pause: () => this.#receiving?.pause(),
      resume: () => this.#receiving?.resume(),
      cancel: () => this.#cancel(),
    });
    // It may fail before anybody waits for it.
    this.#head.promise.catch(() => {});
    signal.addEventListener('abort', this, { once: true });
  }

  get head(): Promise<PiecesAnswer> {
    return this.#head.promise;
  }

  opened(receiving: Receiving): void {
    this.#receiving = receiving;
    if (this.#isCancelled) receiving.cancel();
  }

  /** The signal has fired. */
  handleEvent(): void {
    this.#cancel();
    this.failed(abortError(this.#signal));
  }

  sent(): void {
    this.#onSent?.();
  }

  began(status: number, headers: IncomingHttpHeaders): void {
    this.#head.resolve({ status, headers, body: this.#body });
  }

  received(bytes: Uint8Array): void {
    this.#body.put(bytes);
  }

  ended(): void {
    this.#letGo();
    this.#body.end('end');
  }

  failed(error: unknown): void {
    this.#letGo();
    this.#head.reject(error);
    this.#body.end({ error });
  }

  #cancel(): void {
    this.#letGo();
    this.#isCancelled = true;
    this.#receiving?.cancel();
  }

  #letGo(): void {
    this.#signal.removeEventListener('abort', this);
  }
}

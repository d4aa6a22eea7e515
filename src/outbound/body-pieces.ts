/**
 * The body of an answer, piece by piece as its reader asks. A connection is not read on while too much waits for the reader.
 *
 * A Node stream or a web stream around a body costs more than the piece itself, so readers of ours that are given one take what is below
 * it: see {@link piecesOf}.
 */
import type { Readable } from 'node:stream';

export interface BodyPieces {
  /** The next piece; null at the end. Rejects with what ended the body too early. One call at a time. */
  read(): Promise<Uint8Array | null>;
  /** Nothing more is wanted: closes the connection. */
  cancel(): void;
}

/** What brings the pieces. One piece more may come after `pause`. */
export interface PieceSource {
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** How a body ended. */
export type BodyEnding = { readonly error: unknown } | 'end';

/** Bytes that wait for a reader. With more of them the connection is not read on. */
const maxWaitingBytes = 64 * 1024;

interface Reader {
  resolve(piece: Uint8Array | null): void;
  reject(error: unknown): void;
}

/** Between what brings pieces and the reader who asks for them. A class, since a thousand silent answers have one each. */
export class PieceQueue implements BodyPieces {
  readonly #source: PieceSource;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isPaused = false;
  #reader: Reader | null = null;
  /** Null while the body goes on. */
  #ending: BodyEnding | null = null;

  constructor(source: PieceSource) {
    this.#source = source;
  }

  put(piece: Uint8Array): void {
    if (this.#ending !== null) return;
    if (this.#reader !== null) {
      this.#takeReader()?.resolve(piece);
      return;
    }
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#isPaused || this.#waitingBytes <= maxWaitingBytes) return;
    this.#isPaused = true;
    this.#source.pause();
  }

  /** What was put before is read first. */
  end(how: BodyEnding): void {
    if (this.#ending !== null) return;
    this.#ending = how;
    if (how === 'end') this.#takeReader()?.resolve(null);
    else this.#takeReader()?.reject(how.error);
  }

  read(): Promise<Uint8Array | null> {
    const piece = this.#waiting.shift();
    if (piece !== undefined) {
      this.#waitingBytes -= piece.length;
      if (this.#isPaused && this.#waitingBytes <= maxWaitingBytes) {
        this.#isPaused = false;
        this.#source.resume();
      }
      return Promise.resolve(piece);
    }
    if (this.#ending === 'end') return Promise.resolve(null);
    if (this.#ending !== null) return Promise.reject(this.#ending.error);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  cancel(): void {
    this.#source.cancel();
    this.end({ error: closedEarly() });
  }

  #takeReader(): Reader | null {
    const reader = this.#reader;
    this.#reader = null;
    return reader;
  }
}

/** Begins with the first call of `read`. */
export function bodyPieces(body: Readable): BodyPieces {
  const queue = new PieceQueue({
    pause() {
      if (!body.destroyed) body.pause();
    },
    resume: () => void body.resume(),
    cancel: () => void body.destroy(),
  });
  let begun = false;

  function end(how: BodyEnding): void {
    // What came before a connection broke is still in the body while it is paused.
    for (let piece: Uint8Array | null = body.read(); piece !== null; piece = body.read()) queue.put(piece);
    queue.end(how);
  }

  function begin(): void {
    begun = true;
    if (body.errored !== null || body.destroyed) {
      end({ error: body.errored ?? closedEarly() });
      return;
    }
    if (body.readableEnded) {
      end('end');
      return;
    }
    body.on('end', () => end('end'));
    body.on('error', (error) => end({ error }));
    body.on('close', () => end({ error: closedEarly() }));
    body.on('data', (piece: Uint8Array) => queue.put(piece));
  }

  return {
    read() {
      if (!begun) begin();
      return queue.read();
    },
    cancel: () => queue.cancel(),
  };
}

const closedEarly = (): Error => new Error('The body was closed before its end.');

const below = new WeakMap<ReadableStream<Uint8Array>, BodyPieces>();

/** Remembers what the web stream reads. */
export function notePieces(stream: ReadableStream<Uint8Array>, pieces: BodyPieces): void {
  below.set(stream, pieces);
}

/** The pieces of a body. It must not be read in another way. */
export function piecesOf(stream: ReadableStream<Uint8Array>): BodyPieces {
  const known = below.get(stream);
  if (known !== undefined) return known;
  const reader = stream.getReader();
  return {
    read: async () => (await reader.read()).value ?? null,
    cancel: () => void reader.cancel().catch(() => {}),
  };
}

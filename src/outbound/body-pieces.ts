/**
 * The body of an answer, piece by piece as the connection brings it. A web stream around it costs more than the piece itself, so readers
 * of ours that are given one take what is below it: see {@link piecesOf}.
 */
import type { Readable } from 'node:stream';

export interface BodyPieces {
  /** The next piece; null at the end. Rejects with what ended the body too early. One call at a time. */
  read(): Promise<Uint8Array | null>;
  /** Nothing more is wanted: closes the connection. */
  cancel(): void;
}

/** Bytes that wait for a reader. With more of them the connection is not read on. */
const maxWaitingBytes = 64 * 1024;

interface Reader {
  resolve(piece: Uint8Array | null): void;
  reject(error: unknown): void;
}

/** Begins with the first call of `read`. */
export function bodyPieces(body: Readable): BodyPieces {
  const waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let reader: Reader | null = null;
  let begun = false;
  /** How the body ended; null while it goes on. */
  let ending: { readonly error: unknown } | 'end' | null = null;

  function onPiece(piece: Uint8Array): void {
    if (reader !== null) {
      const { resolve } = reader;
      reader = null;
      resolve(piece);
      return;
    }
    waiting.push(piece);
    waitingBytes += piece.length;
    if (waitingBytes > maxWaitingBytes && !body.destroyed) body.pause();
  }

  function end(how: NonNullable<typeof ending>): void {
    // What came before a connection broke is still in the body while it is paused.
    if (ending === null) for (let piece: Uint8Array | null = body.read(); piece !== null; piece = body.read()) onPiece(piece);
    ending ??= how;
    const told = reader;
    reader = null;
    if (ending === 'end') told?.resolve(null);
    else told?.reject(ending.error);
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
    body.on('data', onPiece);
  }

  return {
    read() {
      if (!begun) begin();
      const piece = waiting.shift();
      if (piece !== undefined) {
        waitingBytes -= piece.length;
        if (waitingBytes <= maxWaitingBytes && body.isPaused()) body.resume();
        return Promise.resolve(piece);
      }
      if (ending === 'end') return Promise.resolve(null);
      if (ending !== null) return Promise.reject(ending.error);
      return new Promise((resolve, reject) => {
        reader = { resolve, reject };
      });
    },
    cancel: () => void body.destroy(),
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

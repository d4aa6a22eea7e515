/**
 * The body of a vendor's answer, for its SDK: pulled, so that a reader that stops reading stops the vendor; cancelling it closes
 * the connection.
 *
 * SDKs keep what they read until they can parse it: an answer that is read whole, and an event until its line ends, have a bound
 * here. An answer that is all there is read in turns of the event loop, else the 2 MB that Node takes from a socket at once
 * would be worked on at once.
 */
import type { Readable } from 'node:stream';
import { turnsOf } from '../core/turns/turns.ts';
import { type BodyPieces, bodyPieces, notePieces } from './body-pieces.ts';

/** Maximum length of an answer that is read whole. 512 vectors of 3,072 numbers take 35 MB. */
const maxWholeBytes = 64 * 1024 * 1024;
/** Maximum length of a line of an event stream. */
const maxLineBytes = 8 * 1024 * 1024;
/** Maximum length that is read of a refusal, whose reason stands at its beginning. */
const maxErrorBytes = 256 * 1024;
/** Small events of this length take some 5 ms. */
const bytesPerTurn = 32 * 1024;
const lineFeed = 0x0a;

export function webStream(body: Readable, kind: 'error' | 'events' | 'whole'): ReadableStream<Uint8Array> {
  const pieces = boundedPieces(body, kind);
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await pieces.read();
        if (piece === null) controller.close();
        else controller.enqueue(piece);
      },
      cancel: () => pieces.cancel(),
    },
    { highWaterMark: 0 },
  );
  notePieces(stream, pieces);
  return stream;
}

function boundedPieces(body: Readable, kind: 'error' | 'events' | 'whole'): BodyPieces {
  const pieces = bodyPieces(body);
  const turns = turnsOf({ unitsPerTurn: bytesPerTurn });
  const maxKept = { error: maxErrorBytes, events: maxLineBytes, whole: maxWholeBytes }[kind];
  body.on('error', () => {});
  /** Bytes that the reader must still hold. */
  let kept = 0;
  return {
    async read() {
      const piece = await pieces.read();
      if (piece === null) return null;
      const lineEnd = kind === 'events' ? piece.lastIndexOf(lineFeed) : -1;
      kept = lineEnd === -1 ? kept + piece.length : piece.length - 1 - lineEnd;
      if (kept > maxKept) {
        body.destroy();
        if (kind === 'error') return null;
        throw new Error(`The answer was cut off: more than ${maxKept} bytes of it belong together.`);
      }
      const wait = turns.spend(piece.length);
      if (wait !== null) await wait;
      return piece;
    },
    cancel: () => pieces.cancel(),
  };
}

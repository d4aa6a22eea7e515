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

/** The longest that is kept: 512 vectors of 3,072 numbers take 35 MB. */
const maxWholeBytes = 64 * 1024 * 1024;
/** The longest line of an event stream. */
const maxLineBytes = 8 * 1024 * 1024;
/** Of a refusal so much is read: its reason stands at the beginning. */
const maxErrorBytes = 256 * 1024;
/** Some 5 ms of small events. */
const bytesPerTurn = 32 * 1024;
const lineFeed = 0x0a;

export function webStream(body: Readable, kind: 'error' | 'events' | 'whole'): ReadableStream<Uint8Array> {
  const chunks = body.iterator() as AsyncIterator<Uint8Array>;
  const turns = turnsOf({ unitsPerTurn: bytesPerTurn });
  body.on('error', () => {});
  /** Bytes that the SDK cannot have let go of. */
  let kept = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await chunks.next();
        if (next.done === true) {
          controller.close();
          return;
        }
        const chunk = next.value;
        const lineEnd = kind === 'events' ? chunk.lastIndexOf(lineFeed) : -1;
        kept = lineEnd === -1 ? kept + chunk.length : chunk.length - 1 - lineEnd;
        const most = { error: maxErrorBytes, events: maxLineBytes, whole: maxWholeBytes }[kind];
        if (kept > most) {
          body.destroy();
          if (kind !== 'error') throw new Error(`The answer was cut off: more than ${most} bytes of it belong together.`);
          controller.close();
          return;
        }
        const wait = turns.spend(chunk.length);
        if (wait !== null) await wait;
        controller.enqueue(chunk);
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

import type { Readable } from 'node:stream';
import { gatherBytes } from '../core/byte-buffer.ts';

/** The body has more bytes than its reader accepts. */
export class BodyTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`The body has more than ${maxBytes} bytes.`);
  }
}

/**
 * The whole body. Throws {@link BodyTooLarge} at the first piece that goes beyond `maxBytes`, and ends the connection: the
 * length that a server announces is not believed, and a server need not announce one.
 *
 * `check` is called with each piece; what it throws ends the body too.
 */
export async function readBody(body: Readable, maxBytes: number, check?: (piece: Uint8Array) => void): Promise<Buffer> {
  const bytes = gatherBytes();
  // Leaving the loop by a throw destroys the body.
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    if (bytes.length + piece.length > maxBytes) throw new BodyTooLarge(maxBytes);
    check?.(piece);
    bytes.add(piece);
  }
  return bytes.bytes();
}

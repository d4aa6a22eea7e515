import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, constants as zlib } from 'node:zlib';

/** What has come is given out at once, not when a block of the compression is full: streams of events wait for each piece. */
const flush = zlib.Z_SYNC_FLUSH;

const decoders = new Map<string, () => Transform>([
  ['gzip', () => createGunzip({ flush })],
  ['x-gzip', () => createGunzip({ flush })],
  ['deflate', () => createInflate({ flush })],
  ['br', () => createBrotliDecompress({ flush: zlib.BROTLI_OPERATION_FLUSH })],
]);

/**
 * Decompresses the body of an answer. We do not ask for compression, but a server may send it nevertheless (RFC 9110 §12.5.3). A
 * body in an encoding that is not known here is given as it came.
 *
 * The body is decompressed as far as it is read, so a bound on the bytes read is a bound on the bytes decompressed.
 */
export function decodeBody(body: Readable, encoding: string | undefined): Readable {
  const open = decoders.get(encoding?.trim().toLowerCase() ?? '');
  if (open === undefined) return body;
  // An error of either side, and a reader that leaves, ends both.
  return pipeline(body, open(), () => {});
}

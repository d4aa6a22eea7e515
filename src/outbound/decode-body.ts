import { Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress, constants as zlib } from 'node:zlib';

/** What has come is given out at once, not when a block of the compression is full: streams of events wait for each piece. */
const flush = zlib.Z_SYNC_FLUSH;

/** 8 MiB, the largest window that `zstd` may ask of its reader in HTTP (RFC 9659 §3). The library's own maximum is 128 MiB. */
const maxZstdWindowLog = 23;

interface Decoder extends Transform {
  flush(callback: () => void): void;
}

const decoders = new Map<string, () => Decoder>([
  ['gzip', () => createGunzip({ flush })],
  ['x-gzip', () => createGunzip({ flush })],
  ['deflate', () => createInflate({ flush })],
  ['br', () => createBrotliDecompress({ flush: zlib.BROTLI_OPERATION_FLUSH })],
  ['zstd', () => createZstdDecompress({ params: { [zlib.ZSTD_d_windowLogMax]: maxZstdWindowLog } })],
]);

/**
 * Decompresses the body of an answer. We do not ask for compression, but a server may send it nevertheless (RFC 9110 §12.5.3). A
 * body in an encoding that is not known here is given as it came.
 *
 * The body is decompressed as far as it is read, so a bound on the bytes read is a bound on the bytes decompressed. What came before
 * the connection broke is given out before the error is.
 */
export function decodeBody(body: Readable, encoding: string | undefined): Readable {
  const open = decoders.get(encoding?.trim().toLowerCase() ?? '');
  return open === undefined ? body : decodedBy(open(), body);
}

function decodedBy(decoder: Decoder, body: Readable): Readable {
  let failure: Error | null = null;
  let ended = false;
  let wanted = false;

  const decoded = new Readable({
    highWaterMark: 0,
    read() {
      wanted = true;
      giveOut();
    },
    // An error of either side, and a reader that leaves, ends both.
    destroy(error, done) {
      body.destroy();
      decoder.destroy();
      done(error);
    },
  });
  function giveOut(): void {
    if (!wanted) return;
    const piece: Uint8Array | null = decoder.read();
    if (piece === null && failure !== null) decoded.destroy(failure);
    else if (piece !== null || ended) {
      wanted = false;
      decoded.push(piece);
    }
  }
  const fail = (error: Error): void => {
    failure = error;
    giveOut();
  };

  body.on('error', (error) => decoder.flush(() => fail(error)));
  decoder.on('error', fail);
  decoder.on('readable', giveOut);
  decoder.on('end', () => {
    ended = true;
    giveOut();
  });
  body.pipe(decoder);
  return decoded;
}

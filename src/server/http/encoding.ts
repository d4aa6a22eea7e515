/**
 * Compresses large answers when the client asks for it (RFC 9110 §12.5.3), off the event loop.
 *
 * Streams are not compressed, because their events would wait in the compressor. A secret beside an attacker's text could be
 * guessed from the length of a compressed answer (BREACH). Here that would need the caller's own key, because a foreign page
 * has no credentials to send, and no answer contains a secret.
 */
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';

export type Encoding = 'br' | 'gzip';

/** Smaller answers fit into a few packets: compressing them costs more than it saves. */
export const compressedFromBytes = 4 * 1024;
/** At higher levels, compressing takes longer than sending. Level 4 of Brotli is as fast as gzip, and its result is smaller. */
const brotliQuality = 4;

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

export const compressed = (text: string, encoding: Encoding): Promise<Buffer> =>
  encoding === 'br'
    ? brotli(text, { params: { [zlib.BROTLI_PARAM_QUALITY]: brotliQuality, [zlib.BROTLI_PARAM_MODE]: zlib.BROTLI_MODE_TEXT } })
    : gzipped(text);

/** The encoding that the client likes best, Brotli where it has no preference; null: the answer is not compressed. */
export function readAcceptedEncoding(header: string | undefined): Encoding | null {
  if (header === undefined) return null;
  const qualities = new Map(header.split(',').map(qualityOf));
  const quality = (name: string): number => qualities.get(name) ?? qualities.get('*') ?? 0;
  const identity = qualities.get('identity') ?? 0;
  const gzipQuality = Math.max(quality('gzip'), qualities.get('x-gzip') ?? 0);
  const [best, encoding]: readonly [number, Encoding] = quality('br') >= gzipQuality ? [quality('br'), 'br'] : [gzipQuality, 'gzip'];
  return best > 0 && best >= identity ? encoding : null;
}

function qualityOf(part: string): readonly [string, number] {
  const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const value = quality === undefined ? 1 : Number(quality);
  return [name, Number.isFinite(value) ? value : 0];
}

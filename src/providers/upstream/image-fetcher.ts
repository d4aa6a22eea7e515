/**
 * Fetches the images that callers name by URL, so that they are sent to the vendor as bytes: a vendor would fetch them from who
 * knows where, and keep what it likes of the URL.
 */
import { GatewayError } from '../../core/errors.ts';
import { DownloadRefused, type DownloadRules, defaultMaxBytes, download } from '../../outbound/download.ts';

/** `maxBytes` is for one image. */
export interface ImageRules extends DownloadRules {
  /** Images by URL of one request. Default: 20. */
  readonly maxImages?: number;
  /** Bytes of all of them together. Default: 50 MiB. */
  readonly maxTotalBytes?: number;
}

export interface FetchedImage {
  readonly base64: string;
  readonly mediaType: string;
}

/**
 * Fetches the images of one request, which share the bounds on their number and size: a request of 2 MB can name forty
 * thousand. The first that is refused ends the others. Throws BAD_REQUEST with what was refused and what would have been
 * accepted, or what the signal says.
 */
export function imageFetcher(rules: ImageRules, signal: AbortSignal): (url: string) => Promise<FetchedImage> {
  const { maxImages = 20, maxTotalBytes = 50 * 1024 * 1024 } = rules;
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let images = 0;
  let bytesLeft = maxTotalBytes;
  const count = (bytes: number): void => {
    bytesLeft -= bytes;
    if (bytesLeft < 0) throw new DownloadRefused('with the other images of the request it is too large');
  };
  return async (url) => {
    images += 1;
    try {
      if (images > maxImages) throw new DownloadRefused(`one request may name ${maxImages} by URL, and this one names more`);
      if (url.startsWith('data:')) return inlineImage(url, rules);
      return imageOf(await download(url, rules, { accept: 'image/*', signal: either, count }));
    } catch (error) {
      const failure = error instanceof DownloadRefused ? refused(error) : error;
      failed.abort(failure);
      throw failure;
    }
  };
}

function inlineImage(url: string, { maxBytes = defaultMaxBytes }: ImageRules): FetchedImage {
  const base64 = /^data:image\/[\w.+-]+;base64,([A-Za-z0-9+/=\s]+)$/.exec(url)?.[1];
  if (base64 === undefined) throw new DownloadRefused('it is a data: URL without a base64 image');
  if (base64.length * 0.75 > maxBytes + 3) throw new DownloadRefused(`it is larger than ${maxBytes} bytes`);
  return imageOf(Buffer.from(base64, 'base64'));
}

/** By its first bytes: what a server says of its content is not what it is. */
function imageOf(bytes: Buffer): FetchedImage {
  const head = bytes.subarray(0, 12).toString('latin1');
  const mediaType =
    (head.startsWith('\x89PNG\r\n\x1a\n') && 'image/png') ||
    (head.startsWith('\xff\xd8\xff') && 'image/jpeg') ||
    (/^GIF8[79]a/.test(head) && 'image/gif') ||
    (/^RIFF[\s\S]{4}WEBP/.test(head) && 'image/webp');
  if (mediaType === false) throw new DownloadRefused('it is not a PNG, JPEG, GIF or WebP image');
  return { base64: bytes.toString('base64'), mediaType };
}

function refused({ message: why, retryable, cause }: DownloadRefused): GatewayError {
  const accepted = 'Accepted are PNG, JPEG, GIF and WebP images at public addresses, within the size limit, or sent as base64.';
  return new GatewayError('BAD_REQUEST', `An image URL was refused: ${why}. ${accepted}`, { retryable }, { cause });
}

/**
 * Images that callers name by URL are fetched here and sent as bytes: a vendor would fetch them from who knows where,
 * and from our network the URL could reach what only we may reach.
 *
 * Addresses are checked where the connection is made, so a name that answers differently the second time gains nothing;
 * every redirect goes through the same door.
 */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { GatewayError } from '../core/errors.ts';
import { throwIfAborted } from '../core/turns/abort.ts';
import { type HttpClient, openHttpClient } from '../outbound/http-client.ts';
import { BodyTooLarge, readBody } from '../outbound/read-body.ts';

export interface ImageRules {
  /** Accept http beside https. Default: false. */
  readonly http?: boolean;
  /** Hosts that may have private addresses, such as an image store of the company. */
  readonly privateHosts?: readonly string[];
  /** Default: 10 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds for the whole download, redirects included. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Default: 3. */
  readonly maxRedirects?: number;
  /** Images by URL of one request. Default: 20. */
  readonly maxImages?: number;
  /** Bytes of all of them together. Default: 50 MiB. */
  readonly maxTotalBytes?: number;
}

export interface FetchedImage {
  readonly base64: string;
  readonly mediaType: string;
}

/** Special-purpose addresses (IANA registries). Two lists: node:net counts every IPv4 address as a part of ::/3. */
const reserved4 = blockList('ipv4', [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24'],
  ...['192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
]);
/** Of IPv6 only 2000::/3 is public at all; the tunnels in it (Teredo, 6to4) could lead to a private IPv4 address. */
const reserved6 = blockList('ipv6', ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

function blockList(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

/** Whether the public internet routes to the address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !reserved4.check(address, 'ipv4');
  return family === 6 && !reserved6.check(address, 'ipv6');
}

/** What the images of one request may still take, in bytes. */
interface Share {
  bytes: number;
}

/**
 * Fetches the images of one request, which share the bounds on their number and size: a request of 2 MB can name forty
 * thousand. The first that is refused ends the others. Throws as {@link fetchedImage} does.
 */
export function imageFetcher(rules: ImageRules, signal: AbortSignal): (url: string) => Promise<FetchedImage> {
  const { maxImages = 20 } = rules;
  const share = shareOf(rules);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let count = 0;
  return async (url) => {
    count += 1;
    try {
      if (count > maxImages) throw refused(`one request may name ${maxImages} by URL, and this one names more`);
      return await fetchedImage(url, rules, either, share);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
}

const shareOf = ({ maxTotalBytes = 50 * 1024 * 1024 }: ImageRules): Share => ({ bytes: maxTotalBytes });

/** Throws BAD_REQUEST with what was refused and what would have been accepted, or what the signal says. */
export async function fetchedImage(
  url: string,
  rules: ImageRules,
  signal: AbortSignal,
  share: Share = shareOf(rules),
): Promise<FetchedImage> {
  if (url.startsWith('data:')) return inlineImage(url, rules);
  const { timeoutMs = 10_000, maxRedirects = 3 } = rules;
  const deadline = AbortSignal.timeout(timeoutMs);
  const client = openHttpClient({ connectMs: timeoutMs, lookup: checkedLookup(rules), keepAlive: false });
  try {
    return await followed(url, rules, maxRedirects, client, AbortSignal.any([signal, deadline]), share);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof GatewayError) throw error;
    if (deadline.aborted) throw refused(`it did not arrive within ${timeoutMs} ms`, { retryable: true });
    const blocked = error instanceof Error && 'code' in error && error.code === privateAddress;
    throw blocked
      ? refused('its host has a private address', { cause: error })
      : refused('it could not be fetched', { retryable: true, cause: error });
  } finally {
    client.destroy().catch(() => {});
  }
}

async function followed(
  url: string,
  rules: ImageRules,
  redirectsLeft: number,
  client: HttpClient,
  signal: AbortSignal,
  share: Share,
): Promise<FetchedImage> {
  const { status, headers, body } = await client.send(checkedUrl(url, rules), { method: 'GET', signal, headers: { accept: 'image/*' } });
  const location = headers['location'];
  if (status >= 300 && status < 400 && typeof location === 'string') {
    body.destroy();
    if (redirectsLeft === 0) throw refused('it redirects too often');
    const target = URL.parse(location, url);
    return followed(target === null ? location : target.href, rules, redirectsLeft - 1, client, signal, share);
  }
  if (status !== 200) throw refused(`its server answered with status ${status}`);
  return imageOf(await bytesOf(body, rules, share));
}

function checkedUrl(url: string, { http = false, privateHosts = [] }: ImageRules): URL {
  const parsed = URL.parse(url);
  const schemes = http ? ['https:', 'http:'] : ['https:'];
  if (parsed === null || !schemes.includes(parsed.protocol)) throw refused(`it is not an ${http ? 'http or https' : 'https'} URL`);
  if (parsed.username !== '' || parsed.password !== '') throw refused('it carries a user or password');
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host) && !privateHosts.includes(host)) throw refused('its host has a private address');
  return parsed;
}

const privateAddress = 'ERR_PRIVATE_ADDRESS';

/** node:dns, refusing a name as soon as one of its addresses is private. */
function checkedLookup({ privateHosts = [] }: ImageRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const inside = !privateHosts.includes(hostname) && addresses.some(({ address }) => !isPublicAddress(address));
      if (inside) return callback(Object.assign(new Error('The host has a private address.'), { code: privateAddress }), '');
      const [first] = addresses;
      if (options.all === true) return callback(null, addresses);
      return callback(null, first?.address ?? '', first?.family);
    });
  };
}

async function bytesOf(body: Readable, { maxBytes = 10 * 1024 * 1024 }: ImageRules, share: Share): Promise<Buffer> {
  try {
    return await readBody(body, maxBytes, (bytes) => {
      share.bytes -= bytes;
      if (share.bytes < 0) throw refused('with the other images of the request it is too large');
    });
  } catch (error) {
    throw error instanceof BodyTooLarge ? tooLarge(maxBytes) : error;
  }
}

function inlineImage(url: string, rules: ImageRules): FetchedImage {
  const { maxBytes = 10 * 1024 * 1024 } = rules;
  const base64 = /^data:image\/[\w.+-]+;base64,([A-Za-z0-9+/=\s]+)$/.exec(url)?.[1];
  if (base64 === undefined) throw refused('it is a data: URL without a base64 image');
  if (base64.length * 0.75 > maxBytes + 3) throw tooLarge(maxBytes);
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
  if (mediaType === false) throw refused('it is not a PNG, JPEG, GIF or WebP image');
  return { base64: bytes.toString('base64'), mediaType };
}

const tooLarge = (maxBytes: number): GatewayError => refused(`it is larger than ${maxBytes} bytes`);

function refused(why: string, { retryable = false, cause }: { readonly retryable?: boolean; readonly cause?: unknown } = {}): GatewayError {
  const accepted = 'Accepted are PNG, JPEG, GIF and WebP images at public addresses, within the size limit, or sent as base64.';
  return new GatewayError('BAD_REQUEST', `An image URL was refused: ${why}. ${accepted}`, { retryable }, { cause });
}

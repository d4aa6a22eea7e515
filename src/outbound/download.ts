/** Downloads what a caller names by URL, within {@link DownloadRules}. Every redirect is checked as the first URL is. */
import { throwIfAborted } from '../core/turns/abort.ts';
import { isPrivateAddressError, isPrivateHost, lookupPublic } from './address-rules.ts';
import { type HttpClient, openHttpClient } from './http-client.ts';
import { BodyTooLarge, readBody } from './read-body.ts';

export interface DownloadRules {
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
}

export const defaultMaxBytes = 10 * 1024 * 1024;

export interface Download {
  /** Media types to ask for: `image/*`. */
  readonly accept: string;
  readonly signal: AbortSignal;
  /** Called with the bytes of each piece. It ends the download by throwing {@link DownloadRefused}. */
  readonly count?: (bytes: number) => void;
}

/** Its message completes "The URL was refused: …", and repeats nothing of the URL. */
export class DownloadRefused extends Error {
  readonly retryable: boolean;

  constructor(why: string, { retryable = false, cause }: { readonly retryable?: boolean; readonly cause?: unknown } = {}) {
    super(why, { cause });
    this.retryable = retryable;
  }
}

/** Throws {@link DownloadRefused}, or what the signal says. */
export async function download(url: string, rules: DownloadRules, { accept, signal, count }: Download): Promise<Buffer> {
  const { timeoutMs = 10_000, privateHosts = [] } = rules;
  const deadline = AbortSignal.timeout(timeoutMs);
  const client = openHttpClient({ connectMs: timeoutMs, lookup: lookupPublic(privateHosts), keepAlive: false });
  try {
    return await follow(url, rules, { accept, signal: AbortSignal.any([signal, deadline]), ...(count && { count }) }, client);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof DownloadRefused) throw error;
    if (deadline.aborted) throw new DownloadRefused(`it did not arrive within ${timeoutMs} ms`, { retryable: true });
    throw isPrivateAddressError(error)
      ? new DownloadRefused('its host has a private address', { cause: error })
      : new DownloadRefused('it could not be fetched', { retryable: true, cause: error });
  } finally {
    client.destroy().catch(() => {});
  }
}

async function follow(url: string, rules: DownloadRules, asked: Download, client: HttpClient): Promise<Buffer> {
  const { accept, signal, count } = asked;
  const { maxRedirects = 3, maxBytes = defaultMaxBytes } = rules;
  const { status, headers, body } = await client.send(checkedUrl(url, rules), { method: 'GET', signal, headers: { accept } });
  const { location } = headers;
  if (status >= 300 && status < 400 && location !== undefined) {
    body.destroy();
    if (maxRedirects === 0) throw new DownloadRefused('it redirects too often');
    const target = URL.parse(location, url);
    return follow(target === null ? location : target.href, { ...rules, maxRedirects: maxRedirects - 1 }, asked, client);
  }
  if (status !== 200) throw new DownloadRefused(`its server answered with status ${status}`);
  try {
    return await readBody(body, maxBytes, count && ((piece) => count(piece.length)));
  } catch (error) {
    throw error instanceof BodyTooLarge ? new DownloadRefused(`it is larger than ${maxBytes} bytes`) : error;
  }
}

function checkedUrl(url: string, { http = false, privateHosts = [] }: DownloadRules): URL {
  const parsed = URL.parse(url);
  const schemes = http ? ['https:', 'http:'] : ['https:'];
  if (parsed === null || !schemes.includes(parsed.protocol)) {
    throw new DownloadRefused(`it is not an ${http ? 'http or https' : 'https'} URL`);
  }
  if (parsed.username !== '' || parsed.password !== '') throw new DownloadRefused('it carries a user or password');
  if (isPrivateHost(parsed.hostname, privateHosts)) throw new DownloadRefused('its host has a private address');
  return parsed;
}

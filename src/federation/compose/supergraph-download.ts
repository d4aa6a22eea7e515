/**
 * Reads a ready supergraph from a server: a URL with an ETag, as CDNs of registries serve it, or Apollo's Uplink, whose protocol is one
 * GraphQL query.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../core/errors.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import { type OutboundRequest, sharedHttpClient } from '../../outbound/http-client.ts';
import { BodyTooLarge, readBody } from '../../outbound/read-body.ts';
import type { SupergraphReader } from './sources.ts';

const maxMiB = 64;
const maxRedirects = 3;

export interface DownloadOptions {
  /** Addresses, tried in this order until one answers. */
  readonly urls: readonly [string, ...string[]];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Rejects with SUBGRAPH_UNAVAILABLE when no address gives a supergraph. Redirects are followed without the headers, which may contain a key: some
 * CDNs redirect to a signed address of their storage.
 */
export function downloadedSupergraph({ urls, headers }: DownloadOptions): SupergraphReader {
  const known = new Map<string, { readonly etag: string; readonly sdl: string }>();

  async function readAt(url: string, signal: AbortSignal): Promise<string> {
    const last = known.get(url);
    const asked = {
      accept: 'text/plain, application/graphql, */*',
      ...headers,
      ...(last === undefined ? {} : { 'if-none-match': last.etag }),
    };
    const answer = await follow(url, asked, signal);
    if (answer.status === 304 && last !== undefined) return last.sdl;
    if (answer.status !== 200) throw new Error(refusedWith(answer.status));
    if (answer.body.trim() === '') throw new Error('answered nothing');
    const { etag } = answer.headers;
    if (etag === undefined) known.delete(url);
    else known.set(url, { etag, sdl: answer.body });
    return answer.body;
  }

  return { from: withoutQuery(urls[0]), read: (signal) => firstOf(urls, signal, readAt) };
}

export interface UplinkOptions {
  /** Default: Apollo's own addresses, in two clouds. */
  readonly urls?: readonly [string, ...string[]];
  /** Graph and variant, such as `shop@production`. */
  readonly graphRef: string;
  readonly apiKey: string;
  readonly monotonicMs?: () => number;
}

const uplinks = ['https://uplink.api.apollographql.com/', 'https://aws.uplink.api.apollographql.com/'] as const;

const uplinkQuery = `query SupergraphSdl($ref: String!, $apiKey: String!, $ifAfterId: ID) {
  routerConfig(ref: $ref, apiKey: $apiKey, ifAfterId: $ifAfterId) {
    __typename
    ... on RouterConfigResult { id minDelaySeconds supergraphSdl: supergraphSDL }
    ... on Unchanged { minDelaySeconds }
    ... on FetchError { code }
  }
}`;

/** Uplink says how long to wait, and is not asked again before. */
export function uplinkSupergraph(options: UplinkOptions): SupergraphReader {
  const { urls = uplinks, graphRef, apiKey, monotonicMs = () => performance.now() } = options;
  let last: { readonly id: string; readonly sdl: string } | null = null;
  let notBefore = 0;

  async function readAt(url: string, signal: AbortSignal): Promise<string> {
    const variables = { ref: graphRef, apiKey, ifAfterId: last?.id ?? null };
    const { status, body } = await sent(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: uplinkQuery, variables }),
      signal,
    });
    const config = routerConfigIn(body);
    if (config === null) throw new Error(status === 200 ? 'answered without a routerConfig' : refusedWith(status));
    const { __typename: type, id, supergraphSdl, minDelaySeconds, code } = config;
    if (type === 'FetchError') throw new Error(`refuses it with ${/^\w{1,50}$/.test(String(code)) ? code : 'an error'}`);
    notBefore = monotonicMs() + 1_000 * (typeof minDelaySeconds === 'number' ? Math.min(maxDelaySeconds, minDelaySeconds) : 0);
    if (type === 'Unchanged' && last !== null) return last.sdl;
    if (typeof supergraphSdl !== 'string' || typeof id !== 'string') throw new Error('answered without a supergraph');
    last = { id, sdl: supergraphSdl };
    return supergraphSdl;
  }

  return {
    from: `Apollo Uplink, ${graphRef}`,
    read: async (signal) => (last !== null && monotonicMs() < notBefore ? last.sdl : firstOf(urls, signal, readAt)),
  };
}

const maxDelaySeconds = 3_600;

function routerConfigIn(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const config = (JSON.parse(body) as { readonly data?: { readonly routerConfig?: unknown } | null }).data?.routerConfig;
    return typeof config === 'object' && config !== null ? (config as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

async function firstOf(
  urls: readonly [string, ...string[]],
  signal: AbortSignal,
  readAt: (url: string, signal: AbortSignal) => Promise<string>,
): Promise<string> {
  const failures: string[] = [];
  let cause: unknown;
  for (const url of urls) {
    try {
      return await readAt(url, signal);
    } catch (error) {
      throwIfAborted(signal);
      cause = error;
      failures.push(`${URL.parse(url)?.host ?? 'a server'} ${reasonOf(error)}`);
    }
  }
  throw new GatewayError('SUBGRAPH_UNAVAILABLE', `The supergraph could not be read: ${failures.join('; ')}.`, {}, { cause });
}

function reasonOf(error: unknown): string {
  if (error instanceof BodyTooLarge) return `answered more than ${maxMiB} MiB`;
  return error instanceof Error && !('code' in error) ? error.message : 'could not be reached';
}

const refusedWith = (status: number): string =>
  status === 401 || status === 403 ? `refuses the key (status ${status})` : `answered with status ${status}`;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function sent(url: string | URL, request: OutboundRequest): Promise<Answer> {
  const { status, headers, body } = await sharedHttpClient().send(url, request);
  return { status, headers, body: (await readBody(body, maxMiB * 1024 * 1024)).toString('utf8') };
}

async function follow(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
  let at = new URL(url);
  let answer = await sent(at, { method: 'GET', headers, signal });
  for (let redirects = 0; isRedirect(answer); redirects += 1) {
    const next = URL.parse(answer.headers.location ?? '', at);
    const isSafe = next?.protocol === 'https:' || (next?.protocol === 'http:' && at.protocol === 'http:');
    if (next === null || !isSafe || redirects === maxRedirects)
      throw new Error(`redirects to where it is not read (status ${answer.status})`);
    at = next;
    answer = await sent(at, { method: 'GET', signal });
  }
  return answer;
}

const isRedirect = ({ status }: Answer): boolean => status >= 300 && status < 400 && status !== 304;

const withoutQuery = (url: string): string => {
  const parsed = new URL(url);
  return `${parsed.origin}${parsed.pathname}`;
};

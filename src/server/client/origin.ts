/**
 * Decides which web pages may talk to the gateway.
 *
 * Credentials are bearer tokens, never cookies, so CORS never allows credentials. A page of a foreign origin is refused on
 * every method and on WebSockets, not only prevented from reading, because in development an anonymous principal needs no
 * token.
 */
import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from '../http/refusal.ts';
import type { CredentialsIn } from './client.ts';

export interface Origins {
  /** The value of Access-Control-Allow-Origin; null: no web page asks, or one of our own origin. Throws 403. */
  allowed(request: IncomingMessage): string | null;
  /**
   * Throws 403 for a request of development that has neither key nor origin and names a host that is not this machine: a
   * page of that host whose name was pointed here after it was loaded (DNS rebinding) asks so by GET.
   */
  refuseRebound(request: IncomingMessage): void;
  preflight(request: IncomingMessage): Readonly<Record<string, string>>;
  /** For an answer to a page of that origin. */
  corsHeaders(origin: string): Readonly<Record<string, string>>;
}

/** Names below `localhost` are this machine's too (RFC 6761 §6.3), and nobody can point one elsewhere. */
const loopback = /^(([\w-]+\.)*localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
const address = /^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\])(:\d+)?$/i;
const headersAllowed = [
  'authorization',
  'content-type',
  'accept',
  'last-event-id',
  'ai-session',
  'apollographql-client-name',
  'apollographql-client-version',
  'apollo-require-preflight',
  'x-graphql-client-name',
  'x-graphql-client-version',
  'x-graphql-event-stream-token',
  'x-fieldgate-quote',
  'x-fieldgate-plan',
  'traceparent',
  'tracestate',
];

interface HeaderLists {
  /** Headers that go on to subgraphs, which a page may therefore send too. */
  readonly forwarded?: readonly string[] | undefined;
  /** Headers of subgraphs' answers, which a page may therefore read. */
  readonly exposed?: readonly string[] | undefined;
  /** Default: every Authorization header has credentials. */
  readonly credentialsIn?: CredentialsIn;
}

export function originRules(
  list: readonly string[],
  development: boolean,
  { forwarded = [], exposed = [], credentialsIn = (authorization) => authorization ?? null }: HeaderLists = {},
): Origins {
  const corsHeaders = (origin: string): Readonly<Record<string, string>> => ({
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': ['Retry-After', ...exposed].join(', '),
  });
  const named = new Set(list);
  const headers = [...new Set([...headersAllowed, ...forwarded.map((name) => name.toLowerCase())])].join(', ');

  function allowed(request: IncomingMessage): string | null {
    const { origin, host = '' } = request.headers;
    if (origin === undefined) {
      refuseForeignFetch(request);
      return null;
    }
    const authority = URL.parse(origin)?.host ?? '';
    if (named.has('*')) return '*';
    if (named.has(origin)) return origin;
    if (development) {
      // A foreign name may have been pointed at this machine by DNS; an address cannot be.
      if (loopback.test(authority) || (authority === host && address.test(authority))) return origin;
    } else if (authority !== '' && authority === host) return null;
    throw new HttpRefusal(
      403,
      `Web pages of the origin "${origin.slice(0, 200)}" may not call this gateway. Its operator can allow it in server.origins.`,
      {},
      'FORBIDDEN',
    );
  }

  function refuseRebound({ headers }: IncomingMessage): void {
    const { host = '', origin, authorization } = headers;
    if (!development || origin !== undefined || credentialsIn(authorization) !== null || loopback.test(host) || address.test(host)) return;
    if (list.some((allowed) => URL.parse(allowed)?.host === host.toLowerCase())) return;
    throw new HttpRefusal(
      403,
      `Without a key, the gateway in development is asked at its address, such as 127.0.0.1 or localhost; this request names the host "${host.slice(0, 200)}". Send a key, or let its operator add the origin to server.origins.`,
      {},
      'FORBIDDEN',
    );
  }

  return {
    allowed,
    refuseRebound,
    corsHeaders,
    preflight(request) {
      const origin = allowed(request);
      return {
        ...(origin === null ? {} : corsHeaders(origin)),
        'Access-Control-Allow-Methods': 'GET, POST',
        'Access-Control-Allow-Headers': headers,
        'Access-Control-Max-Age': '600',
      };
    },
  };
}

/** Images, scripts and forms of foreign pages send no Origin with GET; browsers mark them nevertheless. */
function refuseForeignFetch({ headers }: IncomingMessage): void {
  if (headers['sec-fetch-site'] !== 'cross-site' || headers['sec-fetch-mode'] === 'navigate') return;
  throw new HttpRefusal(
    403,
    'This request was made by a web page of another site. Open the gateway itself, or ask its operator to allow the site.',
    {},
    'FORBIDDEN',
  );
}

import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../core/errors.ts';

export interface Target {
  readonly path: string;
  /** Without the question mark. */
  readonly search: string;
}

const validHost = /^([a-z0-9_]([a-z0-9_.-]*)|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;

/** Path and query of a request. The Host header is checked and otherwise unused. Throws BAD_REQUEST. */
export function targetOf({ url = '', headers, headersDistinct }: IncomingMessage): Target {
  if (headersDistinct['host'] !== undefined && headersDistinct['host'].length > 1)
    throw new GatewayError('BAD_REQUEST', 'The request has more than one Host header. Send one.');
  if (!validHost.test(headers.host ?? ''))
    throw new GatewayError('BAD_REQUEST', 'The Host header is missing or is not a host name with an optional port.');
  if (url.startsWith('/')) {
    const question = url.indexOf('?');
    return question < 0 ? { path: url, search: '' } : { path: url.slice(0, question), search: url.slice(question + 1) };
  }
  // Proxies send the whole URL (RFC 9112 §3.2.2).
  const whole = URL.parse(url);
  if (whole === null || !/^https?:$/.test(whole.protocol))
    throw new GatewayError('BAD_REQUEST', 'The request target is not a path, such as /graphql.');
  return { path: whole.pathname, search: whole.search.slice(1) };
}

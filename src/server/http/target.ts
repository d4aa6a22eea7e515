import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../core/errors.ts';
import { refuseRepeatedHeaders } from './decisive-headers.ts';

export interface Target {
  /** Below the base path; empty where the request is for another place. */
  readonly path: string;
  /** Without the question mark. */
  readonly search: string;
}

const validHost = /^([a-z0-9_]([a-z0-9_.-]*)|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;

/** `/graphql/` is `/graphql`: people and proxies add a slash. */
const withoutSlash = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

/** The path below the base path, such as `/graphql` of `/ai/graphql`; empty for a path elsewhere. */
export const pathBelow = (basePath: string, path: string): string => (path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : '');

/** Path and query of a request, whose headers are unambiguous. The Host header is checked and otherwise unused. Throws BAD_REQUEST. */
export function targetOf(request: IncomingMessage, basePath = ''): Target {
  refuseRepeatedHeaders(request.rawHeaders);
  const { url = '', headers } = request;
  if (!validHost.test(headers.host ?? ''))
    throw new GatewayError('BAD_REQUEST', 'The Host header is missing or is not a host name with an optional port.');
  if (url.startsWith('/')) {
    const question = url.indexOf('?');
    const path = question < 0 ? url : url.slice(0, question);
    return { path: pathBelow(basePath, withoutSlash(path)), search: question < 0 ? '' : url.slice(question + 1) };
  }
  // Proxies send the whole URL (RFC 9112 §3.2.2).
  const whole = URL.parse(url);
  if (whole === null || !/^https?:$/.test(whole.protocol))
    throw new GatewayError('BAD_REQUEST', 'The request target is not a path, such as /graphql.');
  return { path: pathBelow(basePath, withoutSlash(whole.pathname)), search: whole.search.slice(1) };
}

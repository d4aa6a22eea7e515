import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { refuseRepeatedHeaders } from '../http/decisive-headers.ts';

/** Who asks, by what they say of themselves in headers, or in `connection_init` as if it were headers. */
export interface Asker {
  readonly authorization: string | null;
  /** Name of the client application. */
  readonly client: string | null;
  readonly clientVersion: string | null;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Who shares are counted for: a principal with a key; without one, its address. */
export const callerOf = ({ id, kind }: Principal, address: string): string => (kind === 'anonymous' ? `address:${address}` : id);

const longest = 200;
/** Of its payload, and of `headers` in it. */
const maxInitMembers = 100;

export function askerOf(headers: Readonly<Record<string, string>>): Asker {
  const named = (...names: readonly string[]): string | null => {
    const found = names.map((name) => headers[name]).find((value) => value !== undefined && value !== '');
    return found === undefined ? null : found.slice(0, longest);
  };
  return {
    authorization: headers['authorization'] ?? null,
    client: named('apollographql-client-name', 'x-graphql-client-name'),
    clientVersion: named('apollographql-client-version', 'x-graphql-client-version'),
    headers,
  };
}

/** Node's headers with repeated ones joined. */
export function flatHeaders(headers: NodeJS.Dict<string | string[]>): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}

/**
 * `connection_init` may say `{ authorization }`, `{ Authorization }` or `{ headers: { ... } }`: all three are in use, and may
 * stand beside each other while they say the same. Throws BAD_REQUEST.
 */
export function headersOfInit(payload: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  const add = (from: Readonly<Record<string, unknown>>): void => {
    const keys = Object.keys(from);
    if (keys.length > maxInitMembers)
      throw new GatewayError(
        'BAD_REQUEST',
        `connection_init has ${keys.length} members; this gateway accepts at most ${maxInitMembers}, which are read like headers.`,
      );
    for (const key of keys) {
      const value = from[key];
      if (typeof value !== 'string') continue;
      const name = key.toLowerCase();
      const before = flat[name];
      if (before !== undefined && before !== value) refuseRepeatedHeaders([name, before, name, value]);
      flat[name] = value;
    }
  };
  const nested = payload?.['headers'];
  if (typeof nested === 'object' && nested !== null) add(nested as Readonly<Record<string, unknown>>);
  if (payload !== undefined) add(payload);
  return flat;
}

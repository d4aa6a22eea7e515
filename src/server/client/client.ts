import type { Credentials, Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { refuseRepeatedHeaders } from '../http/decisive-headers.ts';

/** Who asks, by what they say of themselves in headers, or in `connection_init` as if it were headers. */
export interface Asker {
  /** As {@link CredentialsIn} reads it. */
  readonly authorization: string | null;
  /** The header `AI-User`: whom the credential acts for; null: none was sent. */
  readonly user: string | null;
  /** Name of the client application. */
  readonly client: string | null;
  readonly clientVersion: string | null;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The credentials of a request: null where there are none, and where the token is one that this gateway leaves to subgraphs. Its caller
 * is then as anonymous as one without a token, in every share and limit; the header itself stays among the headers.
 */
export type CredentialsIn = (authorization: string | undefined) => string | null;

export const credentialsBeside =
  (isForeign: (authorization: string) => boolean): CredentialsIn =>
  (authorization) =>
    authorization === undefined || isForeign(authorization) ? null : authorization;

/** The name of the header, as Node gives it. */
const userHeader = 'ai-user';

/** The agent that asks with the credential. */
const agentHeader = 'ai-agent';

/** Headers of which one counts: two that differ are refused. */
export const askingHeaders: readonly string[] = [userHeader, agentHeader];

const sentIn = (headers: NodeJS.Dict<string | string[]>, name: string): string | null => {
  const sent = headers[name];
  return sent === undefined ? null : String(sent);
};

export const agentIn = (headers: NodeJS.Dict<string | string[]>): string | null => sentIn(headers, agentHeader);

/** As it was sent, also where it is empty: the backend that sent it meant somebody. */
export const userIn = (headers: NodeJS.Dict<string | string[]>): string | null => sentIn(headers, userHeader);

export const credentialsOf = (headers: NodeJS.Dict<string | string[]>, credentialsIn: CredentialsIn): Credentials => ({
  authorization: credentialsIn(headers['authorization'] as string | undefined),
  user: userIn(headers),
  agent: agentIn(headers),
});

/** Who shares are counted for: a principal with a key; without one, its address. */
export const callerOf = ({ id, kind }: Principal, address: string): string => (kind === 'anonymous' ? `address:${address}` : id);

const longest = 200;
/** Maximum number of members of the payload of `connection_init`, and of `headers` in it. */
const maxInitMembers = 100;

/** Where one of these were passed over, a key would ask for itself and not for its user or agent, or for another session. */
const mustBeText: readonly string[] = [...askingHeaders, 'ai-session'];

const noText = (name: string): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `connection_init has "${name}" that is no text. A text, such as "4711", or leaving it out would be accepted.`,
  );

export const askerOf = (headers: Readonly<Record<string, string>>, credentialsIn: CredentialsIn): Asker => ({
  authorization: credentialsIn(headers['authorization']),
  user: userIn(headers),
  client: shortened(headers['apollographql-client-name'] || headers['x-graphql-client-name']),
  clientVersion: shortened(headers['apollographql-client-version'] || headers['x-graphql-client-version']),
  headers,
});

const shortened = (value: string | undefined): string | null => (value ? value.slice(0, longest) : null);

/** Node's headers as one text each. Node has joined repeated headers itself, except one; without that one, nothing is copied. */
export function flatHeaders(headers: NodeJS.Dict<string | string[]>): Readonly<Record<string, string>> {
  // Of requests, Node gives a list for this header alone (https://nodejs.org/api/http.html#messageheaders).
  if (headers['set-cookie'] === undefined) return headers as Readonly<Record<string, string>>;
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
      const name = key.toLowerCase();
      if (typeof value !== 'string') {
        if (mustBeText.includes(name)) throw noText(name);
        continue;
      }
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

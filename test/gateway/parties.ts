/** Callers that must not know of each other, and what they are told, byte by byte, over each face of the gateway. */
import type { TestGateway } from '../harness.ts';
import { acknowledged, subscribe, talk } from './raw-socket.ts';

export interface Party {
  readonly key: string;
  /** Default: the holder of the key. */
  readonly user?: string;
  /** The key that administers what the party has: its own, or that of its backend. */
  readonly backend: string;
  readonly team: string;
  readonly organisation: string;
  readonly collection: string;
}

export type Variables = Readonly<Record<string, unknown>>;
export type Asked = readonly [document: string, variables: Variables];

/** All that the gateway says to a party that asks so. */
export type Face = (gateway: TestGateway, party: Pick<Party, 'key' | 'user'>, ...asked: Asked) => Promise<string>;

export const headersOf = ({ key, user }: Pick<Party, 'key' | 'user'>): Record<string, string> => ({
  authorization: `Bearer ${key}`,
  ...(user === undefined ? {} : { 'AI-User': user }),
});

const posted =
  (accept: string): Face =>
  async (gateway, party, query, variables) => {
    const headers = { 'content-type': 'application/json', accept, ...headersOf(party) };
    return shown(await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) }));
  };

const overGet: Face = async (gateway, party, query, variables) => {
  const asked = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  return shown(await fetch(`${gateway.url}?${asked}`, { headers: { accept: 'application/json', ...headersOf(party) } }));
};

async function shown(response: Response): Promise<string> {
  return `${response.status} ${response.headers.get('content-type')}\n${await response.text()}`;
}

const overSocket: Face = async (gateway, party, query, variables) => {
  const { code, received } = await talk(gateway, {
    atOnce: [{ type: 'connection_init', payload: headersOf(party) }],
    later: [subscribe(query, variables)],
  });
  return [...received.filter((text) => text !== acknowledged), code].join('\n');
};

export const overPost = posted('application/json');
export const overSse = posted('text/event-stream');
const overMultipart = posted('multipart/mixed;boundary=graphql;subscriptionSpec=1.0');

export const facesOf: Readonly<Record<'Query' | 'Mutation' | 'Subscription', readonly Face[]>> = {
  Query: [overPost, overGet, overSse, overSocket],
  Mutation: [overPost, overSse, overSocket],
  Subscription: [overSse, overMultipart, overSocket],
};

/** Strings in a value, those of cursors too. */
function namesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value, ...completionOfCursor(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namesIn) : [];
}

const cursorForm = /^(\d{1,15}):([0-9a-f-]{36})$/;
const completionOfCursor = (text: string): readonly string[] => cursorForm.exec(Buffer.from(text, 'base64url').toString())?.slice(2) ?? [];

/** Of the same form, and the name of nothing. */
export function nothingLike<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, nothingLike(part)])) as T;
  if (typeof value !== 'string') return value;
  const [, seq, completion] = cursorForm.exec(Buffer.from(value, 'base64url').toString()) ?? [];
  const twin = seq === undefined ? nothing(value) : Buffer.from(`${seq}:${nothing(completion ?? '')}`).toString('base64url');
  return twin as T & string;
}

const nothing = (name: string): string => name.replace(/[a-z0-9]/gi, '0');

/** Without what was asked for, and without ids that are new in each answer. */
export function plain(text: string, variables: Variables): string {
  const asked = namesIn(variables).toSorted((a, b) => b.length - a.length);
  return asked
    .reduce((rest, name) => rest.replaceAll(name, 'ASKED'), text)
    .replaceAll(/"(errorId|completionId|cursor)":"[^"]*"/g, '"$1":"NEW"')
    .replaceAll(/^id: .*$/gm, 'id: NEW')
    .replaceAll(/\bu_[\w-]{22}/g, 'USER');
}

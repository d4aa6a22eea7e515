/** One subgraph of another team: its name, where it is, and how it is asked. */

import { Secret } from '../core/secret.ts';
import type { SubgraphConfig } from './config.ts';
import { isWhole, shown } from './mistake-sentences.ts';

export function subgraphMistakes(subgraphs: readonly SubgraphConfig[]): string[] {
  return subgraphs.flatMap((subgraph, index) => {
    const at = `graph.subgraphs.${index}`;
    const isFirst = subgraphs.findIndex(({ name }) => name === subgraph.name) === index;
    return [...nameMistakes(subgraph.name, isFirst, at), ...addressMistakes(subgraph, at), ...headerMistakes(subgraph, at)];
  });
}

function nameMistakes(name: string, isFirst: boolean, at: string): string[] {
  const found: string[] = [];
  if (!/^[A-Za-z][\w-]*$/.test(name) || name === 'ai')
    found.push(
      `${at}.name is ${shown(name)}. It must begin with a letter, hold letters, digits, _ and -, and not be "ai", which is our own.`,
    );
  if (!isFirst) found.push(`${at}.name is ${shown(name)} a second time. Each subgraph needs a name of its own.`);
  return found;
}

function addressMistakes({ url, subscriptionUrl, timeoutMs = 1, retries = 0 }: SubgraphConfig, at: string): string[] {
  const found: string[] = [];
  if (!hasProtocol(url, /^https?:$/)) found.push(`${at}.url is ${shown(url)}. It must be an http or https address.`);
  if (subscriptionUrl !== undefined && !hasProtocol(subscriptionUrl, /^(https?|wss?):$/))
    found.push(`${at}.subscriptionUrl is ${shown(subscriptionUrl)}. It must be a ws, wss, http or https address.`);
  if (!isWhole(timeoutMs, 1)) found.push(`${at}.timeoutMs is ${shown(timeoutMs)}. It must be a whole number of milliseconds above 0.`);
  if (!isWhole(retries, 0)) found.push(`${at}.retries is ${shown(retries)}. It must be a whole number, 0 or more.`);
  return found;
}

function hasProtocol(url: unknown, protocol: RegExp): boolean {
  return typeof url === 'string' && URL.canParse(url) && protocol.test(new URL(url).protocol);
}

/** Headers that describe the connection or the body: the gateway sets them itself. */
const ownHeaders: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'accept',
  'te',
  'upgrade',
  'expect',
]);

function headerMistakes({ headers = {} }: SubgraphConfig, at: string): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const place = `${at}.headers["${name}"]`;
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return [`${place} is not the name of a header. A name such as x-api-key would be accepted.`];
    if (ownHeaders.has(name.toLowerCase())) return [`${place} is set by the gateway itself. Leave it out.`];
    if (value === null)
      return [`${place} is null: the environment variable that it is read from is not set. Set it, or leave the header out.`];
    const text = value instanceof Secret ? value.reveal() : value;
    if (typeof text !== 'string') return [`${place} is ${shown(value)}. It must be text, or a secret: secretFrom('NAME').`];
    return /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? [] : [`${place} has characters that no header can have, such as a line break.`];
  });
}

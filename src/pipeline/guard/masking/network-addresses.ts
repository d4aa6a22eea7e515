import { isIPv6 } from 'node:net';
import type { Span } from './span.ts';

const v4Shape = /(?<![\w.-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w-]|\.\d)/g;
const v6Shape = /(?<![\w:.])[0-9A-Fa-f:]{6,39}(?![\w:])/g;
/** Four numbers behind one of these are a version, or a place in a document. */
const versionBefore = /(?:\bv|version|\bver\.?|release|build|chapter|section|§)[\s:=]*$/i;

/** IP addresses, except those that name no host of anybody: unspecified, loopback, broadcast. */
export function networkAddresses(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(v4Shape)) {
    const octets = match[0].split('.');
    if (octets.some((octet) => Number(octet) > 255 || (octet.length > 1 && octet.startsWith('0')))) continue;
    if (octets[0] === '0' || octets[0] === '127' || octets[0] === '255') continue;
    if (versionBefore.test(text.slice(Math.max(0, match.index - 12), match.index))) continue;
    spans.push({ start: match.index, end: match.index + match[0].length });
  }
  for (const match of text.matchAll(v6Shape)) {
    const groups = match[0].split(':').filter((group) => group !== '');
    if (groups.length < 3 || !/\d/.test(match[0]) || !isIPv6(match[0])) continue;
    spans.push({ start: match.index, end: match.index + match[0].length });
  }
  return spans;
}

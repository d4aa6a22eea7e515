/**
 * Finds e-mail addresses, starting at each `@` and looking a bounded distance to both sides, so that a text full of `@`
 * stays cheap.
 */
import type { Span } from './span.ts';

/** Lengths: RFC 5321 §4.5.3.1. */
const maxLocal = 64;
const maxDomain = 255;
const localChar = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u;
const domain = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})/u;
/** An address in place of a name: RFC 5321 §4.1.3. */
const literal = /^\[(?:IPv6:)?[\da-f:.]{3,45}\]/i;
/** `icon@2x.png` is a picture, not a mailbox. */
const fileEndings = /\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|js|ts|json|md|txt|html?|zip|tgz|gz)$/i;
const edges = /^[.!#$%&'*/=?^`{|}~-]+/;

export function emailAddresses(text: string): Span[] {
  const spans: Span[] = [];
  let free = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at;
    // What is quoted may have any character; where no quotation can be told, a name is found as far as it goes without the quotes.
    const opening = openingQuote(text, at, free);
    const quoted = text.charAt(at - 1) === '"' && start - 1 > free;
    if (quoted) start -= 1;
    while (start > free && at - start < maxLocal && localChar.test(text.charAt(start - 1))) start -= 1;
    start += edges.exec(text.slice(start, at))?.[0].length ?? 0;
    if (quoted && opening === null && start === at - 1) continue;
    if (quoted && start - 1 >= free && text.charAt(start - 1) === '"') start -= 1;
    start = opening ?? start;
    if (start === at || text.charAt(at - 1) === '.') continue;
    const behind = text.slice(at + 1, at + 1 + maxDomain);
    const found = (domain.exec(behind) ?? literal.exec(behind))?.[0];
    if (found === undefined || fileEndings.test(found)) continue;
    const end = at + 1 + found.length;
    if (/[\p{L}\p{N}_]/u.test(text.charAt(end))) continue;
    spans.push({ start, end });
    free = end;
  }
  return spans;
}

/** Begins and ends with what is not a space: the quotes of `{"a": "b", "@c.example": 1}` enclose something else. */
const quotation = /"[\p{L}\p{N}](?:[^"\n\\]|\\[^\n])*(?<!\s)$/u;

/** Where the quotes of `"ann lee"@example.com` open. */
function openingQuote(text: string, at: number, free: number): number | null {
  if (text.charAt(at - 1) !== '"') return null;
  const before = text.slice(Math.max(free, at - maxLocal), at - 1);
  const found = quotation.exec(before);
  return found === null ? null : at - 1 - before.length + found.index;
}

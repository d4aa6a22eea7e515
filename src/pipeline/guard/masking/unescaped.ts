/**
 * Decodes the escapes of URLs, HTML, JSON, programs and Markdown, so that `bob%40host.example`, `bob&#64;host.example` and
 * `bob\u0040host.example` are found as the address that a model reads in them. An escape that was escaped again (`%2540`,
 * `&amp;#64;`, `\\u0040`) is decoded at once.
 */
import type { Span } from './span.ts';

export interface Unescaped {
  readonly text: string;
  /** Where a piece of the decoded text stands in the original: escapes at its edges are whole. */
  original(span: Span): Span;
}

/** Each is bounded, so that decoding is linear. The percent escapes are those of one UTF-8 character. */
const percent =
  '%(?:25){0,4}(?:[0-7][\\da-f]|c[2-9a-f]%[89ab][\\da-f]|d[\\da-f]%[89ab][\\da-f]|e[\\da-f](?:%[89ab][\\da-f]){2}|f[0-4](?:%[89ab][\\da-f]){3})';
const entity = '&(?:amp;){0,4}(?:#\\d{1,7}|#x[\\da-f]{1,6}|[a-z]{2,8});?';
const backslash = '\\\\{1,8}(?:u[\\da-f]{4}|u\\{[\\da-f]{1,6}\\}|x[\\da-f]{2}|[nrt]|["\'@.+/_-])';
const escapes = new RegExp(`(${percent})|(${entity})|(${backslash})`, 'gi');

/** Those of HTML that stand for characters of addresses and numbers. */
const entities: Readonly<Partial<Record<string, string>>> = {
  commat: '@',
  period: '.',
  lowbar: '_',
  plus: '+',
  hyphen: '-',
  dash: '-',
  sol: '/',
  colon: ':',
  lpar: '(',
  rpar: ')',
  nbsp: ' ',
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  amp: '&',
};
const controls: Readonly<Partial<Record<string, string>>> = { n: '\n', r: '\r', t: '\t' };

/** Every escape begins with one of these. */
const beginning = /[%&\\]/;

/** Null for a text without escapes. */
export function unescapeText(text: string): Unescaped | null {
  if (!beginning.test(text)) return null;
  const starts: number[] = [];
  const ends: number[] = [];
  let plain = '';
  let from = 0;
  const keep = (to: number): void => {
    for (let at = from; at < to; at += 1) {
      starts.push(at);
      ends.push(at + 1);
    }
    plain += text.slice(from, to);
  };
  for (const match of text.matchAll(escapes)) {
    const [written, inUrl, inHtml, behindSlash] = match;
    const shown = inUrl === undefined ? (inHtml === undefined ? ofProgram(behindSlash ?? '') : ofHtml(inHtml)) : ofUrl(inUrl);
    if (shown === null) continue;
    keep(match.index);
    from = match.index + written.length;
    for (let unit = 0; unit < shown.length; unit += 1) {
      starts.push(match.index);
      ends.push(from);
    }
    plain += shown;
  }
  if (from === 0) return null;
  keep(text.length);
  return {
    text: plain,
    original: ({ start, end }) => ({ start: starts[start] ?? text.length, end: ends[end - 1] ?? text.length }),
  };
}

function ofUrl(written: string): string | null {
  try {
    return decodeURIComponent(written.replace(/^%(?:25)+(?=[\da-f]{2})/i, '%'));
  } catch {
    return null;
  }
}

function ofHtml(written: string): string | null {
  const [, hex, decimal, name] = /^&(?:amp;)*(?:#x([\da-f]+)|#(\d+)|([a-z]+));?$/i.exec(written) ?? [];
  if (name !== undefined) return written.endsWith(';') ? (entities[name.toLowerCase()] ?? null) : null;
  return character(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
}

function ofProgram(written: string): string | null {
  const what = written.replace(/^\\+/, '');
  const [, hex] = /^[ux]\{?([\da-f]+)\}?$/i.exec(what) ?? [];
  return hex === undefined ? (controls[what] ?? what) : character(Number.parseInt(hex, 16));
}

const character = (point: number): string | null => (point <= 0x10ffff ? String.fromCodePoint(point) : null);

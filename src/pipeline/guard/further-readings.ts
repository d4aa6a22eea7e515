/** Finds hidden readings of a string: the text inside a regular expression, a JSON pointer or a vendor's opaque part. */
import { GatewayError } from '../../core/errors.ts';
import { stringsOf } from '../json-strings.ts';
import type { Reading } from './request-strings.ts';

const maxUnits = 65_536;

/** Readings beside the string itself; empty when there are none. BAD_REQUEST for an expression or an address that cannot be read. */
export function furtherReadings(text: string, reading: Reading): readonly string[] {
  if (reading !== 'opaque' && reading in readers && text.length > maxUnits) throw tooLong();
  const read = readers[reading]?.(text);
  return read === undefined || read === text ? [] : [read];
}

const readers: Readonly<Partial<Record<Reading, (text: string) => string>>> = {
  pattern: unescapedPattern,
  reference: decodedReference,
  opaque: insideOpaque,
};

/** `bob@corp\.example[.]com` as `bob@corp.example.com`. */
function unescapedPattern(pattern: string): string {
  return pattern
    .replace(/\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\u\{([0-9a-f]{1,6})\}/gi, (whole, two?: string, four?: string, braced?: string) => {
      const point = Number.parseInt(two ?? four ?? braced ?? '', 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replace(/\\([^A-Za-z0-9])/g, '$1')
    .replace(/\[([^\]^\\])\]/g, '$1')
    .replace(/^\^|\$$/g, '');
}

/** Reads `#/$defs/bob%40x.io` as `# $defs bob@x.io`: each segment by itself, because an address may have a slash before its name. */
function decodedReference(reference: string): string {
  const segments = reference.split(/[/?&=#]/).map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch {
      return segment;
    }
  });
  return segments.join(' ').replaceAll('~1', '/').replaceAll('~0', '~');
}

function insideOpaque(text: string): string {
  try {
    return stringsOf(JSON.parse(text)).join('\n');
  } catch {
    return text;
  }
}

const tooLong = (): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `A pattern, a pointer or an address has more than ${maxUnits} characters, which is the most that is read.`,
  );

/** Finds the text inside a file that is sent as base64. */
import { isUtf8 } from 'node:buffer';

export interface FileText {
  readonly text: string;
  /** The file with another text in it. */
  encoded(text: string): string;
}

/** Characters that occur in no text: a file that has them is not text, whatever its type says. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;

/**
 * The file's text, told by its bytes: UTF-8, UTF-16 with its mark, and, in a file that says it is text, Latin-1. Null for
 * other bytes: pictures, PDF, archives.
 */
export function textOfFile(base64: string, mediaType: string): FileText | null {
  const bytes = Buffer.from(base64, 'base64');
  const utf16 = utf16Text(bytes);
  if (utf16 !== null) return { text: utf16, encoded: (text) => Buffer.from(text, 'utf8').toString('base64') };
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  if (encoding === 'latin1' && !mediaType.startsWith('text/')) return null;
  const text = bytes.toString(encoding);
  if (control.test(text) && !mediaType.startsWith('text/')) return null;
  return { text, encoded: (changed) => Buffer.from(changed, encoding).toString('base64') };
}

function utf16Text(bytes: Buffer): string | null {
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark !== 0xfffe && mark !== 0xfeff) return null;
  try {
    return new TextDecoder(mark === 0xfffe ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

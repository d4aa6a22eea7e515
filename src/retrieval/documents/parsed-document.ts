/** A source as text with its structure, independent of its format. */
import { GatewayError } from '../../core/errors.ts';

export interface ExtractedDocument {
  /** The text that offsets refer to, in UTF-16 units. For Markdown and plain text it is the source itself, with `\n` as line ends. */
  readonly text: string;
  /** Blocks in order, without overlap. Text that no block covers (front matter, rules) is not searched. */
  readonly blocks: readonly Block[];
  /** The title that the document itself has; null when it has none. */
  readonly title: string | null;
}

export interface Block {
  readonly start: number;
  readonly end: number;
  readonly kind: 'heading' | 'paragraph' | 'list' | 'code' | 'table';
  /** The level of a heading, 1 to 6. */
  readonly level?: number;
}

/** Maximum length of the extracted text, in UTF-16 units. A thousand pages have about 3 million. */
const maxCharacters = 4_500_000;

/** The document, or BAD_REQUEST when nothing can be searched in it or it is too long. */
export function checkDocument(document: ExtractedDocument): ExtractedDocument {
  if (document.text.length > maxCharacters) {
    throw new GatewayError(
      'BAD_REQUEST',
      `It has ${document.text.length} characters of text; a source may have ${maxCharacters}. Split it.`,
    );
  }
  if (document.blocks.length === 0) {
    throw new GatewayError('BAD_REQUEST', 'There is no text in it. A scanned document must be recognised (OCR) before it is ingested.');
  }
  return document;
}

/** Line ends as `\n`, no byte order mark, and no NUL, which databases refuse. */
export const normalizeLines = (text: string): string =>
  text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replaceAll('\0', '\uFFFD');

/** The range without white space at its ends; null when there is nothing else. */
export function trimSpan(text: string, start: number, end: number): { readonly start: number; readonly end: number } | null {
  let from = start;
  let to = end;
  while (from < to && /\s/.test(text.charAt(from))) from += 1;
  while (to > from && /\s/.test(text.charAt(to - 1))) to -= 1;
  return from === to ? null : { start: from, end: to };
}

/** The words of a heading, without the marks that Markdown gives it. */
export function headingText(text: string, { start, end }: Pick<Block, 'start' | 'end'>): string {
  return text
    .slice(start, end)
    .replace(/^#{1,6}\s+|\s+#+\s*$|\n[=-]+\s*$/g, '')
    .replace(/[*_`]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

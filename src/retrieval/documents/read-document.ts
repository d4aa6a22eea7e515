/** Parses one source into text and structure, in this process. The parser of a format is loaded with its first source. */
import { GatewayError } from '../../core/errors.ts';
import type { MediaType } from './media-type.ts';
import { checkDocument, type ExtractedDocument } from './parsed-document.ts';

export interface SourceContent {
  readonly mediaType: MediaType;
  /** The encoding of a text format, where the caller names one. Null: UTF-8, or UTF-16 with a byte order mark. */
  readonly charset: string | null;
  readonly bytes: Uint8Array;
}

/** Throws BAD_REQUEST with a sentence about the source ("It is no PDF …") for what cannot be read. */
export async function readDocument(source: SourceContent): Promise<ExtractedDocument> {
  return checkDocument(await documentOf(source));
}

async function documentOf(source: SourceContent): Promise<ExtractedDocument> {
  switch (source.mediaType) {
    case 'text/markdown':
      return (await import('./formats/markdown.ts')).markdownDocument(decoded(source));
    case 'text/plain':
      return (await import('./formats/plain.ts')).plainDocument(decoded(source));
    case 'text/html':
      return (await import('./formats/html.ts')).htmlDocument(decoded(source));
    case 'application/pdf':
      return (await import('./formats/pdf.ts')).pdfDocument(source.bytes);
    case 'application/vnd.openxmlformats-officedocument.wordprocessingml.document':
      return (await import('./formats/docx.ts')).docxDocument(source.bytes);
  }
}

function decoded({ bytes, charset, mediaType }: SourceContent): string {
  const encoding = markedEncoding(bytes) ?? charset ?? (mediaType === 'text/html' ? declaredInPage(bytes) : null) ?? 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GatewayError(
      'BAD_REQUEST',
      `It is no text in ${encoding.slice(0, 40)}. Send UTF-8, or say the charset in the media type: "${mediaType}; charset=windows-1252".`,
      {},
      { cause },
    );
  }
}

function markedEncoding(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/** `<meta charset>` stands in the first 1,024 bytes (HTML, section 4.2.5.4). */
function declaredInPage(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 1_024)).toString('latin1');
  return /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(start)?.[1] ?? null;
}

import { GatewayError } from '../../../core/errors.ts';
import type { ExtractedDocument } from '../parsed-document.ts';
import { htmlDocument } from './html.ts';
import { checkZip } from './zip.ts';

const maxUnpackedBytes = 100_000_000;

/** Word documents, by way of the HTML that `mammoth` makes of them. Pictures are left out, other files are not opened. */
export async function docxDocument(bytes: Uint8Array): Promise<ExtractedDocument> {
  checkZip(bytes, maxUnpackedBytes);
  const { default: mammoth } = await import('mammoth');
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const noPictures = mammoth.images.imgElement(async () => ({ src: '' }));
    const { value } = await mammoth.convertToHtml({ buffer }, { convertImage: noPictures, externalFileAccess: false });
    return htmlDocument(value);
  } catch (cause) {
    throw new GatewayError('BAD_REQUEST', 'It is no Word document that can be read: DOCX, without a password.', {}, { cause });
  }
}

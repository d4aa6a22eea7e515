/** Files of the reader as sources of a collection: each under its name, in batches that one request can carry. */
import type { SourceInput } from './documents.generated.ts';

/** By the end of the file's name. Everything else is refused by the page, since it could not be read. */
const mediaTypes: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  txt: 'text/plain',
  html: 'text/html',
  htm: 'text/html',
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};

/** For the file dialog. */
export const accepted = Object.keys(mediaTypes)
  .map((ending) => `.${ending}`)
  .join(',');

const maxBatchBytes = 700_000;
const maxBatchFiles = 100;

export const mediaTypeOf = (name: string): string | null => mediaTypes[name.toLowerCase().split('.').at(-1) ?? ''] ?? null;

interface NamedFile extends Pick<Blob, 'size' | 'arrayBuffer'> {
  readonly name: string;
}

/** A file that is larger than a batch is one by itself. */
export function batchesOf<File extends NamedFile>(files: readonly File[]): readonly (readonly File[])[] {
  const batches: File[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = batches.at(-1);
    if (last === undefined || last.length >= maxBatchFiles || bytes + file.size > maxBatchBytes) {
      batches.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  return batches;
}

export async function sourceOf(file: NamedFile): Promise<SourceInput> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const mediaType = mediaTypeOf(file.name) ?? 'text/plain';
  const content = mediaType.startsWith('text/') ? { text: new TextDecoder().decode(bytes) } : { base64: base64Of(bytes) };
  return { id: file.name, title: file.name, mediaType, ...content };
}

/** In pieces, because a call takes only so many arguments. */
function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8_192) binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(binary);
}

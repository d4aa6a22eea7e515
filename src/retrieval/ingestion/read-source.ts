/**
 * Reads a source and cuts it into the passages to embed and store. This is long work; `documents/documents.ts` decides where
 * it runs.
 */
import { GatewayError } from '../../core/errors.ts';
import { readDocument, type SourceContent } from '../documents/read-document.ts';
import { type CutPassage, chunkDocument } from './chunk-document.ts';

export interface ReadSource {
  /** As the document itself says; null when it does not. */
  readonly title: string | null;
  readonly passages: readonly CutPassage[];
}

/** Throws BAD_REQUEST with a sentence about the source for what cannot be read, and for more passages than that. */
export async function readSource(content: SourceContent, maxPassages: number): Promise<ReadSource> {
  const document = await readDocument(content);
  const passages = chunkDocument(document);
  if (passages.length > maxPassages) {
    throw new GatewayError('BAD_REQUEST', `It makes ${passages.length} passages; a source may make ${maxPassages}. Split it.`);
  }
  return { title: document.title, passages };
}

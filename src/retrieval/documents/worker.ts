/** The thread of one source: see `extract.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { GatewayError } from '../../core/errors.ts';
import type { ExtractedDocument } from './document.ts';
import { readDocument, type SourceContent } from './read.ts';

export type WorkerReply =
  | { readonly kind: 'document'; readonly document: ExtractedDocument }
  /** `message` is for the caller. */
  | { readonly kind: 'refused'; readonly message: string }
  /** `message` is for the log. */
  | { readonly kind: 'broken'; readonly message: string };

async function reply(): Promise<WorkerReply> {
  try {
    return { kind: 'document', document: await readDocument(workerData as SourceContent) };
  } catch (error) {
    if (error instanceof GatewayError) return { kind: 'refused', message: error.message };
    return { kind: 'broken', message: String(error) };
  }
}

parentPort?.postMessage(await reply());

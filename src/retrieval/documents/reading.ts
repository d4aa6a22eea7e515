/** The messages between the gateway and the processes that read sources. */
import { GatewayError } from '../../core/errors.ts';
import { type ReadSource, readSource } from '../ingestion/read-source.ts';
import type { SourceContent } from './read-document.ts';

export const maxMegabytes = 512;

export interface ReadRequest {
  readonly source: SourceContent;
  readonly maxPassages: number;
}

export type ReadReply =
  | { readonly kind: 'read'; readonly read: ReadSource }
  /** A refusal; `message` is for the caller. */
  | { readonly kind: 'refused'; readonly message: string }
  /** A fault; `message` is for the log. */
  | { readonly kind: 'broken'; readonly message: string };

/** Never rejects. */
export async function replyTo({ source, maxPassages }: ReadRequest): Promise<ReadReply> {
  try {
    return { kind: 'read', read: await readSource(source, maxPassages) };
  } catch (error) {
    if (error instanceof GatewayError) return { kind: 'refused', message: error.message };
    return { kind: 'broken', message: String(error) };
  }
}

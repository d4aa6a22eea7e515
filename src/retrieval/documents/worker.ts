/** The process of one source: see `extract.ts`. */
import { GatewayError } from '../../core/errors.ts';
import type { ExtractedDocument } from './document.ts';
import { readDocument, type SourceContent } from './read.ts';

export type WorkerReply =
  | { readonly kind: 'document'; readonly document: ExtractedDocument }
  /** `message` is for the caller. */
  | { readonly kind: 'refused'; readonly message: string }
  /** `message` is for the log. */
  | { readonly kind: 'broken'; readonly message: string };

async function reply(source: SourceContent): Promise<WorkerReply> {
  try {
    return { kind: 'document', document: await readDocument(source) };
  } catch (error) {
    if (error instanceof GatewayError) return { kind: 'refused', message: error.message };
    return { kind: 'broken', message: String(error) };
  }
}

/**
 * Ctrl-C and service managers signal the gateway's processes all at once. The gateway then finishes what has begun, and ends
 * this process itself.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
/** When the gateway is gone, so is whoever wanted the text. */
process.once('disconnect', () => process.exit());
process.once('message', (source: SourceContent) => void reply(source).then((answer) => process.send?.(answer)));

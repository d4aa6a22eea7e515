/**
 * What a decoder throws: an answer that is none. `providers/upstream/` says what it means for the caller.
 *
 * - `cut`: the connection ended before the answer did.
 * - `empty`: the answer ended without a word and without a tool call.
 * - `unreadable`: what came is not an answer of this wire.
 * - `refused`: the vendor sent an error inside an answer with status 200.
 * - `content`: the vendor declined the content.
 */
export type WireFailureKind = 'cut' | 'empty' | 'unreadable' | 'refused' | 'content';

export class WireFailure extends Error {
  override readonly name = 'WireFailure';
  readonly kind: WireFailureKind;
  /** The HTTP status that the error names, or stands for; null: it names none. */
  readonly status: number | null;
  /** The vendor's error as JSON text. It is read to know what the failure means, and is shown to nobody. */
  readonly text: string;

  constructor(kind: WireFailureKind, { status = null, text = '' }: { readonly status?: number | null; readonly text?: string } = {}) {
    super(`The answer is ${kind}.`);
    this.kind = kind;
    this.status = status;
    this.text = text;
  }
}

import type { Call } from '../../core/call/call.ts';

/**
 * A check of text on its way to or from a model. It knows nothing of streams: `pipeline/guard.ts` decides when a piece
 * is ready, so that a verdict never depends on how a provider cut its chunks.
 *
 * Of a prompt it is given every string, each on lines of its own, with the names in JSON and the JSON itself; where texts
 * stand next to each other that a vendor joins, it is asked a second time, about the joined texts.
 */
export interface Guardrail {
  readonly name: string;
  readonly on: readonly ('input' | 'output')[];
  /** `sentence`: answers are released sentence by sentence, each checked with the one before it; `whole`: only after the last word. */
  readonly window: 'sentence' | 'whole';
  /** What is wrong with its settings, in sentences: `fieldgate check` reports them, and until they are mended it refuses every text. */
  readonly mistakes?: readonly string[];
  check(text: string, call: Call): Verdict | Promise<Verdict>;
}

/** `message` is for the caller, and must not repeat what it refuses. */
export type Verdict = { readonly action: 'allow' } | { readonly action: 'block'; readonly message: string };

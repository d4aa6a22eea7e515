import type { Call } from '../../core/call/call.ts';

/**
 * A check of text on its way to or from a model. It knows nothing of streams: `pipeline/guard.ts` decides when a piece
 * is ready, so that a verdict never depends on how a provider cut its chunks, or on how long it waited between them.
 *
 * Of a prompt it is given every string, each on lines of its own, with the names in JSON and the JSON itself; where texts
 * stand next to each other that a vendor joins, it is asked a second time, about the joined texts.
 */
export interface Guardrail {
  readonly name: string;
  readonly on: readonly ('input' | 'output')[];
  /** `sentence`: answers are released sentence by sentence, each checked with the one before it; `whole`: only after the last word. */
  readonly window: 'sentence' | 'whole';
  /**
   * How many characters (UTF-16 units that a reader sees) what it refuses has at most, from 0 to 256. It promises that a text is
   * refused for such a stretch, with at most one character on either side of it, and not for what stands elsewhere.
   *
   * Where every output guardrail of a route has one, code, tables and other text without ends of sentences stream too: what waits
   * longer than `guard.holdBackMs` is shown up to that many characters before its end. For it, `check` is also asked about parts of
   * sentences, several times a second; what it says then only delays text, and the answer is judged by its sentences. Without it,
   * text waits for the end of its sentence. It means nothing beside the window `whole`.
   */
  readonly lookback?: number;
  /** What is wrong with its settings, in sentences: `fieldgate check` reports them, and until they are mended it refuses every text. */
  readonly mistakes?: readonly string[];
  /**
   * `true`: its verdict depends on the text alone, so that an answer which it has allowed is not checked again for as long as it is kept.
   */
  readonly pure?: true;
  /**
   * A first look that costs little: true promises that `check` allows the text, and each part of it, so that the text need not be cut into
   * windows. False says nothing. Default: each text is checked. Of a long text it may always be false.
   */
  passes?(text: string): boolean;
  check(text: string, call: Call): Verdict | Promise<Verdict>;
}

/** `message` is for the caller, and must not repeat what it refuses. */
export type Verdict = { readonly action: 'allow' } | { readonly action: 'block'; readonly message: string };

/** What a refusal by masking names as its guardrail. */
export const maskingName = 'maskPersonalData';

export const maxLookback = 256;

/** The lookback of the guardrail. Null where it has none that can be used: text then waits for the end of its sentence. */
export const lookbackOf = ({ window, lookback }: Guardrail): number | null =>
  window === 'sentence' && isLookback(lookback) ? lookback : null;

export const isLookback = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxLookback;

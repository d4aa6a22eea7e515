/** Gemini's finish reasons and ours, both ways. */
import type { FinishReason } from '../../core/chunk.ts';
import { WireFailure } from '../wire-failure.ts';

/** `broken`: the model's output is not an answer. `failed`: the server says that it failed. */
const meanings: Readonly<Record<string, FinishReason | 'broken' | 'failed'>> = {
  STOP: 'stop',
  END_TURN: 'stop',
  TOOL_CALLS: 'tool-calls',
  TOOL_USE: 'tool-calls',
  MAX_TOKENS: 'length',
  LENGTH: 'length',
  // The maximum of one request of the server comes before the maximum that was asked for.
  CONTINUATION: 'length',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  CONTENT_FILTER: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
  MALFORMED_FUNCTION_CALL: 'broken',
  MALFORMED_RESPONSE: 'broken',
  UNEXPECTED_TOOL_CALL: 'broken',
  MISSING_THOUGHT_SIGNATURE: 'broken',
  ERROR: 'failed',
};

/** `other` for an unknown word. Throws for the words that say that there is no answer. */
export function finishReasonOf(word: string): FinishReason {
  const meaning = Object.hasOwn(meanings, word.toUpperCase()) ? meanings[word.toUpperCase()] : undefined;
  if (meaning === 'broken') throw new WireFailure('unreadable');
  if (meaning === 'failed') throw new WireFailure('refused');
  return meaning ?? 'other';
}

export const finishWords: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  // Gemini has no word of its own for it.
  'tool-calls': 'STOP',
  length: 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  cancelled: 'OTHER',
  other: 'OTHER',
};

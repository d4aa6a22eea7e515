/** Why a message ended: the words of the Messages API for our finish reasons, both ways. */
import type { FinishReason } from '../../core/chunk.ts';
import { WireFailure } from '../wire-failure.ts';

/** Servers that imitate Anthropic also write the words of Chat Completions. `failed`: the server gave the answer up. */
const meanings: Readonly<Record<string, FinishReason | 'failed'>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  stop: 'stop',
  // A tool that runs at the vendor takes long. The text so far is an answer.
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  length: 'length',
  tool_use: 'tool-calls',
  tool_calls: 'tool-calls',
  refusal: 'content-filter',
  content_filter: 'content-filter',
  sensitive: 'content-filter',
  guardrail_intervened: 'content-filter',
  error: 'failed',
  network_error: 'failed',
  aborted: 'failed',
};

/** `other` for an unknown word. Throws for the words that say that there is no answer. */
export function finishReasonOf(word: string): FinishReason {
  const name = word.toLowerCase();
  const meaning = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
  if (meaning === 'failed') throw new WireFailure('refused');
  return meaning ?? 'other';
}

const written: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  'tool-calls': 'end_turn',
  other: 'end_turn',
  cancelled: 'end_turn',
  length: 'max_tokens',
  'content-filter': 'refusal',
};

/** Agents go on exactly where they read `tool_use`: it is written where a tool is called, unless the answer was cut off. */
export const finishWord = (reason: FinishReason, called: boolean): string =>
  called && written[reason] === 'end_turn' ? 'tool_use' : written[reason];

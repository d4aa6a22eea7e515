/** The reasons for which answers end, in both directions. Servers spell them in many ways, often as their own model does. */
import type { FinishReason } from '../../core/chunk.ts';

const spellings: Readonly<Record<FinishReason, readonly string[]>> = {
  stop: ['stop', 'stop_sequence', 'eos', 'eos_token', 'end', 'end_turn', 'complete', 'completed', 'done', 'finished', 'success'],
  length: [
    'length',
    'max_tokens',
    'max_length',
    'max_output_tokens',
    'max_completion_tokens',
    'model_length',
    'context_length',
    'model_context_window_exceeded',
    'error_limit',
  ],
  'tool-calls': ['tool_calls', 'tool_call', 'tool_use', 'function_call', 'function_calls'],
  'content-filter': [
    'content_filter',
    'content_filtered',
    'safety',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
    'sensitive',
    'refusal',
    'moderation',
    'guardrail_intervened',
    'error_toxic',
  ],
  cancelled: [],
  other: [],
};
/** The server gave the answer up: the text so far is only a part of an answer. */
const givenUp = [
  'error',
  'abort',
  'aborted',
  'cancelled',
  'canceled',
  'interrupted',
  'network_error',
  'insufficient_system_resource',
  'timeout',
];

const reasons: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries(spellings).flatMap(([reason, names]) => names.map((name): [string, FinishReason] => [name, reason as FinishReason])),
);

/** `failed`: there is no answer. An unknown spelling is `other`. */
export function decodeFinishReason(spelling: string): FinishReason | 'failed' {
  const name = spelling
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  if (givenUp.includes(name)) return 'failed';
  return reasons.get(name) ?? 'other';
}

const written: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  cancelled: 'stop',
  other: 'stop',
};

/**
 * Stock clients know these four alone. An answer that calls tools says so, whatever its vendor said, and no other one does; the maximum and
 * a filter are told nevertheless, since the arguments of a call may end with them.
 */
export function encodeFinishReason(reason: FinishReason, callsTools: boolean): string {
  if (reason === 'length' || reason === 'content-filter') return written[reason];
  return callsTools ? written['tool-calls'] : written[reason === 'tool-calls' ? 'stop' : reason];
}

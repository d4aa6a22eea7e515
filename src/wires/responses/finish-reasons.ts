/** Why a response ended: the words of the Responses API for our finish reasons, both ways. */
import type { FinishReason } from '../../core/chunk.ts';
import { type JsonObject, objectOf, textOf } from '../json-fields.ts';
import { WireFailure } from '../wire-failure.ts';
import { failureOf } from './failures.ts';

/** `incomplete_details.reason`. Servers that imitate OpenAI also write the words of Chat Completions there. */
const incompleteReasons: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({
    max_output_tokens: 'length',
    max_tokens: 'length',
    max_completion_tokens: 'length',
    length: 'length',
    content_filter: 'content-filter',
    content_policy_violation: 'content-filter',
    safety: 'content-filter',
    stop: 'stop',
    tool_calls: 'tool-calls',
  } as const),
);

/**
 * What a response that came to its end says of it; `stop` also stands for tool calls, which the API does not name. Throws a
 * {@link WireFailure} where the response failed, was cancelled or is not at its end.
 */
export function readFinish(response: JsonObject): FinishReason {
  const status = textOf(response['status']).toLowerCase();
  const reason = textOf(objectOf(response['incomplete_details'])['reason']).toLowerCase();
  const error = response['error'];
  if (error !== null && error !== undefined) throw failureOf(error);
  if (reason !== '') return incompleteReasons.get(reason) ?? 'other';
  switch (status) {
    case 'failed':
      throw failureOf(null);
    case 'cancelled':
    case 'canceled':
    case 'queued':
    case 'in_progress':
      throw new WireFailure('cut');
    case 'incomplete':
      return 'other';
    default:
      return 'stop';
  }
}

export interface ResponseEnd {
  readonly status: 'completed' | 'incomplete' | 'cancelled';
  readonly incomplete_details: { readonly reason: string } | null;
}

export const writtenEnds: Readonly<Record<FinishReason, ResponseEnd>> = {
  stop: { status: 'completed', incomplete_details: null },
  'tool-calls': { status: 'completed', incomplete_details: null },
  other: { status: 'completed', incomplete_details: null },
  length: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
  'content-filter': { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
  cancelled: { status: 'cancelled', incomplete_details: null },
};

/**
 * Reads a request to the Responses API. What a door that keeps state can resolve (`previous_response_id`, `item_reference`, `background`)
 * it resolves before; here it is refused, since an answer that passes over it would be to another question.
 *
 * Parameters that change nothing of the answer (`user`, `metadata`, `store`, cache keys) are passed over.
 */
import type { CompletionRequest, Message, Output } from '../../core/request/request.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../json-fields.ts';
import { readMaximum, readNumber, readText } from '../openai/body-fields.ts';
import { refusedPlace } from '../openai/refusals.ts';
import { readTools } from '../openai/tool-choice.ts';
import type { DecodedRequest } from '../wire.ts';
import { readItems } from './request/read-items.ts';

export function decodeRequest(body: unknown): DecodedRequest {
  if (!isObject(body)) throw refusedPlace('body', 'must be a JSON object.');
  const model = body['model'];
  if (typeof model !== 'string' || model === '') throw refusedPlace('model', 'must be the name of a route.');
  refuseUnsupported(body);
  const instructions = readText(body, 'instructions');
  const told: readonly Message[] = instructions === null ? [] : [{ role: 'system', content: [{ type: 'text', text: instructions }] }];
  const request: CompletionRequest = {
    kind: 'completion',
    messages: [...told, ...readItems(body['input'])],
    maxInputTokens: null,
    maxOutputTokens: readMaximum(body, 'max_output_tokens'),
    temperature: readNumber(body, 'temperature'),
    topP: readNumber(body, 'top_p'),
    stop: [],
    seed: null,
    ...readTools(body, { functionField: null, allowedField: null }),
    output: readFormat(objectOf(body['text'])['format']),
    providerOptions: readOptions(body),
  };
  return { model, stream: body['stream'] === true, includeUsage: true, request };
}

const stateful: Readonly<Record<string, string>> = {
  previous_response_id: 'names a response that is not stored here. Send the whole history as `input`.',
  conversation: 'is not kept here. Send the whole history as `input`.',
  prompt: 'names a prompt that is not kept here. Send its text as `input`.',
};

function refuseUnsupported(body: JsonObject): void {
  for (const [name, sentence] of Object.entries(stateful)) {
    if (body[name] !== undefined && body[name] !== null) throw refusedPlace(name, sentence);
  }
  if (body['background'] === true) throw refusedPlace('background', 'is not supported. An answer is streamed, or waited for.');
  if (typeof body['n'] === 'number' && body['n'] > 1) throw refusedPlace('n', 'is not supported: a request has one answer.');
  if (typeof body['top_logprobs'] === 'number' && body['top_logprobs'] > 0) throw refusedPlace('top_logprobs', 'is not supported.');
  for (const [index, one] of listOf(body['include']).entries()) {
    if (one === 'message.output_text.logprobs')
      throw refusedPlace(`include[${index}]`, 'asks for log probabilities, which are not supported.');
  }
  if (listOf(body['context_management']).length > 0) throw refusedPlace('context_management', 'is not supported.');
}

function readFormat(format: unknown): Output {
  const { type, schema } = objectOf(format) as Readonly<Record<'type' | 'schema', unknown>>;
  switch (type) {
    case undefined:
    case 'text':
      return { format: 'text' };
    case 'json_object':
      return { format: 'json', schema: null };
    case 'json_schema':
      if (!isObject(schema)) throw refusedPlace('text.format.schema', 'must be a JSON Schema.');
      return { format: 'json', schema };
    default:
      throw refusedPlace('text.format.type', 'must be text, json_object or json_schema.');
  }
}

/** What changes the answer or its price, under the names by which routes allow it. Values that are the vendor's default are none. */
function readOptions(body: JsonObject): Readonly<Record<string, unknown>> {
  const reasoning = objectOf(body['reasoning']);
  const given: Readonly<Record<string, readonly [value: unknown, ...defaults: unknown[]]>> = {
    reasoningEffort: [textOf(reasoning['effort']), ''],
    reasoningSummary: [textOf(reasoning['summary']) || textOf(reasoning['generate_summary']), ''],
    textVerbosity: [textOf(objectOf(body['text'])['verbosity']), '', 'medium'],
    serviceTier: [textOf(body['service_tier']), '', 'auto', 'default'],
    truncation: [textOf(body['truncation']), '', 'disabled'],
    parallelToolCalls: [body['parallel_tool_calls'] !== false, true],
  };
  const changed = Object.entries(given).filter(([, [value, ...defaults]]) => !defaults.includes(value));
  return Object.fromEntries(changed.map(([name, [value]]) => [name, value]));
}

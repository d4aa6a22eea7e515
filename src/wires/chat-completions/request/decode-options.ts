/**
 * Reads the parameters that have no word of their own with us: what changes the answer is a provider option, which a route allows or
 * refuses.
 */
import { type JsonObject, listOf } from '../../json-fields.ts';
import { isLeftOut } from '../../openai/body-fields.ts';
import { refusedPlace } from '../../openai/refusals.ts';
import { optionNameOf } from './option-names.ts';

/** Fields that are read elsewhere. */
const read = [
  'messages',
  'model',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'seed',
  'tools',
  'tool_choice',
  'response_format',
];
/** Fields that change nothing of the answer. */
const harmless = ['user', 'metadata', 'safety_identifier', 'prompt_cache_key', 'prompt_cache_options', 'prompt_cache_retention', 'store'];

/** Values that ask for nothing, so the field may be there. */
const defaults: Readonly<Record<string, readonly unknown[]>> = {
  n: [1],
  best_of: [1],
  num_return_sequences: [1],
  logprobs: [false, 0],
  top_logprobs: [0],
  frequency_penalty: [0],
  presence_penalty: [0],
  parallel_tool_calls: [true],
  service_tier: ['auto', 'default'],
  verbosity: ['medium'],
  function_call: ['none', 'auto'],
};

const severalAnswers = 'asks for several answers. One request has one answer: 1 is accepted.';
const probabilities = 'asks for log probabilities, which are not given here.';
const hosted = 'asks for a tool that the vendor runs. No tools are hosted here.';
const oldForm = 'is the form of 2023. `tools` and `tool_choice` are accepted.';
/** Fields that no model behind the gateway is asked for. */
const refused: Readonly<Record<string, string>> = {
  n: severalAnswers,
  best_of: severalAnswers,
  num_return_sequences: severalAnswers,
  logprobs: probabilities,
  top_logprobs: probabilities,
  audio: 'asks for speech. Answers here are text.',
  modalities: 'asks for more than text. ["text"] is accepted.',
  web_search_options: hosted,
  functions: oldForm,
  function_call: oldForm,
};

const isName = /^\w{1,64}$/;

/** Throws BAD_REQUEST for what no route can allow. */
export function decodeOptions(body: JsonObject): JsonObject {
  const options: [string, unknown][] = [];
  for (const [field, value] of Object.entries(body)) {
    if (read.includes(field) || harmless.includes(field) || isLeftOut(value) || asksForNothing(field, value)) continue;
    const sentence = Object.hasOwn(refused, field) ? refused[field] : undefined;
    if (sentence !== undefined) throw refusedPlace(field, sentence);
    if (!isName.test(field)) throw refusedPlace('body', 'has a field whose name is not one of letters, digits and underscores.');
    options.push([optionNameOf(field), value]);
  }
  return Object.fromEntries(options);
}

function asksForNothing(field: string, value: unknown): boolean {
  if (Object.hasOwn(defaults, field) && defaults[field]?.includes(value)) return true;
  if (field === 'modalities') return Array.isArray(value) && listOf(value).every((one) => one === 'text');
  if (field === 'functions') return Array.isArray(value) && value.length === 0;
  return field === 'logit_bias' && typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

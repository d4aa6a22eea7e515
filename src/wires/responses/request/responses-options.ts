/** The provider options of the Responses API by the names under which routes allow them, and what each accepts. */
import { isObject } from '../../json-fields.ts';
import type { KnownOptions } from '../../provider-options.ts';

export const responsesOptions: KnownOptions = {
  allowedTools: 'object',
  compactionTrigger: 'flag',
  contextManagement: 'list',
  conversation: 'text',
  forceReasoning: 'flag',
  include: 'list',
  includeWebSearchSources: 'flag',
  instructions: 'text',
  logprobs: ['flag', 'count'],
  maxToolCalls: 'count',
  metadata: 'object',
  parallelToolCalls: 'flag',
  passThroughUnsupportedFiles: 'flag',
  previousResponseId: 'text',
  promptCacheKey: 'text',
  promptCacheOptions: 'object',
  promptCacheRetention: 'text',
  reasoningContext: 'text',
  reasoningEffort: 'text',
  reasoningEffortUpdate: 'text',
  reasoningMode: 'text',
  reasoningSummary: 'text',
  safetyIdentifier: 'text',
  serviceTier: 'text',
  store: 'flag',
  strictJsonSchema: 'flag',
  systemMessageMode: 'text',
  textFormat: 'object',
  textVerbosity: 'text',
  truncation: 'text',
  user: 'text',
};

/** These go into the body as they are, under the vendor's spelling. */
export const passedOn: readonly string[] = [
  'contextManagement',
  'conversation',
  'instructions',
  'maxToolCalls',
  'metadata',
  'parallelToolCalls',
  'previousResponseId',
  'promptCacheKey',
  'promptCacheOptions',
  'safetyIdentifier',
  'truncation',
  'user',
];

/** Their own fields are spelled in the vendor's way, too. */
const respelled = new Set(['contextManagement', 'promptCacheOptions']);

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function spellOption(name: string, value: unknown): unknown {
  if (!respelled.has(name)) return value;
  if (Array.isArray(value)) return value.map((one) => spellOption(name, one));
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [snakeCase(key), one])) : value;
}

/**
 * Provider options that have another name in the body of Chat Completions. Routes allow them by our name, which is the same on all wires;
 * all others are sent, and read, under their own name.
 */
export const optionNames = {
  frequencyPenalty: 'frequency_penalty',
  logitBias: 'logit_bias',
  maxCompletionTokens: 'max_completion_tokens',
  parallelToolCalls: 'parallel_tool_calls',
  presencePenalty: 'presence_penalty',
  promptCacheKey: 'prompt_cache_key',
  promptCacheOptions: 'prompt_cache_options',
  promptCacheRetention: 'prompt_cache_retention',
  reasoningEffort: 'reasoning_effort',
  safetyIdentifier: 'safety_identifier',
  serviceTier: 'service_tier',
  textVerbosity: 'verbosity',
} as const;

const ourNames: ReadonlyMap<string, string> = new Map(Object.entries(optionNames).map(([ours, theirs]) => [theirs, ours]));

/** Our name of a field of the body. */
export const optionNameOf = (field: string): string => ourNames.get(field) ?? field;

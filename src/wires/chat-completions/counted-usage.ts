/** Token counts of Chat Completions, in both directions. */
import type { Usage } from '../../core/money.ts';
import { disjointUsage } from '../disjoint-usage.ts';
import { countOf, isObject, type JsonObject, objectOf } from '../json-fields.ts';

/**
 * Null where nothing was counted. Some proxies keep the names of the Responses API; DeepSeek and Moonshot have cached tokens in another
 * field;
 * xAI counts reasoning beside the output, which the total shows.
 */
export function decodeUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const of = (name: string): number | null => countOf(value[name]);
  const inputDetails = objectOf(value['prompt_tokens_details'] ?? value['input_tokens_details']);
  const outputDetails = objectOf(value['completion_tokens_details'] ?? value['output_tokens_details']);
  const hits = of('prompt_cache_hit_tokens');
  const misses = of('prompt_cache_miss_tokens');
  const usage = disjointUsage({
    input: of('prompt_tokens') ?? of('input_tokens') ?? (hits === null || misses === null ? null : hits + misses),
    cacheRead: countOf(inputDetails['cached_tokens']) ?? hits ?? of('cached_tokens'),
    cacheWrite: countOf(inputDetails['cache_write_tokens']) ?? countOf(inputDetails['cache_creation_tokens']),
    output: of('completion_tokens') ?? of('output_tokens'),
    reasoning: countOf(outputDetails['reasoning_tokens']) ?? of('reasoning_tokens'),
    total: of('total_tokens'),
  });
  return usage === null || Object.values(usage).every((count) => count === 0) ? null : usage;
}

/** The usage of a chunk or an answer, wherever it stands: Moonshot puts it into the choice, Groq into a field of its own. */
export const usageIn = (body: JsonObject, choice: JsonObject): Usage | null =>
  decodeUsage(body['usage']) ?? decodeUsage(choice['usage']) ?? decodeUsage(objectOf(body['x_groq'])['usage']);

export function encodeUsage(usage: Usage): JsonObject {
  const { freshInputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  const input = freshInputTokens + cacheReadTokens + cacheWriteTokens;
  const output = outputTokens + reasoningTokens;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cacheReadTokens, ...(cacheWriteTokens === 0 ? {} : { cache_write_tokens: cacheWriteTokens }) },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

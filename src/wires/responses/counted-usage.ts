/** Token counts of the Responses API for our disjoint classes, both ways. */
import type { Usage } from '../../core/money.ts';
import { disjointUsage } from '../disjoint-usage.ts';
import { countOf, type JsonObject, objectOf } from '../json-fields.ts';

/** Null where nothing was counted. Some servers write the names of Chat Completions. */
export function readUsage(usage: unknown): Usage | null {
  const counts = objectOf(usage);
  const first = (...names: readonly string[]): number | null => {
    for (const name of names) {
      const count = countOf(counts[name]);
      if (count !== null) return count;
    }
    return null;
  };
  const inputDetails = objectOf(counts['input_tokens_details'] ?? counts['prompt_tokens_details']);
  const outputDetails = objectOf(counts['output_tokens_details'] ?? counts['completion_tokens_details']);
  return disjointUsage({
    input: first('input_tokens', 'prompt_tokens'),
    cacheRead: countOf(inputDetails['cached_tokens']),
    cacheWrite: countOf(inputDetails['cache_write_tokens']),
    output: first('output_tokens', 'completion_tokens'),
    reasoning: countOf(outputDetails['reasoning_tokens']),
    total: first('total_tokens'),
  });
}

export function writeUsage(usage: Usage | null): JsonObject | null {
  if (usage === null) return null;
  const { freshInputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  const input = freshInputTokens + cacheReadTokens + cacheWriteTokens;
  const output = outputTokens + reasoningTokens;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheReadTokens, cache_write_tokens: cacheWriteTokens },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: input + output,
  };
}

/** Gemini's `usageMetadata` and our usage, both ways. */
import type { Usage } from '../../core/money.ts';
import { disjointUsage } from '../disjoint-usage.ts';
import { countOf, type JsonObject, objectOf } from '../json-fields.ts';

const names = [
  'promptTokenCount',
  'toolUsePromptTokenCount',
  'cachedContentTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'totalTokenCount',
] as const;

export type Counts = Readonly<Partial<Record<(typeof names)[number], number>>>;

/** The counts with those of a later event. Counts only grow within an answer, and events may leave some out. */
export function withCounts(sofar: Counts, metadata: unknown): Counts {
  const told = objectOf(metadata);
  const counts: Partial<Record<(typeof names)[number], number>> = { ...sofar };
  for (const name of names) {
    const count = countOf(told[name]);
    if (count !== null) counts[name] = Math.max(count, sofar[name] ?? count);
  }
  return counts;
}

/** Gemini counts thoughts beside the candidates, and the prompts of tools beside the prompt. Cached tokens are part of the prompt. */
export function usageOf(counts: Counts): Usage | null {
  const { promptTokenCount, toolUsePromptTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } = counts;
  const input = sumOf(promptTokenCount, toolUsePromptTokenCount);
  const beside = sumOf(candidatesTokenCount, thoughtsTokenCount);
  // Some servers count the thoughts among the candidates: their total says so.
  const isWithin = beside !== null && totalTokenCount === (input ?? 0) + (candidatesTokenCount ?? 0);
  return disjointUsage({
    input,
    cacheRead: counts.cachedContentTokenCount ?? null,
    cacheWrite: null,
    output: isWithin && (candidatesTokenCount ?? 0) >= (thoughtsTokenCount ?? 0) ? (candidatesTokenCount ?? null) : beside,
    reasoning: thoughtsTokenCount ?? null,
    total: totalTokenCount ?? null,
  });
}

const sumOf = (a: number | undefined, b: number | undefined): number | null =>
  a === undefined && b === undefined ? null : (a ?? 0) + (b ?? 0);

export function usageMetadataOf(usage: Usage): JsonObject {
  const { freshInputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  const promptTokenCount = freshInputTokens + cacheReadTokens + cacheWriteTokens;
  return {
    promptTokenCount,
    ...(cacheReadTokens === 0 ? {} : { cachedContentTokenCount: cacheReadTokens }),
    candidatesTokenCount: outputTokens,
    ...(reasoningTokens === 0 ? {} : { thoughtsTokenCount: reasoningTokens }),
    totalTokenCount: promptTokenCount + outputTokens + reasoningTokens,
  };
}

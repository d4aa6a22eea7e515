/** Token counts of the Messages API for our disjoint classes, both ways. */
import type { Usage } from '../../core/money.ts';
import { disjointUsage } from '../disjoint-usage.ts';
import { countOf, type JsonObject, listOf, objectOf, textOf } from '../json-fields.ts';

const names = ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning'] as const;

export type Counts = Readonly<Partial<Record<(typeof names)[number], number>>>;

/** The counts with those of a later event. Counts only grow within an answer: a 0 behind them, or none, does not undo them. */
export const withCounts = (sofar: Counts, usage: unknown): Counts => largest(sofar, countsIn(objectOf(usage)));

function countsIn(usage: JsonObject): Counts {
  const told = countsOf(usage);
  const iterations = listOf(usage['iterations']).map(objectOf);
  // The counts themselves are those of the model that answered in place of another one.
  if (iterations.some((one) => one['type'] === 'fallback_message')) return told;
  const own = iterations.filter((one) => ['message', 'compaction'].includes(textOf(one['type'])));
  // The tokens of a compaction stand beside the counts, as an iteration of its own.
  return largest(told, own.map(countsOf).reduce(sumOf, {}));
}

function countsOf(usage: JsonObject): Counts {
  const lifetimes = Object.values(objectOf(usage['cache_creation']))
    .map(countOf)
    .filter((count) => count !== null);
  const counts: Record<(typeof names)[number], number | null> = {
    input: countOf(usage['input_tokens']),
    cacheRead: countOf(usage['cache_read_input_tokens']),
    cacheWrite:
      countOf(usage['cache_creation_input_tokens']) ?? (lifetimes.length === 0 ? null : lifetimes.reduce((sum, count) => sum + count, 0)),
    output: countOf(usage['output_tokens']),
    reasoning: countOf(objectOf(usage['output_tokens_details'])['thinking_tokens']),
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== null)) as Counts;
}

const combined =
  (how: (a: number, b: number) => number) =>
  (a: Counts, b: Counts): Counts =>
    Object.fromEntries(
      names.flatMap((name) => {
        const [one, other] = [a[name], b[name]];
        if (one === undefined && other === undefined) return [];
        return [[name, one === undefined || other === undefined ? (one ?? other) : how(one, other)]];
      }),
    ) as Counts;

const largest = combined(Math.max);
const sumOf = combined((a, b) => a + b);

/** Null where nothing was counted; only zeros are no count of an answer. Cached tokens stand beside the input. */
export function usageOf({ input, cacheRead = 0, cacheWrite = 0, output, reasoning }: Counts): Usage | null {
  if (!((input ?? 0) + cacheRead + cacheWrite + (output ?? 0) > 0)) return null;
  return disjointUsage({
    input: (input ?? 0) + cacheRead + cacheWrite,
    cacheRead,
    cacheWrite,
    output: output ?? null,
    reasoning: reasoning ?? null,
    total: null,
  });
}

/** Stock clients need numbers, also where nothing was counted. */
export function writeUsage(usage: Usage | null): JsonObject {
  if (usage === null) return { input_tokens: 0, output_tokens: 0 };
  const { freshInputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  return {
    input_tokens: freshInputTokens,
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cacheReadTokens,
    output_tokens: outputTokens + reasoningTokens,
    ...(reasoningTokens === 0 ? {} : { output_tokens_details: { thinking_tokens: reasoningTokens } }),
  };
}

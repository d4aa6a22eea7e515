/** Shares what one call has used among the fields that it served. */
import type { Settlement } from '../core/call/call.ts';
import { noUsage, shares, type Usage } from '../core/money.ts';

/** One settlement per weight, in whole tokens and nano-dollars that add up to the call's. */
export function sharedSettlement(settlement: Settlement, weights: readonly number[]): readonly Settlement[] {
  if (weights.length === 1) return [settlement];
  const usage = settlement.usage ?? noUsage;
  const split = (total: number): readonly number[] => shares(total, weights);
  const classes = {
    freshInputTokens: split(usage.freshInputTokens),
    cacheReadTokens: split(usage.cacheReadTokens),
    cacheWriteTokens: split(usage.cacheWriteTokens),
    outputTokens: split(usage.outputTokens),
    reasoningTokens: split(usage.reasoningTokens),
  };
  const cost = settlement.cost === null ? null : split(settlement.cost);
  const saved = split(settlement.savedCost);
  return weights.map((_, index) => ({
    ...settlement,
    usage: Object.fromEntries(Object.entries(classes).map(([name, parts]) => [name, parts[index] ?? 0])) as unknown as Usage,
    cost: cost === null ? null : (cost[index] ?? 0),
    savedCost: saved[index] ?? 0,
  }));
}

import type { Settlement } from '../core/call/call.ts';
import { shareUsage } from '../core/money.ts';

/** Splits the settlement of a call among the fields that it served: whole tokens and nano-dollars that add up to the call's. */
export function shareSettlement(settlement: Settlement, weights: readonly number[]): readonly Settlement[] {
  if (weights.length === 1) return [settlement];
  return shareUsage(settlement, weights).map((part) => ({ ...settlement, ...part }));
}

/** The strategies by the names that a configuration gives them. A new one is a file beside this one, and a line here. */
import type { Strategy } from '../route.ts';
import { cheapest } from './cheapest.ts';
import { fastest } from './fastest.ts';
import { ordered } from './ordered.ts';
import { weightedBy } from './weighted.ts';

export const strategies = {
  ordered,
  weighted: weightedBy(Math.random),
  cheapest,
  fastest,
} as const satisfies Readonly<Record<string, Strategy>>;

export type StrategyName = keyof typeof strategies;

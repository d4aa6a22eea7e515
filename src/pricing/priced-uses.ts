/** Reduces a price tree to the AI fields in it, each with the sizes of the lists above it. */
import type { Paced } from '../core/turns/paced.ts';
import type { Turns } from '../core/turns/turns.ts';
import { type CeilingOf, ceilingWith } from './field-arguments.ts';
import type { Amount } from './list-size.ts';
import type { PriceTree, TextPlace } from './price-tree.ts';
import { type ListRules, walkTree } from './walk-tree.ts';

export interface QuoteRules extends ListRules {
  /** Ceiling of the field at that coordinate; null for a field that asks no model. */
  readonly ceilingOf: (coordinate: string) => CeilingOf | null;
}

/** One place in the operation that asks a model. */
export interface PricedUse {
  readonly coordinate: string;
  readonly path: string;
  readonly place: TextPlace | null;
  /** Sizes of the lists above it, and 0 for a condition that leaves it out. */
  readonly factors: readonly Amount[];
  /** Ceiling of one use, as a function of the operation's variables. */
  readonly ceiling: CeilingOf;
}

/** All of an operation. */
export interface PricedUses {
  readonly uses: readonly PricedUse[];
  /** Fields inside fields. */
  readonly depth: number;
}

/** Throws what {@link walkTree} does. */
export function* pricedUsesOf(tree: PriceTree, rules: QuoteRules, turns: Turns): Paced<PricedUses> {
  const uses: PricedUse[] = [];
  let deepest = 0;
  yield* walkTree(tree, rules, turns, ({ node, path, above }) => {
    deepest = Math.max(deepest, above.depth + 1);
    for (const coordinate of node.coordinates) {
      const ceiling = rules.ceilingOf(coordinate);
      if (ceiling === null) continue;
      const { place = null } = node;
      uses.push({ coordinate, path, place, factors: above.factors, ceiling: ceilingWith(ceiling, node.arguments) });
    }
  });
  return { uses, depth: deepest };
}

/**
 * Reduces a price tree to the AI fields in it, each with the sizes of the lists above it.
 *
 * The walk is bounded: a field of an interface counts for each type that has it, and a condition counts for each field below it.
 */
import { GatewayError } from '../core/errors.ts';
import type { Ceiling } from './ceiling.ts';
import { ceilingWith } from './field-arguments.ts';
import { type Amount, type ListSize, sizeOf } from './list-size.ts';
import type { Condition, PricedField, PriceNode, PriceTree, Variables } from './price-tree.ts';

export interface QuoteRules {
  /** The ceiling of one use of the field, by coordinate and argument values; null for a field that asks no model. */
  readonly ceilingOf: (coordinate: string) => ((args: Variables) => Ceiling) | null;
  /** What `@listSize` says of the field; null where it says nothing. */
  readonly listSizeOf: (coordinate: string) => ListSize | null;
  /** Members assumed of a list that says nothing of its size. */
  readonly assumedListSize: number;
}

/** One place in the operation that asks a model. */
export interface PricedUse {
  readonly coordinate: string;
  readonly path: string;
  /** Sizes of the lists above it, and 0 for a condition that leaves it out. */
  readonly factors: readonly Amount[];
  readonly ceiling: (variables: Variables) => Ceiling;
}

/** Fragments inside fragments multiply: an operation that unfolds to more fields than this is refused before it is walked. */
export const maxUnfoldedFields = 20_000;
const maxWalked = 2 * maxUnfoldedFields;

interface Above {
  readonly path: string;
  readonly depth: number;
  readonly factors: readonly Amount[];
  /** Sizes that a field above gave to fields by name. */
  readonly sized: ReadonlyMap<string, Amount>;
}

/** Throws COST_LIMIT_EXCEEDED when the operation unfolds to more than `maxUnfoldedFields` fields. */
export function pricedUsesOf(tree: PriceTree, rules: QuoteRules): { readonly uses: readonly PricedUse[]; readonly depth: number } {
  if (tree.unfoldedFields > maxUnfoldedFields) throw tooManyFields();
  const uses: PricedUse[] = [];
  let deepest = 0;
  let walked = 0;
  const walk = (fields: number): void => {
    walked += fields;
    if (walked > maxWalked) throw tooManyFields();
  };

  function visitAll(nodes: Iterable<PriceNode>, above: Above): void {
    for (const node of nodes) {
      walk(1 + (above.factors.length >> 3));
      const within = node.conditions.length === 0 ? above : { ...above, factors: [...above.factors, ...node.conditions.map(amountOf)] };
      if (node.kind === 'field') visitField(node, within);
      else visitAll(node.selections, within);
    }
  }

  function visitField(node: PricedField, above: Above): void {
    const { coordinates, result } = node;
    const depth = above.depth + 1;
    deepest = Math.max(deepest, depth);
    const path = above.path === '' ? node.responseKey : `${above.path}.${node.responseKey}`;
    walk(coordinates.length >> 2);
    for (const coordinate of coordinates) {
      const ceiling = rules.ceilingOf(coordinate);
      if (ceiling !== null) uses.push({ coordinate, path, factors: above.factors, ceiling: ceilingWith(ceiling, node.arguments) });
    }
    if (result === null) return;
    const { size, sized } = sizeOf(
      { name: node.name, lists: result.lists, arguments: node.arguments },
      {
        declared: coordinates.map(rules.listSizeOf).find((rule) => rule !== null) ?? null,
        sized: above.sized,
        assumed: rules.assumedListSize,
      },
    );
    visitAll(result.selections, { path, depth, factors: size === null ? above.factors : [...above.factors, size], sized });
  }

  visitAll(tree.selections, { path: '', depth: 0, factors: [], sized: new Map() });
  return { uses, depth: deepest };
}

function amountOf({ wanted, value }: Condition): Amount {
  if (value.kind === 'variable') return (variables) => (variables[value.name] === wanted ? 1 : 0);
  return () => (value.value === wanted ? 1 : 0);
}

const tooManyFields = (): GatewayError =>
  new GatewayError(
    'COST_LIMIT_EXCEEDED',
    `With its fragments unfolded the operation has more than ${maxUnfoldedFields} fields. Ask for fewer at a time.`,
  );

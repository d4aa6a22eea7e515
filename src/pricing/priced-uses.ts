/**
 * Reduces a price tree to the AI fields in it, each with the sizes of the lists above it.
 *
 * The walk is bounded: a field of an interface counts for each type that has it, and a condition counts for each field below it.
 * It goes in slices, between which other requests are served.
 */
import { GatewayError } from '../core/errors.ts';
import type { Paced } from '../core/turns/paced.ts';
import type { Turns } from '../core/turns/turns.ts';
import { type CeilingOf, ceilingWith } from './field-arguments.ts';
import { type Amount, type ListSize, sizeOf } from './list-size.ts';
import type { Condition, PricedField, PriceNode, PriceTree } from './price-tree.ts';

export interface QuoteRules {
  /** By coordinate; null for a field that asks no model. */
  readonly ceilingOf: (coordinate: string) => CeilingOf | null;
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
  /** By the operation's variables. */
  readonly ceiling: CeilingOf;
}

/** All of an operation. */
export interface PricedUses {
  readonly uses: readonly PricedUse[];
  /** Fields inside fields. */
  readonly depth: number;
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

/** Selections that are being read, with what stands above them. */
interface OpenSelections {
  readonly nodes: Iterator<PriceNode>;
  readonly above: Above;
}

/** Throws COST_LIMIT_EXCEEDED when the operation unfolds to more than `maxUnfoldedFields` fields: at once where the tree says so. */
export function* pricedUsesOf(tree: PriceTree, rules: QuoteRules, turns: Turns): Paced<PricedUses> {
  if (tree.unfoldedFields > maxUnfoldedFields) throw tooManyFields();
  const uses: PricedUse[] = [];
  const open: OpenSelections[] = [];
  let deepest = 0;
  let walked = 0;
  const walk = (fields: number): void => {
    walked += fields;
    if (walked > maxWalked) throw tooManyFields();
  };
  const openAll = (selections: Iterable<PriceNode>, above: Above): void => {
    open.push({ nodes: selections[Symbol.iterator](), above });
  };

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
    openAll(result.selections, { path, depth, factors: size === null ? above.factors : [...above.factors, size], sized });
  }

  openAll(tree.selections, { path: '', depth: 0, factors: [], sized: new Map() });
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    const next = last.nodes.next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    const node = next.value;
    const { above } = last;
    walk(1 + (above.factors.length >> 3));
    const within = node.conditions.length === 0 ? above : { ...above, factors: [...above.factors, ...node.conditions.map(amountOf)] };
    if (node.kind === 'field') visitField(node, within);
    else openAll(node.selections, within);
    const wait = turns.spend(node.kind === 'field' ? 1 + node.coordinates.length : 1);
    if (wait !== null) yield wait;
  }
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

/**
 * Walks a price tree, and gives each field with the sizes of the lists above it.
 *
 * The walk is bounded: a field of an interface counts for each type that has it, and a condition counts for each field below it.
 * It goes in slices, between which other requests are served.
 */
import { GatewayError } from '../core/errors.ts';
import type { Paced } from '../core/turns/paced.ts';
import type { Turns } from '../core/turns/turns.ts';
import { type Amount, type ListSize, sizeOf } from './list-size.ts';
import type { Condition, PricedField, PriceNode, PriceTree } from './price-tree.ts';

export interface ListRules {
  /** What `@listSize` says of the field; null where it says nothing. */
  readonly listSizeOf: (coordinate: string) => ListSize | null;
  /** Members assumed of a list that says nothing of its size. */
  readonly assumedListSize: number;
}

export interface Above {
  readonly path: string;
  /** Fields above. */
  readonly depth: number;
  /** Sizes of the lists above, and 0 for a condition that leaves the field out. */
  readonly factors: readonly Amount[];
  /** Sizes that a field above gave to fields by name. */
  readonly sized: ReadonlyMap<string, Amount>;
}

export interface WalkedField {
  readonly node: PricedField;
  readonly path: string;
  readonly above: Above;
  /** Members of its own list; null: it is none. */
  readonly size: Amount | null;
}

/** Fragments inside fragments multiply: an operation that unfolds to more fields than this is refused before it is walked. */
export const maxUnfoldedFields = 20_000;
const maxWalked = 2 * maxUnfoldedFields;

/** Selections that are being read, with what stands above them. */
interface OpenSelections {
  readonly nodes: Iterator<PriceNode>;
  readonly above: Above;
}

/** Throws COST_LIMIT_EXCEEDED when the operation unfolds to more than `maxUnfoldedFields` fields: at once where the tree says so. */
export function* walkTree(tree: PriceTree, rules: ListRules, turns: Turns, visit: (field: WalkedField) => void): Paced<void> {
  if (tree.unfoldedFields > maxUnfoldedFields) throw tooManyFields();
  const open: OpenSelections[] = [];
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
    const path = above.path === '' ? node.responseKey : `${above.path}.${node.responseKey}`;
    walk(coordinates.length >> 2);
    if (result === null) {
      visit({ node, path, above, size: null });
      return;
    }
    const { size, sized } = sizeOf(
      { name: node.name, lists: result.lists, arguments: node.arguments },
      {
        declared: coordinates.map(rules.listSizeOf).find((rule) => rule !== null) ?? null,
        sized: above.sized,
        assumed: rules.assumedListSize,
      },
    );
    visit({ node, path, above, size });
    const factors = size === null ? above.factors : [...above.factors, size];
    openAll(result.selections, { path, depth: above.depth + 1, factors, sized });
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

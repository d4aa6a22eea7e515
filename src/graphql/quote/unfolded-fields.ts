/** How many fields and fragments an operation has with its fragments unfolded, counted without unfolding them. */
import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(document.definitions.flatMap((node) => (node.kind === 'FragmentDefinition' ? [[node.name.value, node] as const] : [])));

/** Each fragment is counted once, however often it is spread: two hundred lines of fragments in fragments can unfold to 2^200 fields. */
export function countUnfoldedFields({ selectionSet }: OperationDefinitionNode, fragments: Fragments): number {
  const counted = new Map<string, number>();
  const inFragment = (name: string): number => {
    const known = counted.get(name);
    if (known !== undefined) return known;
    // A fragment in itself is not a valid document; it counts as empty.
    counted.set(name, 0);
    const fragment = fragments.get(name);
    const fields = fragment === undefined ? 0 : inSet(fragment.selectionSet);
    counted.set(name, fields);
    return fields;
  };
  const inSet = ({ selections }: SelectionSetNode): number => {
    let fields = 0;
    for (const node of selections) {
      fields += 1;
      if (node.kind === 'FragmentSpread') fields += inFragment(node.name.value);
      else if (node.selectionSet !== undefined) fields += inSet(node.selectionSet);
    }
    return Math.min(Number.MAX_SAFE_INTEGER, fields);
  };
  return inSet(selectionSet);
}

/** A document whose selections are flat lists: the engine nests them, and graphql's printer never ends on nested ones. */
import { type DocumentNode, Kind, type SelectionNode, type SelectionSetNode } from 'graphql';

export function flat(document: DocumentNode): DocumentNode {
  let changed = false;
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) return definition;
    const selectionSet = flatSet(definition.selectionSet);
    if (selectionSet === definition.selectionSet) return definition;
    changed = true;
    return { ...definition, selectionSet };
  });
  return changed ? { ...document, definitions } : document;
}

function flatSet(set: SelectionSetNode): SelectionSetNode {
  const list: readonly unknown[] = set.selections;
  const nested = list.some(Array.isArray);
  const selections = nested ? (list.flat(Number.POSITIVE_INFINITY) as SelectionNode[]) : set.selections;
  let changed = nested;
  const flattened = selections.map((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD || selection.selectionSet === undefined) return selection;
    const inner = flatSet(selection.selectionSet);
    if (inner === selection.selectionSet) return selection;
    changed = true;
    return { ...selection, selectionSet: inner };
  });
  return changed ? { ...set, selections: flattened } : set;
}

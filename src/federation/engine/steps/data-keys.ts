/** Keys of the data that a request gives and reads, joined by dots: `products.stock`. They decide which request waits for which. */
import { Kind, type SelectionSetNode } from 'graphql';
import type { OutputRewrite, RequiresSelection } from '../plan/plan-nodes.ts';
import type { ReadRequest } from './subgraph-request.ts';

/** Keys of a request's selections, for objects at `at`. */
export function keysGiven(
  { fragments }: Pick<ReadRequest, 'fragments'>,
  set: SelectionSetNode,
  at: readonly string[],
  rewrites: readonly OutputRewrite[],
): ReadonlySet<string> {
  const given = new Set<string>();
  for (const one of rewrites) {
    if (!('KeyRenamer' in one)) continue;
    const keys = one.KeyRenamer.path.flatMap((segment) => ('Key' in segment ? [segment.Key] : []));
    given.add([...at, ...keys.slice(0, -1), one.KeyRenamer.renameKeyTo].join('.'));
  }
  const visit = ({ selections }: SelectionSetNode, path: readonly string[]): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const inner = [...path, (selection.alias ?? selection.name).value];
        given.add(inner.join('.'));
        if (selection.selectionSet !== undefined) visit(selection.selectionSet, inner);
        continue;
      }
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (inner !== undefined) visit(inner.selectionSet, path);
    }
  };
  visit(set, at);
  return given;
}

/** Keys of the objects themselves, and of what is required of each. */
export function keysRead(requires: readonly RequiresSelection[], at: readonly string[]): ReadonlySet<string> {
  const read = new Set<string>([at.join('.')]);
  const visit = (selections: readonly RequiresSelection[], path: readonly string[]): void => {
    for (const selection of selections) {
      if (selection.kind === 'FragmentSpread') continue;
      if (selection.kind === 'InlineFragment') {
        visit(selection.selections, path);
        continue;
      }
      const inner = [...path, selection.name];
      read.add(inner.join('.'));
      visit(selection.selections ?? [], inner);
    }
  };
  visit(requires, at);
  return read;
}

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
  const given = new Set(renames(at, rewrites).map(({ to }) => to));
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

interface Renamed {
  readonly from: string;
  readonly to: string;
}

/** Keys of an answer that have another name in the data. */
export function renames(at: readonly string[], rewrites: readonly OutputRewrite[]): readonly Renamed[] {
  return rewrites.flatMap((one) => {
    if (!('KeyRenamer' in one)) return [];
    const keys = one.KeyRenamer.path.flatMap((segment) => ('Key' in segment ? [segment.Key] : []));
    return [{ from: [...at, ...keys].join('.'), to: [...at, ...keys.slice(0, -1), one.KeyRenamer.renameKeyTo].join('.') }];
  });
}

const ofPlanner = /(?:^|\.)_internal_qp_alias_\d+$/;

/**
 * A key of the planner's own that nobody reads; null: there is none. The planner gives a field such a key where two requests need it with
 * other arguments. Where it then forgets which of them reads that key, both read one value.
 */
export const forgottenKey = (given: readonly string[], read: ReadonlySet<string>): string | null =>
  given.find((key) => ofPlanner.test(key) && !read.has(key)) ?? null;

/** A key that is read, and that nobody gives; null: there is none. */
export const missingKey = (read: ReadonlySet<string>, given: readonly ReadonlySet<string>[]): string | null =>
  [...read].find((key) => !/(^|\.)__typename$/.test(key) && !given.some((keys) => keys.has(key))) ?? null;

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

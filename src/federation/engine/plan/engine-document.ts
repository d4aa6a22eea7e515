/**
 * Rewrites a client's operation to what the planner is given: without introspection and `__typename` of root types, without
 * `@defer`, and with fields that have an alias or arguments under keys of ours; see `client-fields.ts`.
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { DataKeys } from './client-fields.ts';
import { type Conditions, isIncluded } from './conditions.ts';
import type { Written } from './written-operation.ts';

/** Whether a field of the root type is kept, by its response key and by the `@defer` that it stands in, outermost first. */
export type KeepRoot = (responseKey: string, deferred: DirectiveNode | null) => boolean;

const isIntrospection = (name: string): boolean => name === '__schema' || name === '__type';
const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Null: nothing is left to ask subgraphs for. `conditions` null: they are left to the planner. `withTypes`: the name of the type is asked for wherever types differ. */
export function engineDocument(
  { operation, fragments }: Written,
  keys: DataKeys,
  conditions: Conditions | null,
  keepRoot: KeepRoot,
  withTypes = false,
): DocumentNode | null {
  /** The fragment is null when nothing of it is left. */
  const rewritten = new Map<string, FragmentDefinitionNode | null>();
  const deferIds = new Map<DirectiveNode, number>();

  function set({ selections }: SelectionSetNode, at: Place): SelectionSetNode | null {
    const kept = selections.flatMap((selection) => rewrite(selection, at) ?? []);
    const isTyped = withTypes && !at.isRoot && kept.some(isConditional) && !kept.includes(typename);
    return kept.length === 0 ? null : { kind: Kind.SELECTION_SET, selections: isTyped ? [typename, ...kept] : kept };
  }

  function rewrite(selection: SelectionNode, at: Place): SelectionNode | null {
    if (conditions !== null && !isIncluded(selection.directives, conditions)) return null;
    const directives = selection.directives?.filter((one) => !isDefer(one) && (conditions === null || !isCondition(one))) ?? [];
    if (selection.kind === Kind.FIELD) return field({ ...selection, directives }, at);
    const deferred = at.isRoot ? (at.deferred ?? selection.directives?.find(isDefer) ?? null) : null;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const kept = set(selection.selectionSet, { ...at, deferred });
      return kept === null ? null : { ...selection, directives, selectionSet: kept };
    }
    const kept = fragment(selection.name.value, at.isRoot, deferred);
    return kept === null ? null : { ...selection, name: kept.name, directives };
  }

  /** Of the root, each place is rewritten by itself: what is kept depends on its `@defer`. */
  function fragment(name: string, isRoot: boolean, deferred: DirectiveNode | null): FragmentDefinitionNode | null {
    const whole = fragments.get(name);
    if (whole === undefined) return null;
    if (deferred !== null && !deferIds.has(deferred)) deferIds.set(deferred, deferIds.size);
    // All names get one, or a name of the client's could be one of ours.
    const suffix = isRoot ? `_root${deferred === null ? '' : deferIds.get(deferred)}` : '_inner';
    const known = rewritten.get(name + suffix);
    if (known !== undefined) return known;
    rewritten.set(name + suffix, null);
    const kept = set(whole.selectionSet, { isRoot, deferred });
    const made = kept === null ? null : { ...whole, name: nameOf(name + suffix), selectionSet: kept };
    rewritten.set(name + suffix, made);
    return made;
  }

  function field(node: FieldNode, { isRoot, deferred }: Place): FieldNode | null {
    const name = node.name.value;
    if (isRoot && (name === '__typename' || isIntrospection(name) || !keepRoot(node.alias?.value ?? name, deferred))) return null;
    if (name === '__typename') return typename;
    const key = keys(node);
    const { alias: _, selectionSet, ...rest } = node;
    const inner = selectionSet === undefined ? null : (set(selectionSet, { isRoot: false, deferred: null }) ?? typenameAlone);
    return { ...rest, ...(key === name ? {} : { alias: nameOf(key) }), ...(inner === null ? {} : { selectionSet: inner }) };
  }

  const selectionSet = set(operation.selectionSet, { isRoot: true, deferred: null });
  if (selectionSet === null) return null;
  const { name: _, ...unnamed } = operation;
  const kept = [...rewritten.values()].filter((one) => one !== null);
  return withUsedVariables({ ...unnamed, selectionSet }, kept);
}

interface Place {
  readonly isRoot: boolean;
  /** The outermost `@defer` of the root's fields. */
  readonly deferred: DirectiveNode | null;
}

const nameOf = (value: string): NameNode => ({ kind: Kind.NAME, value });
const typenameAlone: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [typename] };
const isCondition = ({ name }: DirectiveNode): boolean => name.value === 'skip' || name.value === 'include';
const isConditional = (selection: SelectionNode): boolean =>
  selection.kind === Kind.FRAGMENT_SPREAD || (selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition !== undefined);
const isDefer = ({ name }: DirectiveNode): boolean => name.value === 'defer';

/** A planner refuses what is declared and not used. */
function withUsedVariables(operation: OperationDefinitionNode, fragments: readonly FragmentDefinitionNode[]): DocumentNode {
  const used = new Set<string>();
  const note = { Variable: ({ name }: { readonly name: { readonly value: string } }): void => void used.add(name.value) };
  for (const node of [operation.selectionSet, ...(operation.directives ?? []), ...fragments]) visit(node, note);
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [];
  return { kind: Kind.DOCUMENT, definitions: [{ ...operation, variableDefinitions }, ...fragments] };
}

/**
 * Splits an operation where one plan would say too little: each field of a mutation ends, with all that is asked of it, before the
 * next begins; and what is under `@defer` at the root is asked for by itself, so that the rest need not wait for it.
 */
import { type DirectiveNode, type DocumentNode, Kind, OperationTypeNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import type { DataKeys } from './client-fields.ts';
import type { Conditions } from './conditions.ts';
import { engineDocument } from './engine-document.ts';
import type { Written } from './written-operation.ts';

export interface RootPart {
  /** The field of a mutation that it is of; null: of all. */
  readonly responseKey: string | null;
  /** The `@defer` that it is under; null: none. */
  readonly deferred: DirectiveNode | null;
  readonly document: DocumentNode;
}

/** `conditions` null: they are left to the planner. */
export function rootParts(written: Written, dataKeys: DataKeys, conditions: Conditions | null, withTypes: boolean): readonly RootPart[] {
  const keys = written.operation.operation === OperationTypeNode.MUTATION ? rootKeys(written) : [null];
  const defers = written.operation.operation === OperationTypeNode.QUERY ? [null, ...rootDefers(written)] : [null];
  return keys.flatMap((responseKey) =>
    defers.flatMap((deferred) => {
      const document = engineDocument(
        written,
        dataKeys,
        conditions,
        (key, within) => (responseKey === null || key === responseKey) && (defers.length === 1 || within === deferred),
        withTypes,
      );
      return document === null ? [] : [{ responseKey, deferred, document }];
    }),
  );
}

function rootKeys(written: Written): readonly string[] {
  const keys = new Set<string>();
  eachRoot(written, { field: (key) => void keys.add(key) });
  return [...keys];
}

function rootDefers(written: Written): readonly DirectiveNode[] {
  const defers = new Set<DirectiveNode>();
  eachRoot(written, { defer: (directive) => void defers.add(directive) });
  return [...defers];
}

interface Visitor {
  readonly field?: (responseKey: string) => void;
  /** The outermost ones alone. */
  readonly defer?: (directive: DirectiveNode) => void;
}

function eachRoot({ operation, fragments }: Written, { field, defer }: Visitor): void {
  const visit = ({ selections }: SelectionSetNode, isDeferred: boolean, entered: ReadonlySet<string>): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        field?.(selection.alias?.value ?? selection.name.value);
        continue;
      }
      const directive = selection.directives?.find(({ name }) => name.value === 'defer');
      if (directive !== undefined && !isDeferred) defer?.(directive);
      const name = selection.kind === Kind.FRAGMENT_SPREAD ? selection.name.value : null;
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (inner === undefined || (name !== null && entered.has(name))) continue;
      visit(inner.selectionSet, isDeferred || directive !== undefined, name === null ? entered : new Set([...entered, name]));
    }
  };
  visit(operation.selectionSet, false, new Set());
}

/** The fields of introspection alone, for graphql-js; null: there are none. */
export function introspectionOf({ operation, fragments }: Written): DocumentNode | null {
  const kept = ({ selections }: SelectionSetNode, entered: ReadonlySet<string>): SelectionSetNode | null => {
    const found = selections.flatMap((selection): readonly SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return /^__(schema|type)$/.test(selection.name.value) ? [selection] : [];
      const name = selection.kind === Kind.FRAGMENT_SPREAD ? selection.name.value : null;
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (inner === undefined || (name !== null && entered.has(name))) return [];
      const selectionSet = kept(inner.selectionSet, name === null ? entered : new Set([...entered, name]));
      const directives = (selection.directives ?? []).filter((one) => one.name.value !== 'defer');
      return selectionSet === null ? [] : [{ kind: Kind.INLINE_FRAGMENT, directives, selectionSet } as const];
    });
    return found.length === 0 ? null : { kind: Kind.SELECTION_SET, selections: found };
  };
  const selectionSet = kept(operation.selectionSet, new Set());
  return selectionSet === null ? null : { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }, ...fragments.values()] };
}

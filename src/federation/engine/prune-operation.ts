/** Removes the fields from an operation that its caller may not have, before subgraphs are asked. */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

export interface Pruned extends Pick<GraphQLResolveInfo, 'fragments' | 'operation'> {
  infoOf(info: GraphQLResolveInfo): Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'operation'>;
}

type Denied = (type: string, field: string) => boolean;

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

export function pruneOperation(
  schema: GraphQLSchema,
  { operation, fragments }: Pick<GraphQLResolveInfo, 'fragments' | 'operation'>,
  denied: Denied,
  implementations: (type: string) => readonly string[],
): Pruned {
  const kept = new Map<FieldNode, FieldNode>();

  const prunedSet = (set: SelectionSetNode, type: GraphQLNamedType | undefined): SelectionSetNode => {
    const selections = set.selections.flatMap((selection) => prunedSelection(selection, type));
    return { ...set, selections: selections.length === 0 ? [typename] : selections };
  };

  const prunedSelection = (selection: SelectionNode, type: GraphQLNamedType | undefined): readonly SelectionNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const inner = selection.typeCondition === undefined ? type : schema.getType(selection.typeCondition.name.value);
      return [{ ...selection, selectionSet: prunedSet(selection.selectionSet, inner) }];
    }
    const name = selection.name.value;
    if (type === undefined || !(isObjectType(type) || isInterfaceType(type))) return [selection];
    const returned = type.getFields()[name]?.type;
    const node =
      selection.selectionSet === undefined || returned === undefined
        ? selection
        : { ...selection, selectionSet: prunedSet(selection.selectionSet, getNamedType(returned)) };
    kept.set(selection, node);
    if (denied(type.name, name)) return [];
    const members = implementations(type.name);
    const allowed = members.filter((member) => !denied(member, name));
    if (allowed.length === members.length) return [node];
    return allowed.map((member) => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: member } },
      selectionSet: { kind: Kind.SELECTION_SET, selections: [node] },
    }));
  };

  const prunedFragments = Object.fromEntries(
    Object.entries(fragments).map(([name, fragment]): [string, FragmentDefinitionNode] => [
      name,
      { ...fragment, selectionSet: prunedSet(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value)) },
    ]),
  );
  const prunedOperation = {
    ...operation,
    selectionSet: prunedSet(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined),
  };
  return {
    operation: prunedOperation,
    fragments: prunedFragments,
    infoOf: (info) => ({
      fieldNodes: info.fieldNodes.map((node) => kept.get(node) ?? node),
      fragments: prunedFragments,
      operation: prunedOperation,
    }),
  };
}

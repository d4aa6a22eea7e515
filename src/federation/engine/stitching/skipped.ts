/**
 * What a client skips, kept from the engine.
 *
 * For a subgraph that provides fields, the engine asks for them without the conditions of the fragment that they stand in:
 * what was skipped is computed all the same, and its error fails the entity. So the engine sees an operation without it.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLFieldResolver,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

type Resolver = GraphQLFieldResolver<unknown, unknown>;
type Seen = (info: GraphQLResolveInfo) => GraphQLResolveInfo;

export function withoutSkipped(schema: GraphQLSchema): void {
  const seen = seenByOperation();
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      if (field.resolve !== undefined) field.resolve = seeing(field.resolve, seen);
      if (field.subscribe !== undefined) field.subscribe = seeing(field.subscribe, seen);
    }
  }
}

function seeing(resolve: Resolver, seen: Seen): Resolver {
  return (parent, args, context, info) => resolve(parent, args, context, seen(info));
}

interface Left {
  /** The same for the same node. It need not be of the operation: others rewrite nodes by themselves (`response-keys.ts`). */
  readonly fieldOf: (node: FieldNode) => FieldNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: GraphQLResolveInfo['fragments'];
}

function seenByOperation(): Seen {
  const conditional = new WeakMap<OperationDefinitionNode, boolean>();
  /** By the variable values of one execution. */
  const left = new WeakMap<object, Left>();
  return (info) => {
    let isConditional = conditional.get(info.operation);
    if (isConditional === undefined) {
      isConditional = [info.operation, ...Object.values(info.fragments)].some(({ selectionSet }) => hasConditions(selectionSet));
      conditional.set(info.operation, isConditional);
    }
    if (!isConditional) return info;
    const known = left.get(info.variableValues) ?? leftOf(info);
    left.set(info.variableValues, known);
    const { operation, fragments, fieldOf } = known;
    return { ...info, operation, fragments, fieldNodes: info.fieldNodes.map(fieldOf) };
  };
}

const isCondition = ({ name }: { readonly name: { readonly value: string } }): boolean => name.value === 'skip' || name.value === 'include';

const hasConditions = (set: SelectionSetNode): boolean =>
  set.selections.some(
    (selection) =>
      selection.directives?.some(isCondition) === true ||
      (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet !== undefined && hasConditions(selection.selectionSet)),
  );

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function leftOf({ operation, fragments, variableValues }: GraphQLResolveInfo): Left {
  const nodes = new Map<FieldNode, FieldNode>();
  const leftSet = (set: SelectionSetNode): SelectionSetNode => {
    const selections = set.selections.filter((selection) => isWanted(selection, variableValues)).map(leftSelection);
    return { ...set, selections: selections.length === 0 ? [typename] : selections };
  };
  const leftSelection = (selection: SelectionNode): SelectionNode => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
    return selection.kind === Kind.FIELD ? fieldOf(selection) : { ...selection, selectionSet: leftSet(selection.selectionSet) };
  };
  const fieldOf = (field: FieldNode): FieldNode => {
    if (field.selectionSet === undefined) return field;
    const node = nodes.get(field) ?? { ...field, selectionSet: leftSet(field.selectionSet) };
    nodes.set(field, node);
    return node;
  };
  const named = Object.entries(fragments).map(([name, fragment]): [string, FragmentDefinitionNode] => [
    name,
    { ...fragment, selectionSet: leftSet(fragment.selectionSet) },
  ]);
  return { operation: { ...operation, selectionSet: leftSet(operation.selectionSet) }, fragments: Object.fromEntries(named), fieldOf };
}

function isWanted(selection: SelectionNode, variables: GraphQLResolveInfo['variableValues']): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.['if'] !== true && include?.['if'] !== false;
}

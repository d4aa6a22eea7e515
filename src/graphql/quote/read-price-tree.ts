/** Reads a document as the plain tree that `pricing/` quotes by. Nothing of GraphQL goes further than this file. */
import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Condition, FieldArguments, PriceNode, PriceTree, Variables } from '../../pricing/price-tree.ts';
import { checkVariables, coerceArguments, hasVariables, variableCoercer } from './coerce-values.ts';
import { countUnfoldedFields, type Fragments, fragmentsOf } from './unfolded-fields.ts';

type Trees = Map<string | null, PriceTree>;
const treesOf = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, Trees>>();

/** Returns the same tree each time. The document must be valid. `operationName` null: the only operation. */
export function priceTreeOf(schema: GraphQLSchema, document: DocumentNode, operationName: string | null): PriceTree {
  const known = treesOf.get(schema)?.get(document)?.get(operationName);
  if (known !== undefined) return known;
  const ofSchema = treesOf.get(schema) ?? new WeakMap<DocumentNode, Trees>();
  treesOf.set(schema, ofSchema);
  const ofDocument = ofSchema.get(document) ?? new Map<string | null, PriceTree>();
  ofSchema.set(document, ofDocument);
  const tree = readTree(schema, document, operationName);
  ofDocument.set(operationName, tree);
  return tree;
}

function readTree(schema: GraphQLSchema, document: DocumentNode, operationName: string | null): PriceTree {
  const operation = operationOf(document, operationName);
  const root = operation === null ? null : schema.getRootType(operation.operation);
  if (operation === null || root === null || root === undefined) return { unfoldedFields: 0, selections: [], coerceVariables: () => ({}) };
  const fragments = fragmentsOf(document);
  const declared = operation.variableDefinitions ?? [];
  return {
    unfoldedFields: countUnfoldedFields(operation, fragments),
    selections: selectionsOf(root, operation.selectionSet, { schema, fragments, read: new Map() }),
    ...variablesOf(schema, declared),
  };
}

/** Checks and coerces the same variables once. Large ones are coerced in two turns of the event loop, before they are needed. */
function variablesOf(
  schema: GraphQLSchema,
  declared: readonly VariableDefinitionNode[],
): Required<Pick<PriceTree, 'checkVariables' | 'coerceVariables'>> {
  const coerce = variableCoercer(schema, declared);
  /**
   * Coerced values of large variables; null while variables are checked but not coerced. Small ones are not remembered, because coercing them is
   * faster.
   */
  const known = new WeakMap<Variables, Variables | null>();
  function checkOnce(given: Variables, maxValues?: number): boolean {
    if (known.has(given)) return true;
    const isLarge = checkVariables(schema, declared, given, maxValues);
    if (isLarge) known.set(given, null);
    return isLarge;
  }
  return {
    checkVariables: checkOnce,
    coerceVariables(given) {
      const before = known.get(given);
      if (before !== undefined && before !== null) return before;
      const isLarge = before === null || checkOnce(given);
      const coerced = coerce(given);
      if (isLarge) known.set(given, coerced);
      return coerced;
    },
  };
}

function operationOf(document: DocumentNode, name: string | null): OperationDefinitionNode | null {
  const operations = document.definitions.filter((node) => node.kind === 'OperationDefinition');
  return (name === null ? operations[0] : operations.find((node) => node.name?.value === name)) ?? null;
}

interface Source {
  readonly schema: GraphQLSchema;
  readonly fragments: Fragments;
  /** Fields by type and selection set, so that a fragment that is spread two hundred times is read once. */
  readonly read: Map<GraphQLType, Map<SelectionSetNode, Iterable<PriceNode>>>;
}

/** Nodes are made when they are first read, because pricing stops reading when there are too many. */
function selectionsOf(type: GraphQLType, set: SelectionSetNode, source: Source): Iterable<PriceNode> {
  const ofType = source.read.get(type) ?? new Map<SelectionSetNode, Iterable<PriceNode>>();
  source.read.set(type, ofType);
  let nodes: PriceNode[] | null = null;
  const selections = ofType.get(set) ?? {
    [Symbol.iterator]() {
      nodes ??= set.selections.map((selection) => nodeOf(type, selection, source));
      return nodes[Symbol.iterator]();
    },
  };
  ofType.set(set, selections);
  return selections;
}

function nodeOf(type: GraphQLType, node: SelectionNode, source: Source): PriceNode {
  const conditions = conditionsOf(node.directives);
  if (node.kind === 'Field') return fieldOf(type, node, conditions, source) ?? { kind: 'group', conditions, selections: [] };
  const fragment = node.kind === 'InlineFragment' ? node : source.fragments.get(node.name.value);
  const condition = fragment?.typeCondition?.name.value;
  const target = condition === undefined ? type : source.schema.getType(condition);
  const selections = fragment === undefined || target === undefined ? [] : selectionsOf(target, fragment.selectionSet, source);
  return { kind: 'group', conditions, selections };
}

/** Null for `__typename`, which no type declares. */
function fieldOf(type: GraphQLType, node: FieldNode, conditions: readonly Condition[], source: Source): PriceNode | null {
  if (!isObjectType(type) && !isInterfaceType(type)) return null;
  const field = type.getFields()[node.name.value];
  if (field === undefined) return null;
  const inner = getNamedType(field.type);
  return {
    kind: 'field',
    name: field.name,
    responseKey: (node.alias ?? node.name).value,
    place: node.loc === undefined ? null : { line: node.loc.startToken.line, column: node.loc.startToken.column },
    conditions,
    coordinates: isObjectType(type)
      ? [`${type.name}.${field.name}`]
      : [type, ...source.schema.getPossibleTypes(type)].map(({ name }) => `${name}.${field.name}`),
    arguments: argumentsOf(field, node),
    result:
      isCompositeType(inner) && node.selectionSet !== undefined
        ? { lists: listsIn(field.type), selections: selectionsOf(inner, node.selectionSet, source) }
        : null,
  };
}

const argumentsOf = (field: GraphQLField<unknown, unknown>, node: FieldNode): FieldArguments => ({
  haveVariables: () => hasVariables(node),
  coerce: (variables) => coerceArguments(field, node, variables),
  named(name) {
    const declared = field.args.find((argument) => argument.name === name);
    if (declared === undefined) return null;
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
    const byDefault: unknown = declared.defaultValue;
    if (value === undefined) return { given: { kind: 'absent' }, byDefault };
    if (value.kind === 'Variable') return { given: { kind: 'variable', name: value.name.value }, byDefault };
    return { given: { kind: 'fixed', value: valueFromASTUntyped(value) }, byDefault };
  },
});

/** Number of lists around the type: 0 for one object, 2 for a list of lists. */
function listsIn(type: GraphQLType): number {
  if (isNonNullType(type)) return listsIn(type.ofType);
  return isListType(type) ? 1 + listsIn(type.ofType) : 0;
}

const noConditions: readonly Condition[] = [];

function conditionsOf(directives: readonly (DirectiveNode | ConstDirectiveNode)[] | undefined): readonly Condition[] {
  if (directives === undefined || directives.length === 0) return noConditions;
  return directives.flatMap(({ name, arguments: args }): Condition[] => {
    const value = args?.find((argument) => argument.name.value === 'if')?.value;
    if ((name.value !== 'include' && name.value !== 'skip') || value === undefined) return [];
    const wanted = name.value === 'include';
    if (value.kind === 'Variable') return [{ wanted, value: { kind: 'variable', name: value.name.value } }];
    return [{ wanted, value: { kind: 'fixed', value: value.kind === 'BooleanValue' ? value.value : null } }];
  });
}

/** Prepares a request of a plan for its subgraph: only with types that the subgraph knows, and printed once. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  type NamedTypeNode,
  type OperationTypeNode,
  parse,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { BatchFetchNode, FetchNode } from '../plan/plan-nodes.ts';

export interface StepsSource {
  readonly schema: GraphQLSchema;
  /** Returns the subgraph's own name for its name in the planner. */
  readonly nameOf: (plannerName: string) => string;
  readonly isKey: (subgraph: string, typeName: string, field: string) => boolean;
  readonly isKnown: (subgraph: string, typeName: string) => boolean;
}

/** A request of a plan, ready to be sent. */
export interface ReadRequest {
  readonly subgraph: string;
  readonly operationType: OperationTypeNode;
  readonly document: DocumentNode;
  readonly text: string;
  readonly textJson: string;
  /** Names of the client's variables that are sent. */
  readonly variables: readonly string[];
  readonly selectionSet: SelectionSetNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

export function readRequest(
  { nameOf, isKnown, schema }: StepsSource,
  { serviceName, operation, operationKind = 'query', variableUsages = [] }: FetchNode | BatchFetchNode,
): ReadRequest {
  const subgraph = nameOf(serviceName);
  const planned = parse(operation, { noLocation: true });
  const document = withKnownTypes(planned, (typeName) => isKnown(subgraph, typeName), schema);
  const definition = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (definition === undefined) throw new Error('The planner made a request without an operation.');
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const text = document === planned ? operation : print(document);
  return {
    subgraph,
    operationType: operationKind as OperationTypeNode,
    document,
    text,
    textJson: JSON.stringify(text),
    variables: variableUsages,
    selectionSet: definition.selectionSet,
    fragments: new Map(fragments.map((one) => [one.name.value, one])),
  };
}

/** The planner makes fragments on interfaces and unions that the subgraph does not know. Such a fragment is replaced by its selections. */
function withKnownTypes(document: DocumentNode, isKnown: (typeName: string) => boolean, schema: GraphQLSchema): DocumentNode {
  const isForeign = (condition: NamedTypeNode | undefined): boolean =>
    condition !== undefined && isAbstractType(schema.getType(condition.name.value)) && !isKnown(condition.name.value);
  const foreign = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION && isForeign(one.typeCondition) ? [[one.name.value, one.selectionSet] as const] : [],
    ),
  );
  const bare = (selectionSet: SelectionSetNode): InlineFragmentNode => ({ kind: Kind.INLINE_FRAGMENT, selectionSet });
  // On the way up, fragments inside a fragment have already been replaced.
  return visit(document, {
    FragmentSpread: ({ name }) => {
      const selectionSet = foreign.get(name.value);
      return selectionSet === undefined ? undefined : bare(selectionSet);
    },
    InlineFragment: (node) =>
      isForeign(node.typeCondition) ? { ...bare(node.selectionSet), directives: node.directives ?? [] } : undefined,
    FragmentDefinition: ({ name }) => (foreign.has(name.value) ? null : undefined),
  });
}

/**
 * Flattens a plan into its requests, each with those before it whose data it reads. A request waits for these alone: the stages
 * of the plan are no barriers.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  type NamedTypeNode,
  type OperationTypeNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { type DirectiveDefaults, filled } from '../../subgraphs/directive-defaults.ts';
import { type EntityPath, entityPath } from '../merge/entities-at.ts';
import { type Represent, representing } from '../merge/entity-references.ts';
import { type FetchShape, fetchShape } from '../merge/fetch-shape.ts';
import type {
  BatchFetchNode,
  FetchNode,
  FlattenNodePathSegment,
  OutputRewrite,
  PlanNode,
  QueryPlan,
  RequiresSelection,
} from '../plan/plan-nodes.ts';

/** The entities that one field `_entities` of a request asks for. */
export interface EntityGroup {
  /** Of `_entities` in the answer. */
  readonly alias: string;
  readonly variable: string;
  readonly paths: readonly EntityPath[];
  readonly represent: Represent;
  readonly shape: FetchShape;
}

export interface Step {
  readonly subgraph: string;
  readonly operationType: OperationTypeNode;
  readonly document: DocumentNode;
  readonly text: string;
  /** Of the client, sent along. */
  readonly variables: readonly string[];
  /** All must hold for the request to be sent. */
  readonly conditions: readonly { readonly variable: string; readonly value: boolean }[];
  /** Empty: a request for root fields. */
  readonly groups: readonly EntityGroup[];
  /** Of root fields. */
  readonly shape: FetchShape;
  /** Indexes of the steps that this one waits for. */
  readonly after: readonly number[];
  /** Keys of the data that it gives, joined by dots: `products.stock`. */
  readonly gives: ReadonlySet<string>;
}

export interface PlanSteps {
  /** The first is the subscription itself. */
  readonly isSubscription: boolean;
  readonly steps: readonly Step[];
}

export interface StepsSource {
  readonly schema: GraphQLSchema;
  /** The subgraph that the planner knows by this name. */
  readonly nameOf: (plannerName: string) => string;
  readonly isKey: (subgraph: string, typeName: string, field: string) => boolean;
  readonly isKnown: (subgraph: string, typeName: string) => boolean;
  /** Arguments that a subgraph may not know to be left out. */
  readonly directiveDefaults: DirectiveDefaults;
}

interface Within {
  readonly path: readonly FlattenNodePathSegment[];
  readonly conditions: Step['conditions'];
  /** Steps that the plan has before this place. */
  readonly before: readonly number[];
}

export function planSteps(plan: QueryPlan, source: StepsSource): PlanSteps {
  const steps: Step[] = [];
  let isSubscription = false;

  /** Returns the steps of the node. */
  function visit(node: PlanNode, within: Within): readonly number[] {
    switch (node.kind) {
      case 'Fetch':
        return [add(fetchStep(source, node, within), within)];
      case 'BatchFetch':
        return [add(batchStep(source, node, within), within)];
      case 'Flatten':
        return visit(node.node, { ...within, path: [...within.path, ...node.path] });
      case 'Parallel':
        return node.nodes.flatMap((inner) => visit(inner, within));
      case 'Sequence': {
        let before = within.before;
        return node.nodes.flatMap((inner) => {
          const made = visit(inner, { ...within, before });
          before = [...before, ...made];
          return made;
        });
      }
      case 'Condition': {
        const when = (value: boolean): Within => ({ ...within, conditions: [...within.conditions, { variable: node.condition, value }] });
        // The planner writes null for a clause that it has not.
        return [
          ...(node.ifClause ? visit(node.ifClause, when(true)) : []),
          ...(node.elseClause ? visit(node.elseClause, when(false)) : []),
        ];
      }
      case 'Subscription':
        isSubscription = true;
        return visit({ ...node.primary, kind: 'Fetch' }, within);
      case 'Defer':
        throw new Error('The planner does not plan @defer: it is not given any.');
      default:
        return node satisfies never;
    }
  }

  function add({ reads, ...step }: Unplaced, { before }: Within): number {
    const known = before.filter((index) => reads === null || [...reads].some((key) => steps[index]?.gives.has(key) === true));
    const ofGroups = step.groups.length > 0 && known.length === 0 ? before : known;
    return steps.push({ ...step, after: step.groups.length === 0 ? [] : ofGroups }) - 1;
  }

  if (plan.node !== undefined) visit(plan.node, { path: [], conditions: [], before: [] });
  return { isSubscription, steps };
}

/** `reads`: keys of the data. */
type Unplaced = Omit<Step, 'after'> & { readonly reads: ReadonlySet<string> | null };

function fetchStep(source: StepsSource, node: FetchNode, { path, conditions }: Within): Unplaced {
  const request = requestOf(source, node);
  const common = { ...request, conditions };
  const rewrites = node.outputRewrites ?? [];
  if (path.length === 0 && (node.requires ?? []).length === 0) {
    const shape = fetchShape({ ...source, ...request }, rootOf(source, request.operationType), request.selectionSet, rewrites);
    return { ...common, groups: [], shape, gives: givenBy(request, request.selectionSet, [], rewrites), reads: null };
  }
  const [root] = request.selectionSet.selections;
  const { alias, variable, set } = entitiesField(root);
  const at = entityPath(source.schema, path);
  const shape = fetchShape({ ...source, ...request }, null, set, rewrites);
  const represent = representing({
    schema: source.schema,
    requires: node.requires ?? [],
    rewrites: node.inputRewrites ?? [],
    isKey: (typeName, field) => source.isKey(request.subgraph, typeName, field),
  });
  return {
    ...common,
    groups: [{ alias, variable, paths: [at], represent, shape }],
    shape,
    gives: givenBy(request, set, at.keys, rewrites),
    reads: readBy(node.requires ?? [], at.keys),
  };
}

function batchStep(source: StepsSource, node: BatchFetchNode, { path, conditions }: Within): Unplaced {
  const request = requestOf(source, node);
  const gives = new Set<string>();
  const reads = new Set<string>();
  const groups = node.entityBatch.aliases.map((one): EntityGroup => {
    const field = request.selectionSet.selections.find(
      (selection) => selection.kind === Kind.FIELD && (selection.alias ?? selection.name).value === one.alias,
    );
    const { set } = entitiesField(field);
    const paths = one.paths.map((own) => entityPath(source.schema, [...path, ...own]));
    for (const { keys } of paths) {
      for (const key of givenBy(request, set, keys, one.outputRewrites ?? [])) gives.add(key);
      for (const key of readBy(one.requires, keys)) reads.add(key);
    }
    return {
      alias: one.alias,
      variable: one.representationsVariableName,
      paths,
      shape: fetchShape({ ...source, ...request }, null, set, one.outputRewrites ?? []),
      represent: representing({
        schema: source.schema,
        requires: one.requires,
        rewrites: one.inputRewrites ?? [],
        isKey: (typeName, field) => source.isKey(request.subgraph, typeName, field),
      }),
    };
  });
  return { ...request, conditions, groups, shape: fetchShape({ ...source, ...request }, null, request.selectionSet), gives, reads };
}

interface ReadRequest extends Pick<Step, 'subgraph' | 'operationType' | 'document' | 'text' | 'variables'> {
  readonly selectionSet: SelectionSetNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

function requestOf(
  { nameOf, isKnown, schema, directiveDefaults }: StepsSource,
  { serviceName, operation, operationKind = 'query', variableUsages = [] }: FetchNode | BatchFetchNode,
): ReadRequest {
  const subgraph = nameOf(serviceName);
  const planned = parse(operation, { noLocation: true });
  const document = filled(
    withKnownTypes(planned, (typeName) => isKnown(subgraph, typeName), schema),
    directiveDefaults,
  );
  const definition = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (definition === undefined) throw new Error('The planner made a request without an operation.');
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return {
    subgraph,
    operationType: operationKind as OperationTypeNode,
    document,
    text: document === planned ? operation : print(document),
    variables: variableUsages,
    selectionSet: definition.selectionSet,
    fragments: new Map(fragments.map((one) => [one.name.value, one])),
  };
}

/** The planner makes fragments on interfaces and unions that the subgraph does not know: what is in them stands for itself. */
function withKnownTypes(document: DocumentNode, isKnown: (typeName: string) => boolean, schema: GraphQLSchema): DocumentNode {
  const isForeign = (condition: NamedTypeNode | undefined): boolean =>
    condition !== undefined && isAbstractType(schema.getType(condition.name.value)) && !isKnown(condition.name.value);
  const foreign = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION && isForeign(one.typeCondition) ? [[one.name.value, one.selectionSet] as const] : [],
    ),
  );
  const bare = (selectionSet: SelectionSetNode): InlineFragmentNode => ({ kind: Kind.INLINE_FRAGMENT, selectionSet });
  // On the way out, a fragment in another one is bare already.
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

function entitiesField(selection: SelectionNode | undefined): {
  readonly alias: string;
  readonly variable: string;
  readonly set: SelectionSetNode;
} {
  if (selection?.kind !== Kind.FIELD || selection.selectionSet === undefined) throw new Error('The planner asked for no entities.');
  const value = selection.arguments?.find(({ name }) => name.value === 'representations')?.value;
  if (value?.kind !== Kind.VARIABLE) throw new Error('The planner gave no variable for representations.');
  return { alias: (selection.alias ?? selection.name).value, variable: value.name.value, set: selection.selectionSet };
}

const rootOf = ({ schema }: StepsSource, operation: OperationTypeNode): GraphQLObjectType | null => schema.getRootType(operation) ?? null;

function givenBy(
  { fragments }: ReadRequest,
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

/** The objects themselves, and what is required of each. */
function readBy(requires: readonly RequiresSelection[], at: readonly string[]): ReadonlySet<string> {
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

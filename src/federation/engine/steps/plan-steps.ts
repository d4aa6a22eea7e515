/**
 * Flattens a plan into its requests, each with those before it whose data it reads. A request waits for these alone: the stages
 * of the plan are no barriers.
 */
import {
  type DocumentNode,
  type GraphQLObjectType,
  Kind,
  type OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type EntityPath, entityPath } from '../merge/entities-at.ts';
import { type Represent, representing } from '../merge/entity-references.ts';
import { type FetchShape, fetchShape } from '../merge/fetch-shape.ts';
import type { BatchFetchNode, FetchNode, FlattenNodePathSegment, PlanNode, QueryPlan, RequiresSelection } from '../plan/plan-nodes.ts';
import { Unplannable } from '../plan/planner.ts';
import { forgottenKey, keysGiven, keysRead, missingKey, renames } from './data-keys.ts';
import { readRequest, type StepsSource } from './subgraph-request.ts';

/** The entities that one `_entities` field of a request asks for. */
export interface EntityGroup {
  /** Alias of `_entities` in the answer. */
  readonly alias: string;
  readonly variable: string;
  readonly paths: readonly EntityPath[];
  /** Fields of each entity that are sent. */
  readonly requires: readonly RequiresSelection[];
  readonly represent: Represent;
  readonly shape: FetchShape;
}

export interface Step {
  readonly subgraph: string;
  readonly operationType: OperationTypeNode;
  readonly document: DocumentNode;
  readonly text: string;
  /** The operation's text as a JSON string. */
  readonly textJson: string;
  /** Names of the client's variables that are sent. */
  readonly variables: readonly string[];
  /** All conditions must be met for the request to be sent. */
  readonly conditions: readonly { readonly variable: string; readonly value: boolean }[];
  /** Empty: a request for root fields. */
  readonly groups: readonly EntityGroup[];
  /** Shape of the root fields. */
  readonly shape: FetchShape;
  /** Indexes of the steps that this one waits for. */
  readonly after: readonly number[];
  /** Keys of the data that it gives, joined by dots: `products.stock`. */
  readonly gives: ReadonlySet<string>;
}

export interface PlanSteps {
  /** Whether the first step is the subscription itself. */
  readonly isSubscription: boolean;
  readonly steps: readonly Step[];
}

interface Within {
  readonly path: readonly FlattenNodePathSegment[];
  readonly conditions: Step['conditions'];
  /** Steps that the plan has before this place. */
  readonly before: readonly number[];
}

/** Thrown for a plan that does not ask for all that it reads. */
export class IncompletePlan extends Unplannable {}

/** Throws {@link Unplannable}. */
export function planSteps(plan: QueryPlan, source: StepsSource): PlanSteps {
  const steps: Step[] = [];
  const read = new Set<string>();
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
        // The planner writes null for a missing clause.
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

  function add({ reads, renamed, ...step }: Unplaced, { before }: Within): number {
    for (const key of [...(reads ?? []), ...renamed]) read.add(key);
    if (
      reads !== null &&
      missingKey(
        reads,
        before.map((index) => steps[index]?.gives ?? read),
      ) !== null
    )
      throw new IncompletePlan('The plan reads what no request before it gives.');
    const known = before.filter((index) => reads === null || [...reads].some((key) => steps[index]?.gives.has(key) === true));
    const ofGroups = step.groups.length > 0 && known.length === 0 ? before : known;
    return steps.push({ ...step, after: step.groups.length === 0 ? [] : ofGroups }) - 1;
  }

  if (plan.node !== undefined) visit(plan.node, { path: [], conditions: [], before: [] });
  const given = steps.flatMap(({ gives }) => [...gives]);
  if (forgottenKey(given, read) !== null) throw new Unplannable('The plan reads one value of a field in place of another.');
  return { isSubscription, steps };
}

/** `reads`: keys of the data. `renamed`: keys of the answer that have another name in the data. */
type Unplaced = Omit<Step, 'after'> & { readonly reads: ReadonlySet<string> | null; readonly renamed: readonly string[] };

function fetchStep(source: StepsSource, node: FetchNode, { path, conditions }: Within): Unplaced {
  const request = readRequest(source, node);
  const common = { ...request, conditions };
  const rewrites = node.outputRewrites ?? [];
  if (path.length === 0 && (node.requires ?? []).length === 0) {
    const shape = fetchShape({ ...source, ...request }, rootOf(source, request.operationType), request.selectionSet, rewrites);
    const gives = keysGiven(request, request.selectionSet, [], rewrites);
    return { ...common, groups: [], shape, gives, reads: null, renamed: renames([], rewrites).map(({ from }) => from) };
  }
  const [root] = request.selectionSet.selections;
  const { alias, variable, set } = entitiesField(root);
  const at = entityPath(source.schema, path);
  const shape = fetchShape({ ...source, ...request }, null, set, rewrites);
  const { requires = [] } = node;
  const represent = representing({
    schema: source.schema,
    requires,
    rewrites: node.inputRewrites ?? [],
    isKey: (typeName, field) => source.isKey(request.subgraph, typeName, field),
  });
  return {
    ...common,
    groups: [{ alias, variable, paths: [at], requires, represent, shape }],
    shape,
    gives: keysGiven(request, set, at.keys, rewrites),
    reads: keysRead(requires, at.keys),
    renamed: renames(at.keys, rewrites).map(({ from }) => from),
  };
}

function batchStep(source: StepsSource, node: BatchFetchNode, { path, conditions }: Within): Unplaced {
  const request = readRequest(source, node);
  const gives = new Set<string>();
  const reads = new Set<string>();
  const renamed: string[] = [];
  const groups = node.entityBatch.aliases.map((one): EntityGroup => {
    const field = request.selectionSet.selections.find(
      (selection) => selection.kind === Kind.FIELD && (selection.alias ?? selection.name).value === one.alias,
    );
    const { set } = entitiesField(field);
    const paths = one.paths.map((own) => entityPath(source.schema, [...path, ...own]));
    for (const { keys } of paths) {
      for (const key of keysGiven(request, set, keys, one.outputRewrites ?? [])) gives.add(key);
      for (const key of keysRead(one.requires, keys)) reads.add(key);
      for (const { from } of renames(keys, one.outputRewrites ?? [])) renamed.push(from);
    }
    return {
      alias: one.alias,
      variable: one.representationsVariableName,
      paths,
      requires: one.requires,
      shape: fetchShape({ ...source, ...request }, null, set, one.outputRewrites ?? []),
      represent: representing({
        schema: source.schema,
        requires: one.requires,
        rewrites: one.inputRewrites ?? [],
        isKey: (typeName, field) => source.isKey(request.subgraph, typeName, field),
      }),
    };
  });
  const shape = fetchShape({ ...source, ...request }, null, request.selectionSet);
  return { ...request, conditions, groups, shape, gives, reads, renamed };
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

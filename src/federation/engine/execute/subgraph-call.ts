/** Sends the request of one step and merges the answer into the data. */
import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { SubgraphExecutor, SubgraphResult } from '../../subgraphs/engine-request.ts';
import { subgraphError, tooManyObjects } from '../../subgraphs/foreign-error.ts';
import { entitiesAt } from '../merge/entities-at.ts';
import { type Reference, type References, referencesOf } from '../merge/entity-references.ts';
import { Failure } from '../merge/failure.ts';
import { type DataObject, failFields, isDataObject, type Merging, mergeObject, nullFields, problem } from '../merge/merge-answer.ts';
import { type ObjectBudget, TooManyObjects } from '../merge/object-allowance.ts';
import { failObject, type Lost, type Path, placeWithin, withoutPath } from '../merge/place-failures.ts';
import type { EntityGroup, Step } from '../steps/plan-steps.ts';

/** How one subgraph is called. */
export interface Target {
  readonly name: string;
  readonly execute: SubgraphExecutor;
  /** The subgraph is in this process, and is told where its entities stand in the response. */
  readonly isLocal: boolean;
}

export interface Execution {
  readonly schema: GraphQLSchema;
  readonly target: (subgraph: string) => Target;
  readonly context: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
  /** As other teams' subgraphs get them. */
  readonly exact: Readonly<Record<string, unknown>>;
  readonly data: DataObject;
  readonly budget: ObjectBudget;
  readonly maxObjects: number;
  /** Called with errors that the subgraph did not report itself, for the log. */
  readonly tell: (subgraph: string, errors: readonly GraphQLError[]) => void;
}

export async function callSubgraph(execution: Execution, step: Step): Promise<void> {
  if (step.conditions.some(({ variable, value }) => execution.variables[variable] !== value)) return;
  const target = execution.target(step.subgraph);
  const groups = step.groups.map((group) => ({ group, ...referencesAt(execution, group, target.isLocal) }));
  for (const { group, failed, keyless } of groups) {
    for (const { object, failure } of failed) failFields(object, group.shape, failure);
    for (const object of keyless) nullFields(object, group.shape);
  }
  if (groups.length > 0 && groups.every(({ all }) => all.length === 0)) return;
  const result = await target.execute({
    document: step.document,
    text: step.text,
    ...(target.isLocal ? { variables: variablesOf(execution, step, groups) } : { bodyText: () => bodyText(execution, step, groups) }),
    operationType: step.operationType,
    context: execution.context,
    isUnsettled: true,
    entityPaths: target.isLocal ? entityPathsOf(groups) : null,
  });
  if (Symbol.asyncIterator in result) throw new Error('A subgraph answered a query with a stream.');
  mergeResult(execution, step, result, groups);
}

type AskedGroup = References & { readonly group: EntityGroup };

function referencesAt({ data }: Execution, group: EntityGroup, withPaths: boolean): References {
  const found = group.paths.flatMap((path) => entitiesAt(data, path, withPaths));
  return referencesOf(found, group.represent);
}

function variablesOf({ variables }: Execution, step: Step, groups: readonly AskedGroup[]): Readonly<Record<string, unknown>> {
  const sent: Record<string, unknown> = {};
  for (const name of step.variables) if (Object.hasOwn(variables, name)) sent[name] = variables[name];
  for (const { group, all } of groups) sent[group.variable] = all.map(({ representation }) => representation);
  return sent;
}

/** Builds the request's JSON from texts that already exist. */
function bodyText({ exact: variables }: Execution, step: Step, groups: readonly AskedGroup[]): string {
  const sent = step.variables.flatMap((name) => {
    const text = Object.hasOwn(variables, name) ? (JSON.stringify(variables[name]) as string | undefined) : undefined;
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  for (const { group, all } of groups)
    sent.push(`${JSON.stringify(group.variable)}:${JSON.stringify(all.map(({ representation }) => representation))}`);
  return `{"query":${step.textJson},"variables":{${sent.join(',')}}}`;
}

/** The place of an entity in the data, by the key of `_entities` and the index of its representation. */
function entityPathsOf(groups: readonly AskedGroup[]): (alias: string, index: number) => readonly Path[] {
  return (alias, index) => {
    const reference = groups.find(({ group }) => group.alias === alias)?.all[index];
    return reference?.targets.flatMap(({ path }) => (path === null ? [] : [path])) ?? [];
  };
}

/** Merges the answer of a step's request, or one event of a subscription. */
export function mergeResult(execution: Execution, step: Step, result: SubgraphResult, groups: readonly AskedGroup[]): void {
  const target = execution.target(step.subgraph);
  const merging: Merging = { subgraph: target.name, schema: execution.schema, budget: execution.budget, problems: new Map() };
  const { data = null, errors = [] } = result;
  const given = data === null && errors.length === 0 ? [saidNothing(target.name)] : errors;
  if (given !== errors) execution.tell(target.name, given);
  try {
    if (step.groups.length === 0) mergeRoot(merging, execution, step, data, given);
    else for (const asked of groups) mergeGroup(merging, asked, data, given);
  } catch (error) {
    if (!(error instanceof TooManyObjects)) throw error;
    const refused = tooManyObjects(target.name, execution.maxObjects);
    execution.tell(target.name, [refused]);
    failStep(execution, step, groups, refused);
  }
  if (merging.problems.size > 0) execution.tell(target.name, [...merging.problems.values()]);
}

function mergeRoot(merging: Merging, execution: Execution, step: Step, data: DataObject | null, errors: readonly GraphQLError[]): void {
  const root = data ?? {};
  const lost: Lost[] = [];
  for (const error of errors) {
    const { path = [] } = error;
    if (data === null || path.length === 0) lost.push({ error: withoutPath(error), path });
    else placeWithin(root, path, withoutPath(error));
  }
  failObject(root, step.shape.type?.name ?? '', step.shape, lost);
  mergeObject(merging, execution.data, root, step.shape);
}

function mergeGroup(merging: Merging, { group, all }: AskedGroup, data: DataObject | null, errors: readonly GraphQLError[]): void {
  if (all.length === 0) return;
  const found = data !== null && Object.hasOwn(data, group.alias) ? data[group.alias] : null;
  const entities: readonly unknown[] | null = Array.isArray(found) ? found : null;
  const { ofAll, ofOne } = failuresOf(group, entities, errors);
  for (const [index, reference] of all.entries()) {
    const entity = entities?.[index];
    if (isDataObject(entity)) {
      for (const { object } of reference.targets) mergeObject(merging, object, entity, group.shape);
      continue;
    }
    const lost = ofOne.get(index) ?? ofAll;
    if (lost.length > 0) failReference(reference, group, lost);
    else if (entity !== null || entities === null) missingEntity(merging, reference, group);
    else for (const { object } of reference.targets) nullFields(object, group.shape);
  }
}

interface Failures {
  /** Errors that apply to all entities without an error of their own. */
  readonly ofAll: readonly Lost[];
  readonly ofOne: ReadonlyMap<number, readonly Lost[]>;
}

/** Places the errors that happened inside an entity. */
function failuresOf({ alias }: EntityGroup, entities: readonly unknown[] | null, errors: readonly GraphQLError[]): Failures {
  const ofAll: Lost[] = [];
  const ofOne = new Map<number, Lost[]>();
  for (const error of errors) {
    const [root, index, ...path] = error.path ?? [];
    if (root !== undefined && root !== alias) continue;
    if (typeof index !== 'number') {
      if (ofAll.length === 0) ofAll.push({ error: withoutPath(error), path: [] });
      continue;
    }
    const entity = entities?.[index];
    if (isDataObject(entity) && path.length > 0) placeWithin(entity, path, withoutPath(error));
    else {
      const known = ofOne.get(index) ?? [];
      ofOne.set(index, known);
      known.push({ error: withoutPath(error), path });
    }
  }
  const [first] = errors;
  if (entities === null && ofAll.length === 0 && first !== undefined) ofAll.push({ error: withoutPath(first), path: [] });
  return { ofAll, ofOne };
}

function failReference({ targets, representation }: Reference, { shape }: EntityGroup, lost: readonly Lost[]): void {
  for (const { object } of targets) failObject(object, typeOf(object, representation), shape, lost);
}

const typeOf = (object: DataObject, representation: DataObject): string => String(object['__typename'] ?? representation['__typename']);

/** A missing answer, or one that is not an object, is an error of every field. */
function missingEntity(merging: Merging, { targets, representation }: Reference, { shape }: EntityGroup): void {
  for (const { object } of targets) {
    const typeName = typeOf(object, representation);
    for (const { as, coordinate } of shape.fieldsOf(typeName)) {
      if (Object.hasOwn(object, as) && object[as] !== null) continue;
      object[as] = problem(merging, `gave no ${typeName} for a key that it was asked for, so there is no "${coordinate}".`);
    }
  }
}

function failStep({ data }: Execution, step: Step, groups: readonly AskedGroup[], error: GraphQLError): void {
  const failure = new Failure(error);
  if (step.groups.length === 0) failFields(data, step.shape, failure);
  else
    for (const { group, all } of groups)
      for (const { targets } of all) for (const { object } of targets) failFields(object, group.shape, failure);
}

const saidNothing = (name: string): GraphQLError => subgraphError(name, 'gave neither data nor an error.', 'SUBGRAPH_UNAVAILABLE', false);

/**
 * Places a subgraph's errors in the data, at the place that they made null, without a path.
 *
 * The engine gives errors a path of its own and loses list indexes on the way. An error without a path gets the exact one
 * from graphql-js when the field completes. When a null bubbled up inside the subgraph, the path below the place that became
 * null is remembered here; see {@link exactPath}.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { SubgraphRequest, SubgraphResult } from '../subgraphs/engine-request.ts';
import { clientPath } from './client-keys.ts';

type Path = readonly (string | number)[];
const tails = new WeakMap<Error, Path>();

/** Path of an error in a response of the supergraph, down to the field that failed inside the subgraph. */
export function exactPath(error: GraphQLError): Path | undefined {
  const tail = error.originalError === undefined ? undefined : tails.get(error.originalError);
  return tail === undefined || error.path === undefined ? error.path : [...error.path, ...clientPath(tail)];
}

/** Moves the errors of a result into its data. */
export function placeErrors(request: SubgraphRequest, result: SubgraphResult, schema: GraphQLSchema): SubgraphResult {
  const errors = result.errors ?? [];
  if (errors.length === 0) return result.data === undefined ? { ...result, data: null } : result;
  const root: { data: unknown } = { data: result.data ?? null };
  const missing: Missing[] = [];
  for (const error of errors) place(root, error.path ?? [], withoutPath(error), missing);
  if (missing.length > 0) root.data = spread(request, root.data, missing, schema);
  return { data: root.data as Record<string, unknown> };
}

function withoutPath(error: GraphQLError): Error {
  const own = error.originalError;
  if (own !== undefined && own !== null && !(own instanceof GraphQLError)) return own;
  return new GraphQLError(error.message, { extensions: error.extensions });
}

/** An error whose path is not a field of the client: the whole answer, or one of its entities. */
interface Missing {
  /** Index of the entity that became null. Null: all entities. */
  readonly index: number | null;
  /** Path below that entity to what became null on the way up. */
  readonly tail: Path;
  readonly error: Error;
}

/** Paths come from the subgraph, so they follow own members of the data only, never a prototype. */
function place(root: { data: unknown }, path: Path, error: Error, missing: Missing[]): void {
  let parent: Record<string | number, unknown> = root;
  let key: string | number = 'data';
  for (let depth = 0; ; depth += 1) {
    const value = Object.hasOwn(parent, key) ? parent[key] : null;
    if (value instanceof Error) return;
    const next = path[depth];
    if (value === null || value === undefined) {
      // The root, `_entities` and its items are not fields of the client. Their errors get the paths of the fields that were requested of them.
      if (depth === 0 || (path[0] === '_entities' && depth <= 2)) missing.push(missingAt(path, error));
      else set(parent, key, path.slice(depth), error);
      return;
    }
    if (typeof value !== 'object' || next === undefined) return;
    parent = value as Record<string | number, unknown>;
    key = next;
  }
}

function missingAt(path: Path, error: Error): Missing {
  const [root, index, ...tail] = path;
  return root === '_entities' && typeof index === 'number' ? { index, tail, error } : { index: null, tail: [], error };
}

function set(parent: Record<string | number, unknown>, key: string | number, tail: Path, error: Error): void {
  // The list has no such item, or the member would be the object's prototype.
  if (Array.isArray(parent) ? typeof key !== 'number' || !(key < parent.length) : key === '__proto__') return;
  if (tail.length > 0) tails.set(error, tail);
  parent[key] = error;
}

/** Errors of the whole answer, or of whole entities, become errors of each requested field. The first error of an entity counts. */
function spread(request: SubgraphRequest, data: unknown, missing: readonly Missing[], schema: GraphQLSchema): unknown {
  const asked = askedOf(request);
  if (asked === null) return data;
  const { root, representations } = asked;
  const key = root.alias?.value ?? root.name.value;
  if (representations === null) return missing[0] === undefined ? data : { [key]: missing[0].error };
  const current = (data as Record<string, unknown> | null)?.[key];
  const ofAll = missing.find(({ index }) => index === null) ?? (Array.isArray(current) ? undefined : missing[0]);
  const ofOne = new Map(missing.toReversed().flatMap((one) => (one.index === null ? [] : [[one.index, one] as const])));
  const entities = representations.map((representation, position) => {
    const known: unknown = Array.isArray(current) ? current[position] : null;
    const own = ofOne.get(position);
    const error = own ?? ofAll;
    if ((known !== null && known !== undefined) || error === undefined) return known ?? null;
    return failed(String(representation['__typename']), asked, own?.tail ?? [], error.error, schema);
  });
  return { [key]: entities };
}

/** Places the error at the field that it came from, where that is known. Nullable fields beside it become null. */
function failed(typeName: string, { root, fragments }: Asked, [from, ...rest]: Path, error: Error, schema: GraphQLSchema): unknown {
  const type = schema.getType(typeName);
  const entity: Record<string, unknown> = { __typename: typeName };
  const fill = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
        const mayBeNull = from !== undefined && from !== key && field !== undefined && !isNonNullType(field.type);
        if (selection.name.value !== '__typename') entity[key] = mayBeNull ? null : error;
        continue;
      }
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (inner !== undefined) fill(inner.selectionSet);
    }
  };
  if (root.selectionSet !== undefined) fill(root.selectionSet);
  if (from !== undefined && from in entity && rest.length > 0) tails.set(error, rest);
  return entity;
}

interface Asked {
  readonly root: FieldNode;
  /** Null: not a request for `_entities`. */
  readonly representations: readonly Readonly<Record<string, unknown>>[] | null;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

function askedOf({ document, variables }: SubgraphRequest): Asked | null {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const root = operation?.selectionSet.selections[0];
  if (root?.kind !== Kind.FIELD) return null;
  const argument = root.arguments?.find(({ name }) => name.value === 'representations')?.value;
  const value = root.name.value === '_entities' && argument?.kind === Kind.VARIABLE ? variables?.[argument.name.value] : null;
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return {
    root,
    representations: Array.isArray(value) ? value : null,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
  };
}

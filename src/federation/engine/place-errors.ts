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
import { clientPath } from './stitching/response-keys.ts';

type Path = readonly (string | number)[];
const tails = new WeakMap<Error, Path>();

/** Path of an error in a response of the supergraph, down to the field that failed inside the subgraph. */
export function exactPath(error: GraphQLError): Path | undefined {
  const tail = error.originalError === undefined ? undefined : tails.get(error.originalError);
  return tail === undefined || error.path === undefined ? error.path : [...error.path, ...clientPath(tail)];
}

/** The result with its errors in the data and none beside it. */
export function placeErrors(request: SubgraphRequest, result: SubgraphResult, schema: GraphQLSchema): SubgraphResult {
  const errors = result.errors ?? [];
  if (errors.length === 0) return result.data === undefined ? { ...result, data: null } : result;
  const root: { data: unknown } = { data: result.data ?? null };
  const missing: Missing[] = [];
  for (const error of errors) place(root, 'data', error.path ?? [], 0, withoutPath(error), missing);
  for (const { path, tail, error } of missing) root.data = spread(request, root.data, { path, tail, error }, schema);
  return { data: root.data as Record<string, unknown> };
}

function withoutPath(error: GraphQLError): Error {
  const own = error.originalError;
  if (own !== undefined && own !== null && !(own instanceof GraphQLError)) return own;
  return new GraphQLError(error.message, { extensions: error.extensions });
}

/** An error whose path is not a field of the client: the whole answer, or one of its entities. */
interface Missing {
  readonly path: Path;
  /** What it made null on its way up. */
  readonly tail: Path;
  readonly error: Error;
}

function place(holder: unknown, key: string | number, path: Path, depth: number, error: Error, missing: Missing[]): void {
  const parent = holder as Record<string | number, unknown>;
  const value = parent[key];
  if (value instanceof Error) return;
  const next = path[depth];
  if (value !== null && value !== undefined) {
    if (typeof value === 'object' && next !== undefined) place(value, next, path, depth + 1, error, missing);
    return;
  }
  const tail = path.slice(depth);
  // The root, `_entities` and its items are not fields of the client. Their errors get the paths of the fields that were asked of them.
  if (depth === 0 || (path[0] === '_entities' && depth <= 2)) missing.push({ path: path.slice(0, depth), tail, error });
  else {
    if (tail.length > 0) tails.set(error, tail);
    parent[key] = error;
  }
}

/** An error of the whole answer, or of a whole entity, as the error of each field that was asked of it. */
function spread(request: SubgraphRequest, data: unknown, { path, tail, error }: Missing, schema: GraphQLSchema): unknown {
  const asked = askedOf(request);
  if (asked === null) return data;
  const { root, representations } = asked;
  const key = root.alias?.value ?? root.name.value;
  if (representations === null) return { [key]: error };
  const current = (data as Record<string, unknown> | null)?.[key];
  const index = path[1];
  const entities = representations.map((representation, position) => {
    const known: unknown = Array.isArray(current) ? current[position] : null;
    if ((known !== null && known !== undefined) || (typeof index === 'number' && index !== position)) return known ?? null;
    return failed(String(representation['__typename']), asked, index === undefined ? [] : tail, error, schema);
  });
  return { [key]: entities };
}

/** The error stands at the field that it came from, where that is known; fields beside it that may be null are just that. */
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
  /** Null: not an `_entities` request. */
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

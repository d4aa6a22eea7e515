/**
 * Finds the path of an AI field's use in the client's response.
 *
 * Inside the local subgraph the coordinate is exact, but the path is that of `_entities`. The gateway knows the true path
 * when the field completes. The two are matched by type, key, field, response key and arguments. Read the paths after the
 * operation has settled, because a deferred field completes late.
 */
import {
  defaultFieldResolver,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  isObjectType,
  Kind,
  parse,
  responsePathAsArray,
  type SelectionSetNode,
} from 'graphql';
import { canonicalJson } from '../../core/json/canonical-json.ts';
import type { EntityPaths } from '../subgraphs/engine-request.ts';
import { LocalRoot } from '../subgraphs/local.ts';
import { clientKey, clientPath } from './client-keys.ts';
import { type LocalFields, localFieldsIn } from './local-fields.ts';

export type ResponsePath = readonly (string | number)[];

type Book = Map<string, ResponsePath[]>;
/** Books by variable values of an execution. Each event of a subscription is an execution of its own, with lists of its own. */
const books = new WeakMap<object, Book>();

/**
 * For a resolver of the local subgraph. Returns a function that reads the paths of the field in the response after the operation has settled. There
 * are several when the same field of the same entity stands in several places with the same arguments.
 */
export function responsePaths(asked: Pick<GraphQLResolveInfo, 'parentType' | 'fieldName' | 'path'>): () => readonly ResponsePath[] {
  const info = asked as GraphQLResolveInfo;
  const own = responsePathAsArray(info.path);
  const root: unknown = info.rootValue;
  if (!(root instanceof LocalRoot)) return () => [own];
  if (root.entityPaths !== null) return plannedPaths(own, root.entityPaths);
  if (root.info === null) return () => [own];
  const { variableValues } = root.info;
  const joined = joinKeysOf(info, own, root.info);
  if (joined === null) {
    const prefix = responsePathAsArray(root.info.path);
    return () => [[...prefix, ...clientPath(own.slice(1))]];
  }
  return () => {
    const book = books.get(variableValues);
    const found = joined.keys.map((key) => book?.get(key)).find((paths) => paths !== undefined);
    return found === undefined ? [own] : found.map((path) => [...path, ...joined.rest]);
  };
}

/** The engine knows where it placed the entity. A field that is not below an entity stands at its own path. */
function plannedPaths(own: ResponsePath, entityPaths: EntityPaths): () => readonly ResponsePath[] {
  const [key, index, ...rest] = own;
  const paths = typeof index === 'number' ? entityPaths(String(key), index) : [];
  return () => (paths.length === 0 ? [clientPath(own)] : paths.map((path) => clientPath([...path, ...rest])));
}

/** Null for a field that is not below an entity: its path is already right. */
function joinKeysOf(
  info: GraphQLResolveInfo,
  own: ResponsePath,
  gateway: GraphQLResolveInfo,
): { readonly keys: readonly string[]; readonly rest: ResponsePath } | null {
  const [rootKey, index, responseKey, ...rest] = own;
  const root = info.operation.selectionSet.selections.find(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && (selection.alias?.value ?? selection.name.value) === rootKey,
  );
  if (root?.name.value !== '_entities' || typeof index !== 'number' || typeof responseKey !== 'string') return null;
  const argument = root.arguments?.find(({ name }) => name.value === 'representations')?.value;
  const representations = argument?.kind === Kind.VARIABLE ? info.variableValues[argument.name.value] : null;
  const representation: unknown = Array.isArray(representations) ? representations[index] : null;
  if (typeof representation !== 'object' || representation === null) return null;
  const entity = representation as Readonly<Record<string, unknown>>;
  const typeName = String(entity['__typename']);
  const top = topOf(info, responseKey, typeName);
  const keys = (localFieldsIn(gateway.schema)?.keys.get(typeName) ?? []).flatMap((key) => {
    const value = projected(entity, key);
    return value === null || top === null ? [] : [joinKey(typeName, value, top.name, clientKey(responseKey), top.args)];
  });
  return { keys, rest: clientPath(rest) };
}

/** The field of the entity under which the use stands: the field itself, or the one that contains it. */
function topOf(info: GraphQLResolveInfo, responseKey: string, typeName: string): { readonly name: string; readonly args: unknown } | null {
  const type = info.schema.getType(typeName);
  let node: FieldNode | undefined;
  if (info.path.prev?.prev?.prev === undefined) node = info.fieldNodes[0];
  else node = findField(info, info.operation.selectionSet, responseKey, 1);
  if (node === undefined || !isObjectType(type)) return null;
  const field = type.getFields()[node.name.value];
  return field === undefined ? null : { name: field.name, args: getArgumentValues(field, node, info.variableValues) };
}

function findField(info: GraphQLResolveInfo, set: SelectionSetNode, key: string, depth: number): FieldNode | undefined {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      if (depth === 0 && (selection.alias?.value ?? selection.name.value) === key) return selection;
      if (depth === 0 || selection.selectionSet === undefined) continue;
      const found = findField(info, selection.selectionSet, key, depth - 1);
      if (found !== undefined) return found;
      continue;
    }
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
    const found = inner === undefined ? undefined : findField(info, inner.selectionSet, key, depth);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Used by the gateway: notes where each entity field of the local subgraph completes. */
export function recordingPaths(schema: GraphQLSchema, { ofEntities, keys }: LocalFields): void {
  for (const coordinate of ofEntities) {
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const type = schema.getType(typeName);
    const owners: readonly GraphQLObjectType[] = isObjectType(type)
      ? [type]
      : schema.getPossibleTypes(type as never).filter((member) => !ofEntities.has(`${member.name}.${fieldName}`));
    for (const owner of owners) {
      const field = owner.getFields()[fieldName];
      if (field !== undefined) record(field, typeName, keys.get(typeName) ?? []);
    }
  }
}

function record(field: GraphQLField<unknown, unknown>, typeName: string, keys: readonly string[]): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (parent, args, context, info) => {
    if (typeof parent === 'object' && parent !== null) {
      const responseKey = String(info.path.key);
      for (const key of keys) {
        const value = projected(parent as Readonly<Record<string, unknown>>, key);
        if (value === null) continue;
        const name = joinKey(typeName, value, field.name, responseKey, args);
        const book: Book = books.get(info.variableValues) ?? new Map();
        books.set(info.variableValues, book);
        const paths = book.get(name) ?? [];
        book.set(name, paths);
        paths.push(responsePathAsArray(info.path));
      }
    }
    return resolve(parent, args, context, info);
  };
}

const joinKey = (type: string, key: string, field: string, responseKey: string, args: unknown): string =>
  `${type}.${field}\n${responseKey}\n${key}\n${canonicalJson(args)}`;

const parsedKeys = new Map<string, SelectionSetNode | null>();

/** The key fields of an entity as text. Null when one is missing. */
function projected(entity: Readonly<Record<string, unknown>>, key: string): string | null {
  if (!key.includes('{')) {
    const values: unknown[] = [];
    for (const name of key.trim().split(/\s+/)) {
      const value = entity[name];
      if (value === undefined || value === null) return null;
      values.push(String(value));
    }
    return values.join('\n');
  }
  let set = parsedKeys.get(key);
  if (set === undefined) {
    const [definition] = parse(`{${key}}`, { noLocation: true }).definitions;
    set = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : null;
    parsedKeys.set(key, set);
  }
  const value = set === null ? null : project(entity, set);
  return value === null ? null : JSON.stringify(value);
}

function project(value: unknown, set: SelectionSetNode): unknown {
  if (Array.isArray(value)) return value.map((item) => project(item, set));
  if (typeof value !== 'object' || value === null) return null;
  const entries: [string, unknown][] = [];
  for (const selection of set.selections) {
    if (selection.kind !== Kind.FIELD) continue;
    const part = (value as Readonly<Record<string, unknown>>)[selection.name.value];
    if (part === undefined || part === null) return null;
    entries.push([selection.name.value, selection.selectionSet === undefined ? String(part) : project(part, selection.selectionSet)]);
  }
  return entries;
}

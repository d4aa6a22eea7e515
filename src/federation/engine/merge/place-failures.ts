/** Puts a subgraph's errors into the data, at the place where they happened. */
import { GraphQLError, isNonNullType } from 'graphql';
import { Failure } from './failure.ts';
import type { FetchShape } from './fetch-shape.ts';
import type { DataObject } from './merge-answer.ts';

export type Path = readonly (string | number)[];

/** Maximum number of errors at one place. More of them carry no information. */
const maxCauses = 100;

/** Places an error below the object. Paths come from the subgraph, so they follow own members only, never a prototype. */
export function placeWithin(object: DataObject, path: Path, error: Error): void {
  let parent: Record<string | number, unknown> = object;
  for (const [depth, key] of path.entries()) {
    const value = Object.hasOwn(parent, key) ? parent[key] : null;
    const at = depth === path.length - 1 ? null : path.slice(depth);
    if (value instanceof Failure) {
      if (at !== null && value.causes.length < maxCauses) value.causes.push({ error, path: at });
      return;
    }
    if (value === null || value === undefined) {
      if (isMember(parent, key)) parent[key] = new Failure(error, at);
      return;
    }
    if (typeof value !== 'object') return;
    parent = value as Record<string | number, unknown>;
  }
}

/** A list has only its indexes, and an object only its own members. */
const isMember = (parent: object, key: string | number): boolean =>
  Array.isArray(parent) ? typeof key === 'number' && Number.isInteger(key) && key >= 0 && key < parent.length : key !== '__proto__';

export interface Lost {
  readonly error: Error;
  /** Path below the object. Empty when the subgraph gives none. */
  readonly path: Path;
}

/**
 * For an object that became null inside the subgraph. Each error is placed at the field that it came from, where that is known. Nullable fields
 * beside it become null, as they would be in the null object.
 */
export function failObject(into: DataObject, typeName: string, shape: FetchShape, lost: readonly Lost[]): void {
  const fields = shape.fieldsOf(typeName);
  const last = lost.at(-1);
  if (last === undefined) return;
  const source = fields.find(({ key }) => key === last.path[0]);
  const isCertain = source !== undefined && isNonNullType(source.type);
  for (const field of fields) {
    if (Object.hasOwn(into, field.as) && into[field.as] !== null) continue;
    const own = lost.filter(({ path }) => path[0] === field.key);
    if (own.length > 0) into[field.as] = failureOf(own, field.as);
    else if (source === undefined) into[field.as] = new Failure(last.error);
    else if (!isNonNullType(field.type)) into[field.as] = isCertain ? null : new Failure(last.error);
    else into[field.as] = new Failure(last.error, [source.as, ...last.path.slice(1)]);
  }
}

function failureOf(lost: readonly Lost[], key: string): Failure | null {
  let failure: Failure | null = null;
  for (const { error, path } of lost.slice(-maxCauses)) {
    const at = path.length === 1 ? null : [key, ...path.slice(1)];
    if (failure === null) failure = new Failure(error, at);
    else failure.causes.push({ error, path: at });
  }
  return failure;
}

/** An error that a resolver of this process threw is kept as it is. An error without a path gets the path of the client's field. */
export function withoutPath(error: GraphQLError): Error {
  const own = error.originalError;
  if (own !== undefined && own !== null && !(own instanceof GraphQLError)) return own;
  if (error.path === undefined) return error;
  const plain = new GraphQLError(error.message, { extensions: error.extensions });
  if (error.cause !== undefined) plain.cause = error.cause;
  return plain;
}

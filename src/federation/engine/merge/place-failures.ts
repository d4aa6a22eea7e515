/** Puts a subgraph's errors into the data where they happened. */
import { GraphQLError, isNonNullType } from 'graphql';
import { Failure } from './failure.ts';
import type { FetchShape } from './fetch-shape.ts';
import type { DataObject } from './merge-answer.ts';

export type Path = readonly (string | number)[];

/** Below the object. Paths are the subgraph's words: they lead along own members alone, never to a prototype. */
export function placeWithin(object: DataObject, path: Path, error: Error): void {
  let parent: Record<string | number, unknown> = object;
  for (const [depth, key] of path.entries()) {
    const value = Object.hasOwn(parent, key) ? parent[key] : null;
    if (value instanceof Failure) return;
    if (value === null || value === undefined) {
      if (isMember(parent, key)) parent[key] = new Failure(error, depth === path.length - 1 ? null : path.slice(depth));
      return;
    }
    if (typeof value !== 'object') return;
    parent = value as Record<string | number, unknown>;
  }
}

/** A list has no member that it does not have; the member of an object is never its prototype. */
const isMember = (parent: object, key: string | number): boolean =>
  Array.isArray(parent) ? typeof key === 'number' && Number.isInteger(key) && key >= 0 && key < parent.length : key !== '__proto__';

/**
 * An object that became null inside the subgraph: what was asked of it fails at the field that the error came from, where
 * that is known. Fields beside it that may be null are just that, as the null would have been.
 */
export function failObject(into: DataObject, typeName: string, shape: FetchShape, error: Error, path: Path): void {
  const fields = shape.fieldsOf(typeName);
  const source = fields.find(({ key }) => key === path[0]);
  const isCertain = source !== undefined && isNonNullType(source.type);
  for (const field of fields) {
    const known = Object.hasOwn(into, field.as) ? into[field.as] : null;
    if (known !== null) continue;
    if (source === undefined) into[field.as] = new Failure(error);
    else if (field === source) into[field.as] = new Failure(error, path.length === 1 ? null : [field.as, ...path.slice(1)]);
    else if (!isNonNullType(field.type)) into[field.as] = isCertain ? null : new Failure(error);
    else into[field.as] = new Failure(error, [source.as, ...path.slice(1)]);
  }
}

/** What a resolver of this process threw stays what it is; an error without a path gets the one of the client's field. */
export function withoutPath(error: GraphQLError): Error {
  const own = error.originalError;
  if (own !== undefined && own !== null && !(own instanceof GraphQLError)) return own;
  if (error.path === undefined) return error;
  const plain = new GraphQLError(error.message, { extensions: error.extensions });
  if (error.cause !== undefined) plain.cause = error.cause;
  return plain;
}

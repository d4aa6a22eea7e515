/**
 * Builds the client's response from the data of subgraphs: with the client's keys, in the client's order, with nulls and errors as graphql-js has
 * them. Values of leaves are passed on unchanged.
 */
import {
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
} from 'graphql';
import { clientPath } from '../client-keys.ts';
import { Failure } from '../merge/failure.ts';
import { type DataObject, isDataObject } from '../merge/merge-answer.ts';
import type { DeferredPart, ResponseField, ResponseShape } from './response-shape.ts';

/** A place in the response, linked from the inside to the root as in graphql-js. */
export interface ResponsePlace {
  readonly prev: ResponsePlace | null;
  readonly key: string | number;
}

/** A part of this object that is delivered later. */
export interface PendingPart {
  readonly part: DeferredPart;
  readonly data: DataObject;
  readonly typeName: string;
  readonly place: ResponsePlace | null;
}

export interface Completion {
  readonly schema: GraphQLSchema;
  /** What the caller may not have, by coordinate. */
  readonly denied: ReadonlyMap<string, Error> | null;
  readonly errors: GraphQLError[];
  /** Parts in the order in which their objects stand in the response. */
  readonly pending: PendingPart[];
  /** Introspection fields, which the gateway answers itself, by response key. */
  readonly introspected: Readonly<Record<string, unknown>> | null;
}

/** Null when a missing non-null field makes everything up to the root null. */
export function completeRoot(
  completion: Completion,
  shape: ResponseShape,
  typeName: string,
  data: DataObject,
): Record<string, unknown> | null {
  return completePart(completion, shape, typeName, data, null);
}

/** Completes a part under `@defer` that stands at `place`. */
export function completePart(
  completion: Completion,
  shape: ResponseShape,
  typeName: string,
  data: DataObject,
  place: ResponsePlace | null,
): Record<string, unknown> | null {
  try {
    return completeObject(completion, shape, typeName, data, place);
  } catch (error) {
    completion.errors.push(asGraphQLError(error));
    return null;
  }
}

const asGraphQLError = (error: unknown): GraphQLError => {
  if (error instanceof GraphQLError) return error;
  throw error;
};

function completeObject(
  completion: Completion,
  shape: ResponseShape,
  typeName: string,
  data: DataObject,
  place: ResponsePlace | null,
): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  const { fields, deferred } = shape.of(typeName);
  const { denied, introspected } = completion;
  const isGiven = denied === null && (introspected === null || place !== null);
  let elsewhere: GraphQLError | null = null;
  for (const field of fields) {
    const { responseKey, dataKey } = field;
    if (field.name === '__typename') {
      made[responseKey] = typeName;
      continue;
    }
    if (isGiven && field.isScalar) {
      // Most fields of most responses, for which there is no place to remember.
      const value = Object.hasOwn(data, dataKey) ? data[dataKey] : undefined;
      if (value === null ? field.isNullable : value !== undefined && !(value instanceof Failure)) {
        made[responseKey] = value;
        continue;
      }
    }
    const own: ResponsePlace = { prev: place, key: responseKey };
    if (introspected !== null && place === null && Object.hasOwn(introspected, responseKey)) {
      made[responseKey] = introspected[responseKey];
      continue;
    }
    const refused = denied?.get(field.coordinate);
    const isAsked = refused === undefined && Object.hasOwn(data, dataKey);
    const value = isAsked ? data[dataKey] : new Failure(refused ?? unasked(field));
    if (value instanceof Failure && isNonNullType(field.type) && isElsewhere(value, dataKey)) {
      // The object is null because of a sibling field. That field reports the error itself if the client selected it.
      elsewhere ??= failureAt(completion, field, value, own);
      continue;
    }
    made[responseKey] = isNonNullType(field.type)
      ? completeValue(completion, field, field.type, value, own)
      : caught(completion, field, field.type, value, own);
  }
  if (elsewhere !== null) throw elsewhere;
  for (const part of deferred) completion.pending.push({ part, data, typeName, place });
  return made;
}

const isElsewhere = ({ causes }: Failure, dataKey: string): boolean => {
  const path = causes.at(-1)?.path ?? null;
  return path !== null && path[0] !== dataKey;
};

/** An error moves up to the next place that may be null. */
function caught(completion: Completion, field: ResponseField, type: GraphQLOutputType, value: unknown, place: ResponsePlace): unknown {
  if (value === null || value === undefined) return null;
  const pending = completion.pending.length;
  try {
    return completeValue(completion, field, type, value, place);
  } catch (error) {
    completion.errors.push(asGraphQLError(error));
    completion.pending.length = pending;
    return null;
  }
}

function completeValue(
  completion: Completion,
  field: ResponseField,
  type: GraphQLOutputType,
  value: unknown,
  place: ResponsePlace,
): unknown {
  if (value instanceof Failure) throw failureAt(completion, field, value, place);
  if (isNonNullType(type)) {
    const made = completeValue(completion, field, type.ofType, value, place);
    if (made === null) throw located(new Error(`Cannot return null for non-nullable field ${field.coordinate}.`), field, pathOf(place));
    return made;
  }
  if (value === null || value === undefined) return null;
  if (isListType(type)) return completeList(completion, field, type.ofType, value, place);
  if (isLeafType(type)) {
    if (isEnumType(type) && type.getValue(String(value)) === undefined) throw located(hiddenValue(field), field, pathOf(place));
    return value;
  }
  if (!isDataObject(value)) return null;
  const typeName = typeNameOf(completion.schema, type.name, value);
  if (typeName === null) throw located(hiddenType(field), field, pathOf(place));
  return completeObject(completion, field.inner, typeName, value, place);
}

function completeList(
  completion: Completion,
  field: ResponseField,
  type: GraphQLOutputType,
  value: unknown,
  place: ResponsePlace,
): unknown {
  if (!Array.isArray(value)) return null;
  const isStrict = isNonNullType(type);
  const made: unknown[] = new Array(value.length);
  for (let index = 0; index < value.length; index += 1) {
    const own: ResponsePlace = { prev: place, key: index };
    const item: unknown = value[index];
    made[index] = isStrict ? completeValue(completion, field, type, item, own) : caught(completion, field, type, item, own);
  }
  return made;
}

/** The type of an interface's object when no subgraph said more. Null: clients do not know the type. */
function typeNameOf(schema: GraphQLSchema, declared: string, data: DataObject): string | null {
  const given = data['__typename'];
  const type = schema.getType(declared);
  if (!isAbstractType(type) || typeof given !== 'string' || given === declared) return declared;
  const named = schema.getType(given);
  if (isObjectType(named)) return schema.isSubType(type, named) ? given : null;
  return isAbstractType(named) ? declared : null;
}

/** The error that made the value null. Errors before it are only logged. */
function failureAt(completion: Completion, field: ResponseField, { causes }: Failure, place: ResponsePlace): GraphQLError {
  const errors = causes.map(({ error, path }) => {
    const at = path === null ? pathOf(place) : [...(place.prev === null ? [] : pathOf(place.prev)), ...clientPath(path)];
    return located(error, field, at);
  });
  const last = errors.pop();
  if (last === undefined) throw new Error('A failure has a cause.');
  completion.errors.push(...errors);
  return last;
}

function located(error: Error, { nodes }: ResponseField, path: readonly (string | number)[]): GraphQLError {
  return locatedError(error, nodes, path);
}

export function pathOf(place: ResponsePlace | null): readonly (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = place; at !== null; at = at.prev) path.push(at.key);
  return path.reverse();
}

/** Nobody was asked for the value: the plan does not ask for all that it should. */
const unasked = ({ coordinate }: ResponseField): GraphQLError =>
  new GraphQLError(`"${coordinate}" cannot be asked for where it stands in this operation. Ask for it through another field.`, {
    extensions: { ...hidden(), code: 'BAD_REQUEST' },
  });

/** Extensions of an error whose details the caller may not see. */
const hidden = () => ({ code: 'SUBGRAPH_UNAVAILABLE', errorId: crypto.randomUUID(), retryable: false });

const hiddenValue = ({ coordinate }: ResponseField): GraphQLError =>
  new GraphQLError(`The value of "${coordinate}" is one that this graph does not show.`, { extensions: hidden() });

const hiddenType = ({ coordinate }: ResponseField): GraphQLError =>
  new GraphQLError(`"${coordinate}" is of a type that this graph does not show.`, { extensions: hidden() });

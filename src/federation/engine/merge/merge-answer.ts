/**
 * Merges a subgraph's answer into the data and compares it with the request. A value that does not fit becomes a {@link Failure} of its field.
 * Values of leaves are kept unchanged, but for an ID that came as a number, which is a text.
 */
import {
  type GraphQLError,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { isRawNumber } from '../../../core/json/raw-number.ts';
import { leafOf } from '../../subgraphs/answer-shape.ts';
import { subgraphError } from '../../subgraphs/foreign-error.ts';
import { Failure } from './failure.ts';
import type { FetchShape, ShapeField } from './fetch-shape.ts';
import type { ObjectBudget } from './object-allowance.ts';

export type DataObject = Record<string, unknown>;

export interface Merging {
  readonly subgraph: string;
  readonly schema: GraphQLSchema;
  readonly budget: ObjectBudget;
  /** One error per kind of problem and field. */
  readonly problems: Map<string, GraphQLError>;
}

export const isDataObject = (value: unknown): value is DataObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Failure) && !isRawNumber(value);

/** Both objects must be of the same type. Only requested fields are taken. */
export function mergeObject(merging: Merging, into: DataObject, from: DataObject, shape: FetchShape): void {
  const given = Object.hasOwn(from, '__typename') ? from['__typename'] : undefined;
  const typeName = typeof given === 'string' ? given : String(into['__typename'] ?? shape.type?.name);
  if (typeof given === 'string' && (into['__typename'] === undefined || isObjectType(merging.schema.getType(given))))
    into['__typename'] = given;
  for (const field of shape.fieldsOf(typeName)) {
    const value = Object.hasOwn(from, field.key) ? from[field.key] : undefined;
    // Most fields of most answers: one value, which is there.
    if (field.leaf !== null && value !== undefined && value !== null && !(value instanceof Failure)) {
      into[field.as] = leafOr(merging, field, field.leaf, value);
      continue;
    }
    if (value === undefined && field.mayBeMissing) {
      if (!field.isConditional && !Object.hasOwn(into, field.as)) into[field.as] = null;
      continue;
    }
    const existing = Object.hasOwn(into, field.as) ? into[field.as] : undefined;
    into[field.as] = merged(merging, field, field.type, existing, value);
  }
}

function merged(merging: Merging, field: ShapeField, type: GraphQLOutputType, existing: unknown, value: unknown): unknown {
  if (value instanceof Failure) return isEmpty(existing) ? value : failedWithin(field, existing, value);
  if (value === null || value === undefined) {
    if (!isEmpty(existing)) return existing;
    return isNonNullType(type) ? problem(merging, `gave null for "${field.coordinate}", which is never null.`) : (existing ?? null);
  }
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (isListType(nullable)) return mergedList(merging, field, nullable.ofType, existing, value);
  if (isLeafType(nullable)) return leafOr(merging, field, nullable, value);
  if (field.inner === null) return value;
  if (!isDataObject(value)) return problem(merging, `gave no object for "${field.coordinate}".`);
  merging.budget.take(1);
  const into = isDataObject(existing) ? existing : {};
  mergeObject(merging, into, value, field.inner);
  return into;
}

const leafOr = (merging: Merging, { coordinate }: ShapeField, type: GraphQLLeafType, value: unknown): unknown =>
  leafOf(type, value) ?? problem(merging, `gave a value for "${coordinate}" that is no ${type.name}.`);

function mergedList(merging: Merging, field: ShapeField, type: GraphQLOutputType, existing: unknown, value: unknown): unknown {
  if (!Array.isArray(value)) return problem(merging, `gave no list for "${field.coordinate}".`);
  const into: unknown[] = Array.isArray(existing) && existing.length === value.length ? existing : new Array(value.length);
  for (const [index, item] of value.entries()) {
    const made = merged(merging, field, type, into[index], item);
    // An object in a list is a place of its own. Wrong leaves of one list are one place.
    if (made instanceof Failure && field.inner === null && !(item instanceof Failure)) return made;
    into[index] = made;
  }
  return into;
}

const isEmpty = (existing: unknown): boolean => existing === undefined || existing === null || existing instanceof Failure;

/** Another subgraph has the object; what this one should have added failed. */
function failedWithin({ inner }: ShapeField, existing: unknown, failure: Failure): unknown {
  if (Array.isArray(existing)) {
    for (const item of existing) if (isDataObject(item) && inner !== null) failFields(item, inner, failure);
  } else if (isDataObject(existing) && inner !== null) failFields(existing, inner, failure);
  return existing;
}

/** Null, where the object has nothing yet: the subgraph was asked, or cannot be. What is not in an object was asked of nobody. */
export function nullFields(into: DataObject, shape: FetchShape): void {
  for (const { as, isConditional } of shape.fieldsOf(String(into['__typename'] ?? shape.type?.name)))
    if (!isConditional && !Object.hasOwn(into, as)) into[as] = null;
}

/** Sets the failure on each field that the object does not have yet. */
export function failFields(into: DataObject, shape: FetchShape, failure: Failure): void {
  for (const { as } of shape.fieldsOf(String(into['__typename'] ?? shape.type?.name))) {
    if (!Object.hasOwn(into, as) || into[as] === null) into[as] = failure;
  }
}

export function problem({ subgraph, problems }: Merging, what: string): Failure {
  const error = problems.get(what) ?? subgraphError(subgraph, what, 'SUBGRAPH_UNAVAILABLE', false);
  problems.set(what, error);
  return new Failure(error);
}

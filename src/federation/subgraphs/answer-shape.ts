/**
 * Compares what a subgraph answered with what it was asked for and what its schema says. What does not fit becomes an error of that
 * field in the data. The engine would make a value of the wrong type null in silence, and a null where none may be a fault of ours.
 */
import {
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLError,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { isRawNumber } from '../../core/json/raw-number.ts';
import type { SubgraphRequest } from './engine-request.ts';
import { subgraphError } from './foreign-error.ts';
import { type AskedEntities, representationsOf } from './representations.ts';

type Data = Record<string, unknown>;

interface Asked {
  readonly type: GraphQLOutputType;
  readonly coordinate: string;
  /** It may be missing: `@skip` and `@include` are the subgraph's to judge. */
  readonly mayBeMissing: boolean;
  readonly sets: SelectionSetNode[];
}

interface Check {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** By the selections of a field, for each type that they met. */
  readonly asked: Map<readonly SelectionSetNode[], Map<string, ReadonlyMap<string, Asked>>>;
  /** One for each thing that can be wrong with a field. */
  readonly errors: Map<string, GraphQLError>;
}

/**
 * Puts errors into the data, in place, and returns each once. `_entities` are looked at as the types that were asked for, one for each
 * representation.
 */
export function checkShape(name: string, request: SubgraphRequest, data: Data, schema: GraphQLSchema): readonly GraphQLError[] {
  const { definitions } = request.document;
  const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const root = operation === undefined ? null : schema.getRootType(operation.operation);
  if (operation === undefined || root === null || root === undefined) return [];
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const check: Check = {
    name,
    schema,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    asked: new Map(),
    errors: new Map(),
  };
  const entities = representationsOf(request);
  if (entities === null) checkFields(check, data, root, [operation.selectionSet]);
  else checkEntities(check, entities, data);
  return [...check.errors.values()];
}

function checkEntities(check: Check, { field, key, representations }: AskedEntities, data: Data): void {
  const found = data[key];
  const entities: readonly unknown[] = Array.isArray(found) ? found : [];
  const sets = field.selectionSet === undefined ? [] : [field.selectionSet];
  data[key] = representations.map((representation, index) => {
    const type = check.schema.getType(String(representation['__typename']));
    const entity = entities[index];
    // Null: not found, which is not an error.
    if (entity === null || entity instanceof Error || !isObjectType(type)) return entity ?? null;
    if (!isObject(entity)) return missingEntity(check, type, sets);
    checkFields(check, entity, type, sets);
    return entity;
  });
}

/** No answer, or one that is not an object: an error of every field. */
function missingEntity(check: Check, type: GraphQLObjectType, sets: SelectionSetNode[]): Data {
  const fields = [...askedOf(check, type, sets)].filter(([, { coordinate }]) => !coordinate.endsWith('.__typename'));
  const errors = fields.map(([key, { coordinate }]): [string, GraphQLError] => [
    key,
    problem(check, `gave no ${type.name} for a key that it was asked for, so there is no "${coordinate}".`),
  ]);
  return { __typename: type.name, ...Object.fromEntries(errors) };
}

function checkFields(check: Check, value: Data, type: GraphQLCompositeType, sets: SelectionSetNode[]): void {
  if (!isObjectType(type)) return;
  for (const [key, asked] of askedOf(check, type, sets)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    if (given === undefined && (asked.mayBeMissing || !isNonNullType(asked.type))) continue;
    const settled = settledValue(check, given, asked.type, asked);
    if (settled !== given) value[key] = settled;
  }
}

/** What stands in the place of the value: itself, with the errors that were put into it, or an error. */
function settledValue(check: Check, value: unknown, type: GraphQLOutputType, asked: Asked): unknown {
  const { coordinate } = asked;
  if (value instanceof Error) return value;
  if (value === null || value === undefined)
    return isNonNullType(type) ? problem(check, `gave null for "${coordinate}", which is never null.`) : value;
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (isListType(nullable)) {
    if (!Array.isArray(value)) return problem(check, `gave no list for "${coordinate}".`);
    for (const [index, item] of value.entries()) {
      const settled = settledValue(check, item, nullable.ofType, asked);
      // An object is a place of its own; a list of values that are wrong is one.
      if (settled instanceof Error && settled !== item && !isCompositeType(getNamedType(nullable))) return settled;
      if (settled !== item) value[index] = settled;
    }
    return value;
  }
  if (isLeafType(nullable)) {
    const leaf = leafOf(nullable, value);
    if (leaf === undefined) return problem(check, `gave a value for "${coordinate}" that is no ${nullable.name}.`);
    return isRawNumber(leaf) ? plainNumber(nullable, leaf) : leaf;
  }
  if (!isCompositeType(nullable)) return value;
  if (!isObject(value)) return problem(check, `gave no object for "${coordinate}".`);
  checkFields(check, value, typeOf(check, value, nullable), asked.sets);
  return value;
}

/** For a scalar that graphql-js reads by itself: a Float has no more digits than JavaScript gives it. */
const plainNumber = ({ name }: GraphQLLeafType, value: unknown): unknown => (name === 'Float' ? Number(JSON.stringify(value)) : value);

/** The value of a leaf as it leaves; undefined: the client's schema does not allow it. */
export function leafOf(type: GraphQLLeafType, value: unknown): unknown {
  if (type.name === 'ID' && typeof value !== 'string') return idOf(value);
  return fitsLeaf(type, value) ? value : undefined;
}

/** Of a whole number its digits, as a text: a client would round the number, and no other notation of it is sure to be what the subgraph wrote. */
function idOf(value: unknown): string | undefined {
  const digits = typeof value === 'number' || isRawNumber(value) ? JSON.stringify(value) : '';
  return /^-?\d+$/.test(digits) ? digits : undefined;
}

/** Values of scalars that GraphQL does not specify are their subgraph's own business. */
function fitsLeaf(type: GraphQLLeafType, value: unknown): boolean {
  switch (type.name) {
    case 'String':
      return typeof value === 'string';
    case 'Int':
      return Number.isInteger(value) && (value as number) >= -(2 ** 31) && (value as number) < 2 ** 31;
    case 'Float':
      // Exact digits are kept, but not those of a number that clients would read as infinite.
      return Number.isFinite(value) || (isRawNumber(value) && Number.isFinite(Number(JSON.stringify(value))));
    case 'Boolean':
      return typeof value === 'boolean';
    case 'ID':
      return typeof value === 'string';
    default:
      return !isEnumType(type) || (typeof value === 'string' && type.getValue(value) !== undefined);
  }
}

/** Of an interface or a union what the data says, where the schema knows it. */
function typeOf({ schema }: Check, value: Data, type: GraphQLCompositeType): GraphQLCompositeType {
  if (!isAbstractType(type)) return type;
  const named = schema.getType(String(value['__typename']));
  return isObjectType(named) && schema.isSubType(type, named) ? named : type;
}

function askedOf(check: Check, type: GraphQLObjectType, sets: SelectionSetNode[]): ReadonlyMap<string, Asked> {
  const byType = check.asked.get(sets) ?? new Map<string, ReadonlyMap<string, Asked>>();
  check.asked.set(sets, byType);
  const known = byType.get(type.name);
  if (known !== undefined) return known;
  const fields = new Map<string, Asked>();
  for (const set of sets) collect(check, type, set, false, fields);
  byType.set(type.name, fields);
  return fields;
}

function collect(
  check: Check,
  type: GraphQLObjectType,
  { selections }: SelectionSetNode,
  conditional: boolean,
  into: Map<string, Asked>,
): void {
  for (const selection of selections) {
    const mayBeMissing = conditional || (selection.directives ?? []).some(({ name }) => name.value === 'skip' || name.value === 'include');
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const field = type.getFields()[selection.name.value];
      if (field === undefined) continue;
      const known = into.get(key);
      const sets = selection.selectionSet === undefined ? [] : [selection.selectionSet];
      if (known !== undefined) known.sets.push(...sets);
      else into.set(key, { type: field.type, coordinate: `${type.name}.${field.name}`, mayBeMissing, sets });
      continue;
    }
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : check.fragments.get(selection.name.value);
    const condition = inner?.typeCondition?.name.value;
    if (inner !== undefined && (condition === undefined || isOf(check.schema, type, condition))) {
      collect(check, type, inner.selectionSet, mayBeMissing, into);
    }
  }
}

function isOf(schema: GraphQLSchema, type: GraphQLObjectType, condition: string): boolean {
  const named = schema.getType(condition);
  return named === type || (isAbstractType(named) && schema.isSubType(named, type));
}

function problem({ name, errors }: Check, what: string): GraphQLError {
  const error = errors.get(what) ?? subgraphError(name, what, 'SUBGRAPH_UNAVAILABLE', false);
  errors.set(what, error);
  return error;
}

const isObject = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);

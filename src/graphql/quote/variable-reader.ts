/**
 * Coerces the variables of an operation as graphql-js does, with functions that are made once per operation.
 *
 * They read valid values only. For anything else they throw, and graphql-js coerces the value again, so that its refusals are in its own words.
 */
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import type { Variables } from '../../pricing/price-tree.ts';

type Read = (value: unknown) => unknown;

/** The error has no message, because nobody sees it. */
const notAsDeclared = new Error();

function refuse(): never {
  throw notAsDeclared;
}

/** An object without a prototype. So a variable that was not given is absent even when it is named `constructor` or `__proto__`. */
export const noVariables = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;

/** The returned function throws for variables that graphql-js must coerce. */
export function variableReader(schema: GraphQLSchema, declared: readonly VariableDefinitionNode[]): (given: Variables) => Variables {
  const readers = new Map<GraphQLInputType, Read>();
  const variables = declared.map(({ variable, type: node, defaultValue }) => {
    const type = typeFromAST(schema, node);
    if (type === undefined || !isInputType(type))
      return { name: variable.name.value, read: refuse, isRequired: true, byDefault: undefined };
    const byDefault = defaultValue === undefined ? undefined : valueFromAST(defaultValue, type);
    return { name: variable.name.value, read: readerOf(type, readers), isRequired: isNonNullType(type), byDefault };
  });
  return (given) => {
    const coerced = noVariables();
    for (const { name, read, isRequired, byDefault } of variables) {
      if (Object.hasOwn(given, name)) coerced[name] = read(given[name]);
      else if (byDefault !== undefined) coerced[name] = byDefault;
      else if (isRequired) refuse();
    }
    return coerced;
  };
}

function readerOf(type: GraphQLInputType, readers: Map<GraphQLInputType, Read>): Read {
  if (!isNonNullType(type)) {
    const read = readerOfValue(type, readers);
    return (value) => (value === null || value === undefined ? null : read(value));
  }
  const read = readerOfValue(type.ofType, readers);
  return (value) => (value === null || value === undefined ? refuse() : read(value));
}

function readerOfValue(type: GraphQLInputType, readers: Map<GraphQLInputType, Read>): Read {
  const known = readers.get(type);
  if (known !== undefined) return known;
  // A type may contain itself, so its reader is made when it is first used.
  let made: Read | null = null;
  const read: Read = (value) => {
    made ??= makeReader(type, readers);
    return made(value);
  };
  readers.set(type, read);
  return read;
}

function makeReader(type: GraphQLInputType, readers: Map<GraphQLInputType, Read>): Read {
  if (isListType(type)) {
    const read = readerOf(type.ofType, readers);
    return (value) => (Array.isArray(value) ? value.map(read) : typeof value === 'object' ? refuse() : [read(value)]);
  }
  if (isInputObjectType(type)) return objectReader(type, readers);
  if (isNonNullType(type)) return refuse;
  return (value) => type.parseValue(value) ?? refuse();
}

function objectReader(type: GraphQLInputObjectType, readers: Map<GraphQLInputType, Read>): Read {
  const fields = Object.values(type.getFields()).map(({ name, type, defaultValue }) => ({
    name,
    read: readerOf(type, readers),
    isRequired: isNonNullType(type),
    byDefault: defaultValue,
  }));
  const names = new Set(fields.map(({ name }) => name));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse();
    const given = value as Variables;
    for (const name in given) if (!names.has(name)) refuse();
    const coerced: Record<string, unknown> = {};
    let members = 0;
    for (const { name, read, isRequired, byDefault } of fields) {
      const member = given[name];
      if (member !== undefined) coerced[name] = read(member);
      else if (byDefault !== undefined) coerced[name] = byDefault;
      else if (isRequired) refuse();
      else continue;
      members += 1;
      if (type.isOneOf && (coerced[name] === null || members > 1)) refuse();
    }
    return type.isOneOf && members !== 1 ? refuse() : coerced;
  };
}

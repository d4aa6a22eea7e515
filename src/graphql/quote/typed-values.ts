/**
 * Refuses a large input before graphql-js coerces it: one that has more typed values than are accepted, and what graphql-js would refuse.
 * Its own sentences print the whole value, which for an object of 50,000 fields takes 100 ms and makes an answer of a megabyte.
 *
 * A small input is left to graphql-js, and so is a value that is wrong by itself (`Int cannot represent ...`).
 */
import {
  GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isSpecifiedScalarType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { nearestName } from '../../core/nearest-name.ts';
import type { Variables } from '../../pricing/price-tree.ts';

/** Default maximum for all variables of a request. Coercing this many takes about 20 ms, and execution does it again. */
export const maxTypedValues = 10_000;

interface Place {
  readonly node: VariableDefinitionNode;
  readonly value: unknown;
  readonly type: GraphQLInputType;
  readonly key: string | number;
  readonly within: Place | null;
}

/** Throws BAD_REQUEST for too many values, and a GraphQLError for the first field that is unknown to its type, or that is required and missing. */
export function checkTypedValues(
  schema: GraphQLSchema,
  declared: readonly VariableDefinitionNode[],
  given: Variables,
  maxValues: number,
): void {
  const open: Place[] = [];
  let values = 0;
  for (const node of declared) {
    const key = node.variable.name.value;
    const type = typeFromAST(schema, node.type);
    if (type !== undefined && isInputType(type)) open.push({ node, value: given[key], type, key, within: null });
  }
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    values += 1;
    // The length is checked first, so that a list that is too long is not copied.
    if (values + open.length > maxValues || (Array.isArray(place.value) && isTypedList(place) && place.value.length > maxValues))
      throw new GatewayError(
        'BAD_REQUEST',
        `The variables have more than ${maxValues} values that the schema declares one by one, such as messages and their parts. Send them in several requests, or large JSON as one text, or have the operator raise server.limits.maxTypedValues.`,
      );
    addMembers(place, open);
  }
}

const nullable = (type: GraphQLInputType): GraphQLInputType => (isNonNullType(type) ? type.ofType : type);
const isTypedList = ({ type }: Place): boolean => isListType(nullable(type));

function addMembers(place: Place, open: Place[]): void {
  const { node, value } = place;
  if (typeof value !== 'object' || value === null) return;
  const type = nullable(place.type);
  if (isListType(type)) {
    const item: GraphQLInputType = type.ofType;
    if (!Array.isArray(value)) open.push({ ...place, type: item });
    else for (const [key, member] of value.entries()) open.push({ node, value: member, type: item, key, within: place });
  } else if (isInputObjectType(type)) {
    if (Array.isArray(value)) throw refusal(place, `Expected type "${type.name}" to be an object.`);
    addFields(place, type, value as Variables, open);
  } else if (isEnumType(type) || isSpecifiedScalarType(type))
    throw refusal(place, `${type.name} cannot represent ${Array.isArray(value) ? 'a list' : 'an object'}.`);
}

function addFields(place: Place, type: GraphQLInputObjectType, value: Variables, open: Place[]): void {
  const fields = type.getFields();
  const { node } = place;
  let members = 0;
  for (const name in value) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      const near = nearestName(name.slice(0, 100), Object.keys(fields));
      const meant = near === null ? '' : ` Did you mean "${near}"?`;
      throw refusal(place, `Field "${name.slice(0, 100)}" is not defined by type "${type.name}".${meant}`);
    }
    members += 1;
    open.push({ node, value: value[name], type: field.type, key: name, within: place });
  }
  for (const name in fields) {
    const field = fields[name];
    if (field !== undefined && isRequiredInputField(field) && value[name] === undefined)
      throw refusal(place, `Field "${name}" of required type "${field.type}" was not provided.`);
  }
  if (type.isOneOf && members !== 1) throw refusal(place, `Exactly one key must be specified for OneOf type "${type.name}".`);
}

function refusal(place: Place, why: string): GraphQLError {
  const path: string[] = [];
  let root = place;
  for (; root.within !== null; root = root.within) path.unshift(typeof root.key === 'number' ? `[${root.key}]` : `.${root.key}`);
  const at = path.length === 0 ? '' : ` at "${root.key}${path.join('')}"`;
  return new GraphQLError(`Variable "$${root.key}" got invalid value${at}; ${why}`, { nodes: place.node });
}

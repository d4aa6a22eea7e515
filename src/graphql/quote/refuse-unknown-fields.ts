/**
 * Refuses what graphql-js refuses of a large input, before graphql-js coerces it: its own sentences print the whole value, which for an
 * object of 50,000 fields takes 100 ms and makes an answer of a megabyte.
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
import { nearestName } from '../../core/nearest-name.ts';
import type { Variables } from '../../pricing/price-tree.ts';

interface Place {
  readonly node: VariableDefinitionNode;
  readonly value: unknown;
  readonly type: GraphQLInputType;
  readonly key: string | number;
  readonly within: Place | null;
}

/** Throws the GraphQLError of the first field that its type does not have, or that it must have. */
export function refuseUnknownFields(schema: GraphQLSchema, declared: readonly VariableDefinitionNode[], given: Variables): void {
  const open: Place[] = [];
  for (const node of declared) {
    const name = node.variable.name.value;
    const found = typeFromAST(schema, node.type);
    if (found !== undefined && isInputType(found)) open.push({ node, value: given[name], type: found, key: name, within: null });
  }
  for (let place = open.pop(); place !== undefined; place = open.pop()) for (const member of membersOf(place)) open.push(member);
}

function membersOf(place: Place): readonly Place[] {
  const { value } = place;
  const type = isNonNullType(place.type) ? place.type.ofType : place.type;
  if (typeof value !== 'object' || value === null) return [];
  if (isListType(type)) {
    const item: GraphQLInputType = type.ofType;
    if (!Array.isArray(value)) return [{ ...place, type: item }];
    return value.map((member: unknown, key) => ({ ...place, value: member, type: item, key, within: place }));
  }
  if (isInputObjectType(type)) {
    if (Array.isArray(value)) throw refusal(place, `Expected type "${type.name}" to be an object.`);
    return fieldsOf(place, type, value as Variables);
  }
  if (isEnumType(type) || isSpecifiedScalarType(type))
    throw refusal(place, `${type.name} cannot represent ${Array.isArray(value) ? 'a list' : 'an object'}.`);
  return [];
}

function fieldsOf(place: Place, type: GraphQLInputObjectType, value: Variables): readonly Place[] {
  const fields = type.getFields();
  const members: Place[] = [];
  for (const name in value) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      const near = nearestName(name.slice(0, 100), Object.keys(fields));
      const meant = near === null ? '' : ` Did you mean "${near}"?`;
      throw refusal(place, `Field "${name.slice(0, 100)}" is not defined by type "${type.name}".${meant}`);
    }
    members.push({ ...place, value: value[name], type: field.type, key: name, within: place });
  }
  for (const field of Object.values(fields)) {
    if (isRequiredInputField(field) && value[field.name] === undefined)
      throw refusal(place, `Field "${field.name}" of required type "${field.type}" was not provided.`);
  }
  if (type.isOneOf && members.length !== 1) throw refusal(place, `Exactly one key must be specified for OneOf type "${type.name}".`);
  return members;
}

function refusal(place: Place, why: string): GraphQLError {
  const path: string[] = [];
  let root = place;
  for (; root.within !== null; root = root.within) path.unshift(typeof root.key === 'number' ? `[${root.key}]` : `.${root.key}`);
  const at = path.length === 0 ? '' : ` at "${root.key}${path.join('')}"`;
  return new GraphQLError(`Variable "$${root.key}" got invalid value${at}; ${why}`, { nodes: place.node });
}

/**
 * Turns a selection set into a JSON Schema: the model is asked for what the caller selected of the output type.
 *
 * The result is canonical (fields in the order of the type, aliases and fragments resolved), so that two spellings of one
 * selection are one request to a model and one cache entry. Descriptions become instructions. The model must return every
 * selected field; a field is null where the type allows it. All vendors accept this form of JSON Schema.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { JsonSchema } from '../core/request/json-schema.ts';

/** Where the selection stands: what graphql-js hands a resolver. */
export interface SelectionInfo {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/** What is asked of a model for a field: free text, or JSON of which `valueOf` is the field's value. */
export type Asked =
  | { readonly format: 'text' }
  | { readonly format: 'json'; readonly schema: JsonSchema; readonly valueOf: (object: unknown) => unknown };

/** The deepest that a declared type is followed when no selection bounds it. */
const maxDepth = 6;

/**
 * What to ask for a field of the type. `nodes` null stands for the whole type (`select: DECLARED`). Scalars other than
 * String, enums and lists are asked for inside an object, `{ "value": ... }`: vendors take objects only.
 */
export function askedFor(type: GraphQLOutputType, nodes: readonly FieldNode[] | null, info: SelectionInfo): Asked {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isLeafType(bare) && bare.name === 'String') return { format: 'text' };
  const selections = nodes?.flatMap(({ selectionSet }) => selectionSet ?? []) ?? null;
  const schema = schemaOf(type, selections, info, 0);
  if (isObjectType(bare)) return { format: 'json', schema: withoutNull(schema), valueOf: (object) => object };
  return {
    format: 'json',
    schema: { type: 'object', properties: { value: schema }, required: ['value'], additionalProperties: false },
    valueOf: (object) => (typeof object === 'object' && object !== null && 'value' in object ? object.value : null),
  };
}

function schemaOf(type: GraphQLOutputType, selections: readonly SelectionSetNode[] | null, info: SelectionInfo, depth: number): JsonSchema {
  if (isNonNullType(type)) return withoutNull(schemaOf(type.ofType, selections, info, depth));
  if (isListType(type)) return { type: ['array', 'null'], items: schemaOf(type.ofType, selections, info, depth) };
  if (isEnumType(type)) {
    const values = type.getValues();
    const meanings = values.flatMap(({ name, description }) => (description ? `${name}: ${description}` : []));
    return described({ type: ['string', 'null'], enum: [...values.map(({ name }) => name), null] }, [type.description, ...meanings]);
  }
  if (isLeafType(type)) return described(leafSchema(type.name), [type.name in leafSchemas ? null : type.description]);
  const objects = isAbstractType(type) ? info.schema.getPossibleTypes(type) : [type];
  const options = objects.map((object) => objectSchema(object, selections, info, depth, isAbstractType(type)));
  return { anyOf: [...options, { type: 'null' }] };
}

function objectSchema(
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[] | null,
  info: SelectionInfo,
  depth: number,
  tagged: boolean,
): JsonSchema {
  const properties: Record<string, JsonSchema> = tagged ? { __typename: { type: 'string', const: type.name } } : {};
  const selected = selections === null ? null : selectedFields(type, selections, info);
  for (const field of Object.values(type.getFields())) {
    const nodes = selected?.get(field.name);
    if (selected !== null && nodes === undefined) continue;
    if (selected === null && depth >= maxDepth) continue;
    const inner = nodes?.flatMap(({ selectionSet }) => selectionSet ?? []) ?? null;
    properties[field.name] = described(schemaOf(field.type, inner, info, depth + 1), [field.description]);
  }
  return described({ type: 'object', properties, required: Object.keys(properties), additionalProperties: false }, [type.description]);
}

/** The nodes of each selected field of the type, by field name: aliases of one field become one. */
function selectedFields(type: GraphQLObjectType, selections: readonly SelectionSetNode[], info: SelectionInfo): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (!isIncluded(node, info)) continue;
      if (node.kind === 'Field') {
        fields.set(node.name.value, [...(fields.get(node.name.value) ?? []), node]);
      } else if (node.kind === 'InlineFragment') {
        if (applies(node.typeCondition?.name.value, type, info)) collect(node.selectionSet);
      } else if (!visited.has(node.name.value)) {
        visited.add(node.name.value);
        const fragment = info.fragments[node.name.value];
        if (fragment !== undefined && applies(fragment.typeCondition.name.value, type, info)) collect(fragment.selectionSet);
      }
    }
  };
  for (const set of selections) collect(set);
  return fields;
}

function isIncluded(node: SelectionSetNode['selections'][number], info: SelectionInfo): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, node, info.variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues)?.['if'] !== false;
}

function applies(condition: string | undefined, type: GraphQLObjectType, info: SelectionInfo): boolean {
  if (condition === undefined || condition === type.name) return true;
  const target = info.schema.getType(condition);
  return isAbstractType(target) && info.schema.isSubType(target, type);
}

/** JSON Schemas of the scalars of GraphQL and of our own schema. Int is 32 bits in GraphQL; a model's whole number can be larger. */
const leafSchemas: Readonly<Record<string, JsonSchema>> = {
  String: { type: ['string', 'null'] },
  ID: { type: ['string', 'null'] },
  Boolean: { type: ['boolean', 'null'] },
  Float: { type: ['number', 'null'] },
  Int: { type: ['integer', 'null'], minimum: -2_147_483_648, maximum: 2_147_483_647 },
  SafeInt: { type: ['integer', 'null'], minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  DateTime: { type: ['string', 'null'], format: 'date-time' },
  Decimal: { type: ['string', 'null'], pattern: '^-?[0-9]{1,30}([.][0-9]{1,30})?$' },
};

/** A custom scalar is text for the model, except those that are named for JSON. */
const leafSchema = (name: string): JsonSchema => leafSchemas[name] ?? (/json/i.test(name) ? {} : { type: ['string', 'null'] });

function described(schema: JsonSchema, texts: readonly (string | null | undefined)[]): JsonSchema {
  const description = [...texts, schema['description']].filter((text) => typeof text === 'string' && text !== '').join('\n');
  return description === '' ? schema : { ...schema, description };
}

/** The schema of the same value without null. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const { type, enum: members, anyOf, ...rest } = schema;
  if (Array.isArray(anyOf)) {
    const options = anyOf.filter((option: JsonSchema) => option['type'] !== 'null');
    return options.length === 1 ? described(options[0], [schema['description'] as string | undefined]) : { ...rest, anyOf: options };
  }
  return {
    ...rest,
    ...(type === undefined ? {} : { type: Array.isArray(type) ? type.find((name) => name !== 'null') : type }),
    ...(Array.isArray(members) ? { enum: members.filter((member) => member !== null) } : {}),
  };
}

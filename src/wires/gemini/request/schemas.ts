/** JSON Schema as Gemini takes it, and Gemini's own schema (a part of OpenAPI's) as JSON Schema. */
import type { JsonSchema } from '../../../core/request/json-schema.ts';
import { isObject, type JsonObject } from '../../json-fields.ts';

const schemaFields = ['items', 'additionalProperties', 'not'] as const;
const listFields = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const;
const mapFields = ['properties', '$defs', 'definitions', 'patternProperties'] as const;

/** `responseJsonSchema` does not know `const`; an `enum` of one value says the same. */
export const responseSchemaOf = (schema: JsonSchema): JsonSchema =>
  mapped(schema, ({ const: value, ...rest }) => (value === undefined ? rest : { ...rest, enum: [value] }));

/** Gemini's own schema writes its types in capitals, and has `nullable`. */
export const jsonSchemaOf = (schema: JsonSchema): JsonSchema =>
  mapped(schema, ({ type, nullable, propertyOrdering: _order, ...rest }) => {
    if (typeof type !== 'string') return { ...rest, ...(type === undefined ? {} : { type }) };
    const name = type.toLowerCase();
    if (name === 'type_unspecified') return rest;
    if (nullable !== true) return { type: name, ...rest };
    const { enum: values } = rest;
    return { ...rest, type: [name, 'null'], ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}) };
  });

/** Applies the change to the schema and to all schemas within it. */
function mapped(schema: JsonSchema, change: (schema: JsonObject) => JsonObject): JsonSchema {
  const inner = (value: unknown): unknown => (isObject(value) ? mapped(value, change) : Array.isArray(value) ? value.map(inner) : value);
  const fields = Object.entries(change(schema)).map(([name, value]): [string, unknown] => {
    if (isOneOf(mapFields, name) && isObject(value)) {
      return [name, Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(one)]))];
    }
    return [name, isOneOf(schemaFields, name) || isOneOf(listFields, name) ? inner(value) : value];
  });
  return Object.fromEntries(fields);
}

const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name);

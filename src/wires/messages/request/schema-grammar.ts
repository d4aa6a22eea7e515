/**
 * JSON Schemas that Anthropic can hold a model to. It compiles them to a grammar, which knows neither references to themselves, nor objects
 * with fields of any name, nor bounds of values.
 */
import { followPointer, type JsonSchema } from '../../../core/request/json-schema.ts';
import { isObject, type JsonObject } from '../../json-fields.ts';

/** Optional properties beyond these make the grammar too large to compile in time. */
const maxOptionalProperties = 10;

const oneSchema = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'];
const listsOfSchemas = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const mapsOfSchemas = ['properties', 'patternProperties', 'dependentSchemas'];

/** Whether the grammar says the same as the schema, but for bounds. */
export const hasGrammar = (schema: JsonSchema): boolean => optionalProperties(schema) <= maxOptionalProperties;

/**
 * Optional properties as the grammar has them: those of a schema that is referred to count at each reference. Infinite for a schema that
 * has no grammar.
 */
function optionalProperties(root: JsonSchema): number {
  const known = new Map<string, number>();
  const count = (node: unknown): number => {
    if (!isObject(node)) return 0;
    if (isOpen(node)) return Number.POSITIVE_INFINITY;
    const { $ref: reference, properties, required } = node as JsonObject & Readonly<Record<'$ref' | 'properties' | 'required', unknown>>;
    const demanded = new Set(Array.isArray(required) ? (required as readonly unknown[]) : []);
    const own = isObject(properties) ? Object.keys(properties).filter((name) => !demanded.has(name)).length : 0;
    const referred = typeof reference === 'string' ? countReferred(reference) : 0;
    return innerSchemas(node).reduce<number>((sum, inner) => sum + count(inner), own + referred);
  };
  const countReferred = (reference: string): number => {
    const before = known.get(reference);
    if (before !== undefined) return before;
    // A schema that refers to itself meets this again.
    known.set(reference, Number.POSITIVE_INFINITY);
    const counted = reference === '#' ? Number.POSITIVE_INFINITY : count(followPointer(root, reference));
    known.set(reference, counted);
    return counted;
  };
  return count(root);
}

function innerSchemas(node: JsonObject): readonly unknown[] {
  return [
    ...oneSchema.flatMap((name) => node[name]),
    ...listsOfSchemas.flatMap((name) => node[name]),
    ...mapsOfSchemas.flatMap((name) => (isObject(node[name]) ? Object.values(node[name]) : [])),
  ];
}

/** Whether it takes fields of any name. */
function isOpen({ type, properties, additionalProperties, patternProperties }: JsonObject & Fields): boolean {
  if (additionalProperties === true || isObject(additionalProperties)) return true;
  if (isObject(patternProperties) && Object.keys(patternProperties).length > 0) return true;
  const isObjectType = type === 'object' || (Array.isArray(type) && type.includes('object'));
  return isObjectType && properties === undefined && additionalProperties !== false;
}

type Fields = Readonly<Partial<Record<'type' | 'properties' | 'additionalProperties' | 'patternProperties', unknown>>>;

const kept = ['$schema', '$id', 'title', 'default', 'const', 'enum', 'type', 'required'];
const definitions = ['$defs', 'definitions'];
const formats = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'];
/** They are described to the model in words; the answer is checked against the whole schema when it has come. */
const bounds = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'not',
];

/** The schema in the words that the grammar knows. */
export function grammarSchema(schema: JsonSchema): JsonSchema {
  const inner = (value: unknown): unknown => (isObject(value) ? grammarSchema(value) : Array.isArray(value) ? value.map(inner) : value);
  const each = (map: unknown): unknown =>
    isObject(map) ? Object.fromEntries(Object.entries(map).map(([name, one]) => [name, inner(one)])) : map;
  const only = (names: readonly string[], change: (value: unknown) => unknown = (value) => value): JsonObject =>
    Object.fromEntries(names.filter((name) => schema[name] !== undefined).map((name) => [name, change(schema[name])]));
  if (schema['$ref'] !== undefined) return { ...only(['$ref']), ...only(definitions, each) };
  const isObjectSchema = schema['type'] === 'object' || schema['properties'] !== undefined;
  const { anyOf, oneOf } = schema as JsonObject & Readonly<Record<'anyOf' | 'oneOf', unknown>>;
  const description = [schema['description'], boundsInWords(schema)].filter((text) => typeof text === 'string' && text !== '').join('\n');
  return {
    ...only(kept),
    ...(description === '' ? {} : { description }),
    ...(anyOf === undefined && oneOf === undefined ? {} : { anyOf: inner(anyOf ?? oneOf) }),
    ...only(['allOf', 'items'], inner),
    ...only(definitions, each),
    ...(isObjectSchema ? { ...only(['properties'], each), additionalProperties: false } : {}),
    ...(formats.includes(String(schema['format'])) ? only(['format']) : {}),
  };
}

function boundsInWords(schema: JsonSchema): string {
  const words = bounds
    .filter((name) => schema[name] !== undefined && schema[name] !== null && schema[name] !== false)
    .map((name) => `${name}: ${JSON.stringify(schema[name])}`);
  const { format } = schema as JsonObject & { readonly format?: unknown };
  if (typeof format === 'string' && !formats.includes(format)) words.push(`format: ${format}`);
  return words.length === 0 ? '' : `(${words.join(', ')})`;
}

/**
 * JSON Schema as OpenAI takes it: without `propertyNames` and without patterns that look around, which it refuses; what they demand is
 * still checked here. An `allOf` of one reference, which it refuses too, becomes the reference.
 */
import type { JsonSchema } from '../../../core/request/json-schema.ts';
import { isObject, type JsonObject } from '../../json-fields.ts';

const schemas = ['items', 'additionalProperties', 'additionalItems', 'contains', 'not', 'if', 'then', 'else'];
const lists = ['allOf', 'anyOf', 'oneOf', 'items', 'prefixItems'];
const records = ['properties', 'patternProperties', '$defs', 'definitions'];

export function openaiSchema(schema: JsonSchema, warn: (message: string) => void): JsonSchema {
  const adapted = adaptedSchema(schema, warn);
  const reference = onlyReference(adapted);
  if (reference === null) return adapted;
  // The root must be an object, not a reference to one.
  const [, keyword = '', name = ''] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(reference) ?? [];
  const definitions = adapted[keyword];
  const referred = isObject(definitions) ? definitions[name.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  const { allOf: _, ...rest } = adapted as JsonObject & { readonly allOf?: unknown };
  return isObject(referred) ? { ...referred, ...rest } : adapted;
}

function adaptedSchema(schema: JsonObject, warn: (message: string) => void): JsonObject {
  const adapted: Record<string, unknown> = { ...schema };
  if ('propertyNames' in adapted) {
    delete adapted['propertyNames'];
    warn('The model cannot enforce `propertyNames` of a schema; it is checked when the answer has come.');
  }
  if (typeof adapted['pattern'] === 'string' && /\(\?<?[=!]/.test(adapted['pattern'])) {
    delete adapted['pattern'];
    warn('The model cannot enforce a `pattern` that looks around; it is checked when the answer has come.');
  }
  const inner = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const one = adaptedSchema(value, warn);
    const reference = onlyReference(one);
    if (reference === null) return one;
    const { allOf: _, ...rest } = one as JsonObject & { readonly allOf?: unknown };
    return { ...rest, $ref: reference };
  };
  for (const keyword of schemas) if (isObject(adapted[keyword])) adapted[keyword] = inner(adapted[keyword]);
  for (const keyword of lists) {
    const list = adapted[keyword];
    if (Array.isArray(list)) adapted[keyword] = list.map(inner);
  }
  for (const keyword of records) {
    const record = adapted[keyword];
    if (isObject(record)) adapted[keyword] = Object.fromEntries(Object.entries(record).map(([name, one]) => [name, inner(one)]));
  }
  return adapted;
}

function onlyReference({ allOf }: JsonObject & { readonly allOf?: unknown }): string | null {
  const [only, ...others] = Array.isArray(allOf) ? (allOf as readonly unknown[]) : [];
  if (others.length > 0 || !isObject(only) || Object.keys(only).length !== 1) return null;
  const reference = only['$ref'];
  return typeof reference === 'string' ? reference : null;
}

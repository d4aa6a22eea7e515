import type { JsonSchema } from '../core/request/json-schema.ts';

/**
 * Whether OpenAI's strict mode accepts the schema: an object at the root, and every object in it closed with all of its
 * properties required (platform.openai.com, Structured Outputs, supported schemas).
 */
export const isStrict = (schema: JsonSchema): boolean => schema['type'] === 'object' && isClosed(schema);

function isClosed(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isClosed);
  if (typeof schema !== 'object' || schema === null) return true;
  const { type, properties, required, additionalProperties, ...rest } = schema as JsonSchema &
    Readonly<Record<'type' | 'properties' | 'required' | 'additionalProperties', unknown>>;
  const isObject = type === 'object' || (Array.isArray(type) && type.includes('object')) || properties !== undefined;
  if (isObject) {
    const names = Object.keys(properties ?? {});
    const demanded = Array.isArray(required) ? required : [];
    if (additionalProperties !== false || names.some((name) => !demanded.includes(name))) return false;
  }
  if (['allOf', 'not', 'if', 'patternProperties', 'dependentSchemas', 'oneOf'].some((keyword) => keyword in rest)) return false;
  const inner = [...Object.values(properties ?? {}), rest['items'], rest['anyOf'], ...Object.values(rest['$defs'] ?? {})];
  return inner.every(isClosed);
}

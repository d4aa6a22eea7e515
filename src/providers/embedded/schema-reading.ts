/** What a JSON Schema asks for at one place, with references and `allOf` resolved. */
import { followPointer, type JsonSchema } from '../../core/request/json-schema.ts';

export const maxDepth = 10;

export const descriptionOf = (schema: JsonSchema): string => (typeof schema['description'] === 'string' ? schema['description'] : '');

/** Types in the order of the schema, `null` left out; guessed from other keywords when there is none. */
export function typesOf(schema: JsonSchema): string[] {
  const type = schema['type'];
  if (typeof type === 'string') return type === 'null' ? [] : [type];
  if (Array.isArray(type)) return type.filter((each): each is string => typeof each === 'string' && each !== 'null');
  if ('properties' in schema) return ['object'];
  return 'items' in schema ? ['array'] : ['string'];
}

/** With its local reference followed and the parts of `allOf` laid over each other. */
export function resolveSchema(schema: JsonSchema, root: JsonSchema, left = maxDepth): JsonSchema {
  let merged: JsonSchema = schema;
  const reference = schema['$ref'];
  if (typeof reference === 'string' && left > 0) {
    const { $ref: _, ...rest } = schema;
    merged = { ...resolveSchema(referenced(root, reference), root, left - 1), ...rest };
  }
  const parts = merged['allOf'];
  if (!Array.isArray(parts) || left === 0) return merged;
  const { allOf: _, ...rest } = merged;
  return parts.reduce<JsonSchema>((sum, part) => laidOver(sum, resolveSchema(part as JsonSchema, root, left - 1)), rest);
}

function referenced(root: JsonSchema, reference: string): JsonSchema {
  const found = followPointer(root, reference);
  return typeof found === 'object' && found !== null ? (found as JsonSchema) : {};
}

function laidOver(one: JsonSchema, other: JsonSchema): JsonSchema {
  return {
    ...one,
    ...other,
    ...('properties' in one || 'properties' in other
      ? { properties: { ...(one['properties'] as object | undefined), ...(other['properties'] as object | undefined) } }
      : {}),
    ...('required' in one || 'required' in other
      ? { required: [...((one['required'] as unknown[] | undefined) ?? []), ...((other['required'] as unknown[] | undefined) ?? [])] }
      : {}),
  };
}

/** Whether null is a valid value of the property. */
export function allowsNull(property: unknown, root: JsonSchema, left = maxDepth): boolean {
  if (typeof property !== 'object' || property === null) return property === true;
  const schema = resolveSchema(property as JsonSchema, root);
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(null);
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(branches)) return left > 0 && branches.some((branch) => allowsNull(branch, root, left - 1));
  const type = schema['type'];
  return (
    type === 'null' ||
    (Array.isArray(type) && type.includes('null')) ||
    (type === undefined && !('properties' in schema) && !('const' in schema))
  );
}

/** Whether a number lies in the range of its schema. */
export function isInRange(
  value: number,
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: JsonSchema,
  type: string,
): boolean {
  if (type === 'integer' && !Number.isInteger(value)) return false;
  if (typeof minimum === 'number' && value < minimum) return false;
  if (typeof maximum === 'number' && value > maximum) return false;
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return false;
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) return false;
  return typeof multipleOf !== 'number' || multipleOf <= 0 || Number.isInteger(value / multipleOf);
}

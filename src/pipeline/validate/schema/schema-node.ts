/**
 * A JSON Schema prepared for checking: each subschema is read once, and its references are resolved. `read-schema.ts` builds
 * it.
 */
import type { Pattern } from './schema-pattern.ts';

export type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object';

/** Rules that are null say nothing. Only `read-schema.ts` writes to a node. */
export interface SchemaNode {
  /** JSON pointer of the subschema, for messages about it. */
  readonly at: string;
  /** `false` as a schema: no value fits. */
  never: boolean;
  types: readonly TypeName[] | null;
  values: ValueRules | null;
  numbers: NumberRules | null;
  texts: TextRules | null;
  lists: ListRules | null;
  objects: ObjectRules | null;
  /** Schemas of the same value. */
  same: SameValueRules | null;
}

export interface ValueRules {
  /** Keys of the members of `enum` and of `const`, see `../value-key.ts`. */
  enum: ReadonlySet<string> | null;
  const: string | null;
  /** Whether one of them is an object or a list. */
  containers: boolean;
}

export interface NumberRules {
  minimum: number | null;
  maximum: number | null;
  exclusiveMinimum: number | null;
  exclusiveMaximum: number | null;
  multipleOf: number | null;
}

export interface TextRules {
  minLength: number | null;
  maxLength: number | null;
  pattern: Pattern | null;
  format: string | null;
  /** `contentEncoding` and the like: nothing is checked, but half of such a text is none. */
  encoded: boolean;
}

export interface ListRules {
  minItems: number | null;
  maxItems: number | null;
  uniqueItems: boolean;
  prefixItems: readonly SchemaNode[];
  items: SchemaNode | null;
  contains: SchemaNode | null;
  minContains: number | null;
  maxContains: number | null;
  unevaluatedItems: SchemaNode | null;
}

export interface ObjectRules {
  minProperties: number | null;
  maxProperties: number | null;
  required: readonly string[];
  dependentRequired: readonly (readonly [name: string, needed: readonly string[]])[];
  dependentSchemas: readonly (readonly [name: string, needed: SchemaNode])[];
  properties: ReadonlyMap<string, SchemaNode>;
  patternProperties: readonly (readonly [Pattern, SchemaNode])[];
  additionalProperties: SchemaNode | null;
  propertyNames: SchemaNode | null;
  unevaluatedProperties: SchemaNode | null;
}

export interface SameValueRules {
  reference: SchemaNode | null;
  allOf: readonly SchemaNode[];
  anyOf: readonly SchemaNode[] | null;
  oneOf: readonly SchemaNode[] | null;
  not: SchemaNode | null;
  if: SchemaNode | null;
  whenValid: SchemaNode | null;
  whenInvalid: SchemaNode | null;
}

export const emptyNode = (at: string): SchemaNode => ({
  at,
  never: false,
  types: null,
  values: null,
  numbers: null,
  texts: null,
  lists: null,
  objects: null,
  same: null,
});

const none: readonly never[] = [];
const noProperties: ReadonlyMap<string, SchemaNode> = new Map();

export const valueRules = (node: SchemaNode): ValueRules => (node.values ??= { enum: null, const: null, containers: false });

export const numberRules = (node: SchemaNode): NumberRules =>
  (node.numbers ??= { minimum: null, maximum: null, exclusiveMinimum: null, exclusiveMaximum: null, multipleOf: null });

export const textRules = (node: SchemaNode): TextRules =>
  (node.texts ??= { minLength: null, maxLength: null, pattern: null, format: null, encoded: false });

export const listRules = (node: SchemaNode): ListRules =>
  (node.lists ??= {
    minItems: null,
    maxItems: null,
    uniqueItems: false,
    prefixItems: none,
    items: null,
    contains: null,
    minContains: null,
    maxContains: null,
    unevaluatedItems: null,
  });

export const objectRules = (node: SchemaNode): ObjectRules =>
  (node.objects ??= {
    minProperties: null,
    maxProperties: null,
    required: none,
    dependentRequired: none,
    dependentSchemas: none,
    properties: noProperties,
    patternProperties: none,
    additionalProperties: null,
    propertyNames: null,
    unevaluatedProperties: null,
  });

export const sameValueRules = (node: SchemaNode): SameValueRules =>
  (node.same ??= { reference: null, allOf: none, anyOf: null, oneOf: null, not: null, if: null, whenValid: null, whenInvalid: null });

/** The subschemas of the same value, each of which may have a say: references, and what any branch says. */
export function sameValueNodes({ same }: SchemaNode): readonly SchemaNode[] {
  if (same === null) return none;
  const { reference, allOf, anyOf, oneOf, whenValid, whenInvalid } = same;
  return [reference, ...allOf, ...(anyOf ?? none), ...(oneOf ?? none), whenValid, whenInvalid].filter((node) => node !== null);
}

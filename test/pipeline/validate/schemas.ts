/** Schemas and values that often meet: both are made of the same few names, texts and numbers. */
import fc from 'fast-check';
import type { JsonSchema } from '../../../src/core/request/json-schema.ts';
import { valueKey } from '../../../src/pipeline/validate/value-key.ts';

/** Without `__proto__`, which ajv leaves unchecked, and `constructor`, which it takes for evaluated. */
const names = ['a', 'b', 'ab', 'c', '$async', '0', 'x/y~z'];
const texts = ['', 'a', 'b', 'ab', 'abc', '12', '2026-11-23', 'a@b.ch', '🎉', 'żółć', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'];
const numbers = [0, -0, 1, -1, 2, 3, 10, 0.5, 1.5, 1e21, 1e300, 0.1, 0.3];

const scalar = fc.oneof(
  fc.constantFrom<unknown>(...texts),
  fc.constantFrom<unknown>(...numbers),
  fc.constantFrom<unknown>(true, false, null),
);

export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.constantFrom(...names), tie('value')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
  ),
})).value;

const types = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object'];
const patterns = ['^a', 'b$', '^[a-c]*$', '^.{1,3}$', '\\d+', '^(a|ab){1,3}$', 'ż'];
const count = fc.nat(4);

export interface SchemaShape {
  /** Keywords of 2020-12 that draft 07 has not. */
  readonly newer: boolean;
  /** `unevaluatedProperties` at the root: deeper, ajv takes parts for evaluated that a branch which does not fit has looked at. */
  readonly unevaluated: boolean;
}

export function anySchema({ newer, unevaluated }: SchemaShape): fc.Arbitrary<JsonSchema> {
  const inner = fc.letrec<{ schema: unknown }>((tie) => {
    const schema = tie('schema');
    const schemas = fc.array(schema, { minLength: 1, maxLength: 3 });
    const named = fc.array(fc.tuple(fc.constantFrom(...names), schema), { maxLength: 3 }).map((members) => Object.fromEntries(members));
    const keyword = fc.oneof<fc.Arbitrary<Record<string, unknown>>[]>(
      { weight: 3, arbitrary: fc.constantFrom(...types).map((type) => ({ type })) } as never,
      fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 3 }).map((type) => ({ type })),
      fc.tuple(fc.constantFrom(...types), fc.boolean()).map(([type, nullable]) => (type === 'null' ? { type } : { type, nullable })),
      fc.uniqueArray(anyValue, { minLength: 1, maxLength: 4, selector: valueKey }).map((members) => ({ enum: members })),
      anyValue.map((value) => ({ const: value })),
      { weight: 3, arbitrary: named.map((properties) => ({ properties })) } as never,
      fc
        .array(fc.tuple(fc.constantFrom(...patterns), schema), { maxLength: 2 })
        .map((members) => ({ patternProperties: Object.fromEntries(members) })),
      schema.map((additionalProperties) => ({ additionalProperties })),
      fc.constant({ additionalProperties: false }),
      schema.map((propertyNames) => ({ propertyNames })),
      fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }).map((required) => ({ required })),
      { weight: 2, arbitrary: schema.map((items) => ({ items })) } as never,
      schemas.map((tuple) => (newer ? { prefixItems: tuple } : { items: tuple })),
      fc
        .tuple(schemas, schema)
        .map(([tuple, rest]) => (newer ? { prefixItems: tuple, items: rest } : { items: tuple, additionalItems: rest })),
      ...(unevaluated
        ? []
        : [
            fc
              .tuple(schema, count, count)
              .map(([contains, minContains, maxContains]) => (newer ? { contains, minContains, maxContains } : { contains })),
            schema.map((contains) => ({ contains })),
          ]),
      fc.constant({ uniqueItems: true }),
      fc
        .tuple(fc.constantFrom('minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'), count)
        .map(([name, amount]) => ({ [name]: amount })),
      fc
        .tuple(fc.constantFrom('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'), fc.constantFrom(...numbers))
        .map(([name, amount]) => ({ [name]: amount })),
      fc.constantFrom(1, 2, 0.5, 0.1, 3).map((multipleOf) => ({ multipleOf })),
      fc.constantFrom(...patterns).map((pattern) => ({ pattern })),
      fc.constantFrom('date', 'email', 'ipv4', 'made-up').map((format) => ({ format })),
      schemas.map((allOf) => ({ allOf })),
      ...(unevaluated ? [] : [schemas.map((anyOf) => ({ anyOf })), schemas.map((oneOf) => ({ oneOf }))]),
      schema.map((not) => ({ not })),
      // What branches, conditions and `contains` have looked at, ajv counts in its own way: examples stand in the test.
      ...(unevaluated
        ? []
        : [
            fc
              .tuple(schema, schema, schema)
              .map((parts) => Object.fromEntries(['if', 'then', 'else'].map((name, index) => [name, parts[index]]))),
            fc.tuple(schema, schema).map(([condition, then]) =>
              Object.fromEntries([
                ['if', condition],
                ['then', then],
              ]),
            ),
          ]),
      fc.constantFrom('#/$defs/one', '#/$defs/two').map(($ref) => ({ $ref })),
      fc
        .tuple(fc.constantFrom(...names), fc.constantFrom(...names))
        .map(([name, needed]) => (newer ? { dependentRequired: { [name]: [needed] } } : { dependencies: { [name]: [needed] } })),
      fc
        .tuple(fc.constantFrom(...names), schema)
        .map(([name, needed]) => (newer ? { dependentSchemas: { [name]: needed } } : { dependencies: { [name]: needed } })),
      anyValue.map((value) => ({ default: value, examples: [value], description: 'x', title: 'y' })),
    );
    return {
      schema: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        fc.constantFrom<unknown>(true, false, {}, { type: 'string' }, { type: 'integer' }, { type: 'object' }, { type: 'array' }),
        fc.array(keyword, { minLength: 1, maxLength: 4 }).map((keywords) => withoutMix(Object.assign({}, ...(keywords as object[])))),
      ),
    };
  }).schema;
  const rest = unevaluated
    ? fc.oneof(
        inner.map((unevaluatedProperties) => ({ unevaluatedProperties })),
        fc.constant({ unevaluatedProperties: false }),
      )
    : fc.constant({});
  return fc
    .tuple(inner, inner, inner, rest)
    .map(([root, one, two, unseen]) => ({ ...(typeof root === 'object' ? root : { allOf: [root] }), ...unseen, $defs: { one, two } }));
}

/** `nullable` goes with a type, and a list of `items` not with `prefixItems`. */
function withoutMix(schema: Record<string, unknown>): Record<string, unknown> {
  const { nullable, ...rest } = schema;
  return nullable === undefined || schema['type'] === undefined || (nullable === false && [schema['type']].flat().includes('null'))
    ? rest
    : schema;
}

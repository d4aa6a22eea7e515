import { Ajv, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/core/request/json-schema.ts';
import { formats } from '../../../src/pipeline/validate/schema/formats.ts';
import { schemaReader } from '../../../src/pipeline/validate/schema/schema-reader.ts';
import { perRound } from '../../rounds.ts';
import { anySchema, anyValue } from './schemas.ts';

const { signal } = new AbortController();
/** Schemas of each kind. ajv compiles each of them. */
const drawn = perRound(14, 300);
const reader = schemaReader();

const options: Options = {
  strict: false,
  allErrors: true,
  logger: false,
  addUsedSchema: false,
  // Without it ajv finds `constructor` in every object.
  ownProperties: true,
  formats: { ...formats },
  code: {
    regExp: Object.assign(
      (pattern: string) => {
        const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
        return { test: (text: string) => compiled.test(text), toString: () => pattern };
      },
      { code: 're2' },
    ) as never,
  },
};

/** ajv 8.20.0 forgets `contains` beside a list of `items` inside `if`: `[]` then has what it does not contain. */
const isMisread = (schema: JsonSchema): boolean => {
  const text = JSON.stringify(schema);
  return text.includes('"if":') && text.includes('"contains":') && /"(?:items|prefixItems)":\[/.test(text);
};

/** What ajv says; null where it does not take the schema or runs without end. */
function oracle(newer: boolean, schema: JsonSchema, values: readonly unknown[]): readonly (boolean | null)[] | null {
  try {
    const validate = newer ? new Ajv2020(options).compile(schema) : new Ajv(options).compile(schema);
    const misread = isMisread(schema);
    return values.map((value) => {
      if (misread) return null;
      try {
        return validate(value) as boolean;
      } catch {
        return null;
      }
    });
  } catch {
    return null;
  }
}

describe('the check of an answer', () => {
  it.each([
    ['2020-12', { newer: true, unevaluated: false }],
    ['draft 07', { newer: false, unevaluated: false }],
    ['2020-12 with unevaluated properties', { newer: true, unevaluated: true }],
  ] as const)('the check of an answer accepts what ajv accepts, for schemas of %s', async (_, shape) => {
    const seen = { valid: 0, invalid: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(anySchema(shape), fc.array(anyValue, { minLength: 1, maxLength: 6 }), async (schema, values) => {
        const expected = oracle(shape.newer, schema, values);
        const checked = await reader.checked(schema, false, signal).catch(() => null);
        if (checked === null) {
          // Only references without end are refused, where ajv overflows the stack as soon as it follows them.
          seen.refused += 1;
          return;
        }
        if (expected === null) throw new Error(`ajv does not take ${JSON.stringify(schema)}`);
        for (const [index, value] of values.entries()) {
          const issues = await checked.issues(value);
          if (expected[index] === null) continue;
          expect(issues === null, JSON.stringify([schema, value, issues])).toBe(expected[index]);
          expect(issues === null || issues.length > 0).toBe(true);
          seen[issues === null ? 'valid' : 'invalid'] += 1;
        }
      }),
      { numRuns: drawn },
    );
    expect(seen.valid).toBeGreaterThan(drawn / 6);
    expect(seen.invalid).toBeGreaterThan(drawn / 6);
    expect(seen.refused).toBeLessThan(drawn / 2);
  });

  it.each<[string, JsonSchema, unknown, boolean]>([
    ['a property named __proto__', { properties: JSON.parse('{"__proto__":{"type":"string"}}') }, JSON.parse('{"__proto__":1}'), false],
    ['what a condition does not contain', { if: { contains: true, items: [{ type: 'string' }] }, else: { type: 'string' } }, [], false],
    ['a property named constructor that is not there', { required: ['constructor'] }, {}, false],
    [
      'a tree by a reference to the root',
      { properties: { kids: { items: { $ref: '#' } } }, required: ['id'] },
      { id: 1, kids: [{ id: 2, kids: [{}] }] },
      false,
    ],
    [
      'a tree that fits',
      { properties: { kids: { items: { $ref: '#' } } }, required: ['id'] },
      { id: 1, kids: [{ id: 2, kids: [{ id: 3 }] }] },
      true,
    ],
    [
      'a list by a definition',
      {
        $ref: '#/$defs/node',
        $defs: { node: { properties: { next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } }, required: ['next'] } },
      },
      { next: { next: {} } },
      false,
    ],
    ['a reference to an $id', { $id: 'T', properties: { kids: { items: { $ref: 'T' } } }, required: ['kids'] }, { kids: [{}] }, false],
    ['a reference to an $anchor', { $ref: '#here', $defs: { x: { $anchor: 'here', type: 'string' } } }, 1, false],
    [
      'a reference inside a schema with an $id',
      { properties: { a: { $id: 'U', $defs: { n: { type: 'number' } }, $ref: '#/$defs/n' } } },
      { a: 'x' },
      false,
    ],
    ['unevaluated items behind prefixItems', { allOf: [{ prefixItems: [true] }], unevaluatedItems: false }, [1, 2], false],
    ['unevaluated items that contains has found', { contains: { type: 'string' }, unevaluatedItems: { type: 'number' } }, ['a', 1], true],
    [
      'unevaluated items of a branch that does not fit',
      { anyOf: [true, { prefixItems: [{ type: 'string' }] }], unevaluatedItems: false },
      [{}],
      false,
    ],
    [
      'unevaluated properties of a condition',
      JSON.parse('{"if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"properties":{"b":true}},"unevaluatedProperties":false}'),
      { a: 1, b: 2 },
      true,
    ],
    ['a number that JSON has not', { type: 'number' }, JSON.parse('1e400'), false],
    [
      'items that are equal with other orders of keys',
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      false,
    ],
    ['an enum with objects', { enum: [{ a: [1] }] }, { a: [1] }, true],
    [
      'data that looks like switches',
      { properties: { $async: { default: { $async: true }, enum: [{ $async: true }] } } },
      { $async: { $async: true } },
      true,
    ],
  ])('the check of an answer judges %s', async (_, schema, value, fits) => {
    const checked = await reader.checked(schema, false, signal);
    expect((await checked.issues(value)) === null).toBe(fits);
  });
});

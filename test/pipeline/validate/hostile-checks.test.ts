import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import type { JsonSchema } from '../../../src/core/request/json-schema.ts';
import { answerCheck } from '../../../src/pipeline/validate/check-answer.ts';
import { checkWork, maxMatchUnits } from '../../../src/pipeline/validate/check-work.ts';
import { readSchema } from '../../../src/pipeline/validate/schema/read-schema.ts';
import { defaultSchemaLimits } from '../../../src/pipeline/validate/schema/schema-limits.ts';
import { schemaReader } from '../../../src/pipeline/validate/schema/schema-reader.ts';
import { schemaRefusal } from '../../../src/pipeline/validate/schema/schema-refusal.ts';
import { perRound, rounds } from '../../rounds.ts';
import { anySchema, anyValue } from './schemas.ts';

const { signal } = new AbortController();
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
/** Steps that may pass between two turns: a slice, and the longest thing that is done in one go, a match of RE2. */
const maxStepsInOneGo = 8_000 + maxMatchUnits / 16 + 5_000 * 6;

interface Counted {
  readonly verdict: boolean | string;
  readonly steps: number;
  /** The most steps between two turns of the event loop. */
  readonly slice: number;
}

async function counted(schema: JsonSchema, value: unknown, maxSteps: number): Promise<Counted> {
  const { root, asksUnevaluated } = readSchema(schema, defaultSchemaLimits, schemaRefusal('the output'));
  const work = checkWork({ maxSteps, maxMs: Number.POSITIVE_INFINITY, signal });
  let slice = 0;
  let before = 0;
  let over = false;
  const look = (): void => {
    slice = Math.max(slice, work.steps() - before);
    before = work.steps();
    if (!over) setImmediate(look);
  };
  look();
  const verdict = await work
    .run(answerCheck({ work, masked: false }, asksUnevaluated)(root, value, null, null, null))
    .catch((error: unknown) => {
      if (error instanceof GatewayError && error.code === 'INVALID_OUTPUT') return error.message;
      throw error;
    });
  over = true;
  look();
  return { verdict, steps: work.steps(), slice };
}

describe('the check of a hostile answer by a hostile schema', () => {
  const rows = many(50_000, (n) => ({ a: n, b: 'ab'.repeat(n % 20) }));
  it.each<[string, JsonSchema, unknown]>([
    ['unique items', { uniqueItems: true }, rows],
    ['one item that is large, a hundred times', { allOf: many(100, () => ({ uniqueItems: true })) }, [rows, rows]],
    ['alternatives times items', { items: { anyOf: many(250, (n) => ({ required: [`k${n}`] })) } }, rows],
    ['an enum of objects times items', { items: { enum: many(1_000, (n) => ({ n })) } }, rows],
    ['a large value against an enum of objects', { enum: [{ a: 1 }] }, Object.fromEntries(rows.entries())],
    [
      'patterns times names',
      { patternProperties: Object.fromEntries(many(800, (n) => [`^x${n}$`, {}])) },
      Object.fromEntries(many(30_000, (n) => [`k${n}`, 1])),
    ],
    [
      'names times a schema of names',
      { propertyNames: { allOf: many(200, (n) => ({ minLength: n % 3 })) } },
      Object.fromEntries(many(30_000, (n) => [`key${n}`, 1])),
    ],
    [
      'one pattern on texts that make automata',
      { items: { pattern: '^[ab]*a[ab]{12}[cd]$' } },
      many(2_000, (n) => n.toString(2).padStart(200, '0').replaceAll('0', 'a').replaceAll('1', 'b')),
    ],
    ['contains that is never there', { allOf: many(50, (n) => ({ contains: { const: `x${n}` } })) }, many(100_000, (n) => n)],
    [
      'dependencies',
      { dependentRequired: Object.fromEntries(many(1_500, (n) => [`a${n}`, [`b${n}`]])), additionalProperties: { $ref: '#' } },
      Object.fromEntries(many(20_000, (n) => [`a${n}`, {}])),
    ],
    [
      'a condition in a condition',
      {
        items: { if: { $ref: '#/$defs/c' }, else: { $ref: '#/$defs/c' } },
        $defs: { c: { not: { anyOf: many(200, (n) => ({ const: n })) } } },
      },
      rows,
    ],
    [
      'unevaluated properties',
      { allOf: many(200, (n) => ({ properties: { [`p${n}`]: true } })), unevaluatedProperties: { type: 'number' } },
      Object.fromEntries(many(40_000, (n) => [`k${n}`, n])),
    ],
  ])('the check of a hostile answer by a hostile schema counts its steps and gives others their turn: %s', async (_, schema, value) => {
    const maxSteps = perRound(220_000, 1_500_000);
    const { verdict, steps, slice } = await counted(schema, value, maxSteps);
    if (typeof verdict === 'string') expect(verdict).toContain('would be accepted');
    expect(steps).toBeLessThanOrEqual(maxSteps + maxStepsInOneGo);
    expect(slice).toBeLessThanOrEqual(maxStepsInOneGo);
  });

  it('the check of a hostile answer by a hostile schema does so for any schema and value', async () => {
    await fc.assert(
      fc.asyncProperty(anySchema({ newer: true, unevaluated: false }), anyValue, fc.nat(5_000), async (schema, value, maxSteps) => {
        const wide = { items: schema, additionalProperties: schema, $defs: schema['$defs'] };
        const result = await counted(
          wide,
          many(2_000, () => value),
          maxSteps,
        ).catch((error: unknown) => {
          if (error instanceof GatewayError && error.code === 'BAD_REQUEST') return null;
          throw error;
        });
        if (result === null) return;
        expect(result.steps).toBeLessThanOrEqual(maxSteps + maxStepsInOneGo);
        expect(result.slice).toBeLessThanOrEqual(maxStepsInOneGo);
      }),
      // The drills run ten times as many.
      { numRuns: 50 * rounds },
    );
  });
});

describe('schemas that are kept', () => {
  it('schemas that are kept weigh no more bytes together than the limit, however many callers send their own', async () => {
    const limits = { ...defaultSchemaLimits, maxKeptBytes: 1_000_000 };
    const reader = schemaReader(limits);
    const schema = (salt: number): JsonSchema => ({
      properties: Object.fromEntries(many(500, (n) => [`p${salt}x${n}`, { type: 'string' }])),
    });
    for (let salt = 0; salt < 40; salt += 1) await reader.read(schema(salt), 'the output', signal);
    expect(reader.keptBytes()).toBeGreaterThan(500_000);
    expect(reader.keptBytes()).toBeLessThanOrEqual(limits.maxKeptBytes);
    const known = await reader.read(schema(39), 'the output', signal);
    expect(await reader.read(schema(39), 'the output', signal)).toBe(known);
  });
});

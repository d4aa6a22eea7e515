import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../../src/core/request/json-schema.ts';
import { schemaReader } from '../../../../src/pipeline/validate/schema/schema-reader.ts';

const { signal } = new AbortController();
const read = (schema: JsonSchema) => schemaReader().read(schema, 'the output', signal);
/** Each doubles the one before. */
const doublings = (count: number): JsonSchema => ({
  $ref: `#/$defs/d${count}`,
  $defs: Object.fromEntries(
    Array.from({ length: count + 1 }, (_, at) => [
      `d${at}`,
      at === 0 ? { type: 'string' } : { allOf: [{ $ref: `#/$defs/d${at - 1}` }, { $ref: `#/$defs/d${at - 1}` }] },
    ]),
  ),
});

describe('references of a schema', () => {
  it.each<[string, JsonSchema]>([
    ['itself', { $ref: '#' }],
    ['itself by another', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }],
    ['itself in a branch', { anyOf: [{ type: 'string' }, { $ref: '#' }] }],
    ['itself in a negation', { not: { $ref: '#' } }],
    ['itself in a condition', { if: { $ref: '#' } }],
    ['itself in a dependency', { dependentSchemas: { a: { $ref: '#' } } }],
  ])('references of a schema to %s are refused: at one value they never end', async (_, schema) => {
    await expect(read(schema)).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('without end') });
  });

  it.each<[string, JsonSchema]>([
    ['a property', { properties: { child: { $ref: '#' } } }],
    ['a list', { items: { $ref: '#' } }],
    ['any name', { additionalProperties: { $ref: '#' } }],
  ])('references of a schema back through %s are taken: they end with the value', async (_, schema) => {
    await expect(read(schema)).resolves.toBeTruthy();
  });

  it('references of a schema that multiply are refused, few of them are taken', async () => {
    await expect(read(doublings(30))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('expands to more than'),
    });
    await expect(read(doublings(3))).resolves.toBeTruthy();
  });

  it('references of a schema in a long chain are followed to their end', async () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 400 }, (_, at) => [`d${at}`, at === 399 ? { type: 'string' } : { $ref: `#/$defs/d${at + 1}` }]),
    );
    const checked = await schemaReader().checked({ $ref: '#/$defs/d0', $defs }, false, signal);
    expect(await checked.issues('a')).toBeNull();
    expect(await checked.issues(1)).not.toBeNull();
  });
});

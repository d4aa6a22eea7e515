import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/core/request/json-schema.ts';
import { schemaReader } from '../../../src/pipeline/validate/schema/schema-reader.ts';

const { signal } = new AbortController();
const messages = async (schema: JsonSchema, value: unknown, masked = false): Promise<readonly string[]> => {
  const checked = await schemaReader().checked(schema, masked, signal);
  return ((await checked.issues(value)) ?? []).map(({ message }) => message);
};

describe('what a schema says of one text, number or type', () => {
  it.each<[JsonSchema, unknown, string]>([
    [{ type: 'string' }, 1, 'must be string'],
    [{ type: ['string', 'null'] }, 1, 'must be string,null'],
    [{ type: 'integer' }, 1.5, 'must be integer'],
    [{ type: 'object' }, [], 'must be object'],
    [{ type: 'object' }, null, 'must be object'],
    [{ minimum: 2 }, 1, 'must be >= 2'],
    [{ maximum: 2 }, 3, 'must be <= 2'],
    [{ exclusiveMinimum: 2 }, 2, 'must be > 2'],
    [{ exclusiveMaximum: 2 }, 2, 'must be < 2'],
    [{ multipleOf: 0.1 }, 0.25, 'must be multiple of 0.1'],
    [{ minLength: 2 }, 'a', 'must NOT have fewer than 2 characters'],
    [{ maxLength: 2 }, 'abc', 'must NOT have more than 2 characters'],
    [{ pattern: '^a' }, 'b', 'must match pattern "^a"'],
    [{ format: 'date' }, 'tomorrow', 'must match format "date"'],
    [{ enum: ['a', 'b'] }, 'c', 'must be equal to one of the allowed values'],
    [{ const: 1 }, 2, 'must be equal to constant'],
  ])('what a schema says of one text, number or type %j refuses %j in a sentence', async (schema, value, message) => {
    expect(await messages(schema, value)).toEqual([message]);
  });

  it.each<[JsonSchema, unknown]>([
    [{ type: 'integer' }, 1e21],
    [{ type: 'number', minimum: 0, maximum: 0 }, -0],
    [{ minLength: 2, pattern: '^a' }, 7],
    [{ maximum: 1 }, 'many'],
    [{ format: 'no-such-format' }, 'anything'],
    [{ multipleOf: 0.5 }, 1e20],
  ])('what a schema says of one text, number or type %j has no word against %j', async (schema, value) => {
    expect(await messages(schema, value)).toEqual([]);
  });

  it('what a schema says of one text, number or type is told whole: one value may be wrong in several ways', async () => {
    expect(await messages({ minLength: 3, pattern: '^a', enum: ['abc'] }, 'b')).toHaveLength(3);
  });

  it('what a schema says of one text, number or type counts characters as readers do: an emoji is one', async () => {
    expect(await messages({ minLength: 2, maxLength: 2 }, '🎉🎉')).toEqual([]);
    expect(await messages({ minLength: 2 }, '🎉')).toEqual(['must NOT have fewer than 2 characters']);
  });

  it('what a schema says of one text, number or type leaves format and pattern of a placeholder of the guard alone, and of nothing that only looks like one', async () => {
    const email: JsonSchema = { format: 'email', pattern: '@' };
    expect(await messages(email, '<EMAIL_1>', true)).toEqual([]);
    expect(await messages(email, '<EMAIL_1>', false)).toHaveLength(2);
    expect(await messages(email, 'Write to <EMAIL_1>', true)).not.toEqual([]);
    expect(await messages({ maxLength: 3 }, '<EMAIL_1>', true)).toHaveLength(1);
  });
});

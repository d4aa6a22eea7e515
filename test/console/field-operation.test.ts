import { expect, it } from 'vitest';
import { operationFor } from '../../src/console/pages/fields/field-operation.ts';
import type { FieldRowFragment } from '../../src/console/pages/fields/fields.generated.ts';

type Field = FieldRowFragment;
type Schema = Parameters<typeof operationFor>[1];

const field = (changes: Partial<Field> = {}): Field => ({
  ...{ coordinate: 'Product.summary', kind: 'COMPLETION', typeName: 'Product', fieldName: 'summary', keys: ['id', 'sku region'] },
  ...{ type: 'String', description: null, route: 'default', source: null, promptId: null, promptVersion: null, scopes: null },
  arguments: [],
  ceiling: { cost: null, inputTokens: 1, outputTokens: 1, calls: 1 },
  ...changes,
});
const named = (name: string) => ({ kind: 'OBJECT' as const, name, ofType: null });
const listOf = (name: string) => ({
  kind: 'NON_NULL' as const,
  name: null,
  ofType: { kind: 'LIST' as const, name: null, ofType: named(name) },
});
const arg = (name: string, kind: 'NON_NULL' | 'SCALAR' = 'SCALAR') => ({ name, defaultValue: null, type: { kind } });
const schema: Schema = {
  types: [named('Product'), named('Facts')],
  queryType: {
    fields: [
      { name: 'product', args: [arg('id', 'NON_NULL')], type: named('Product') },
      { name: 'products', args: [arg('first'), arg('filter')], type: listOf('Product') },
      { name: 'review', args: [arg('id', 'NON_NULL')], type: named('Review') },
    ],
  },
};

it('an operation for an AI field takes the entrance that needs least, one entity, and its keys', () => {
  expect(operationFor(field(), schema)).toBe('query Try {\n  products(first: 1) {\n    id\n    sku\n    region\n    summary\n  }\n}');
});

it('an operation for an AI field has a place to fill in for what it cannot know', () => {
  const words = { name: 'words', type: 'Int!', defaultValue: null, description: null };
  const about = { name: 'about', type: '[String!]!', defaultValue: null, description: null };
  const facts = field({
    typeName: 'Review',
    fieldName: 'facts',
    type: 'Facts',
    keys: [],
    arguments: [words, about, { ...words, name: 'most', defaultValue: '3' }],
  });
  expect(operationFor(facts, schema)).toBe('query Try {\n  review(id: "…") {\n    facts(words: 1, about: "…") { __typename }\n  }\n}');
});

it('an operation for an AI field of Query asks for it alone, and there is none where nothing leads to its type', () => {
  expect(operationFor(field({ typeName: 'Query', fieldName: 'tip' }), schema)).toBe('query Try {\n  tip\n}');
  expect(operationFor(field({ typeName: 'Stock' }), schema)).toBeNull();
});

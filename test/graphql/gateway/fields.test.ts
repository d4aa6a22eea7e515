import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { parsePrompt, promptTable } from '../../../src/fields/prompts.ts';
import { readFields } from '../../../src/fields/read-fields.ts';
import { describeFields } from '../../../src/graphql/describe-fields.ts';
import { context, gateway, principal, says } from '../fakes.ts';

const summary = `---
id: product-summary
version: 3
maxInputTokens: 2000
maxOutputTokens: 120
---
SECRET: summarise in {words} words: {description}`;

const sdl = `extend type Product @key(fields: "id") {
  id: ID!
  name: String
  description: String
  "A summary for the shop."
  summary("How many." words: Int! = 20): String @completion(template: "product-summary") @requiresScopes(scopes: [["ai:use"], ["shop:read", "shop:ai"]])
  help(about: [String!]!): String @answer(collection: "payroll", question: "SECRET {about} {name}", maxOutputTokens: 100) @requiresScopes(scopes: [["ai:use"]])
  vector: Vector @embedding(route: "vectors", text: "SECRET {name}", maxInputTokens: 500) @requiresScopes(scopes: [["ai:use"]])
}`;

const { prompt } = parsePrompt('summary.md', summary);
const read = readFields([{ file: 'ai.graphql', sdl }], promptTable(prompt === null ? [] : [prompt]));

const all = `{ aiFields { coordinate kind typeName fieldName keys type description route source promptId promptVersion scopes
  arguments { name type defaultValue description } ceiling { cost { amount currency } inputTokens outputTokens calls } } }`;

it('Query.aiFields says of each AI field whose it is, what it takes and what a call costs, and shows no prompt', async () => {
  const { data, errors } = await gateway(says(), { fields: read }).ask(all);
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    aiFields: [
      {
        coordinate: 'Product.summary',
        kind: 'COMPLETION',
        typeName: 'Product',
        fieldName: 'summary',
        keys: ['id'],
        type: 'String',
        description: 'A summary for the shop.',
        arguments: [{ name: 'words', type: 'Int!', defaultValue: '20', description: 'How many.' }],
        route: 'default',
        source: null,
        promptId: 'product-summary',
        promptVersion: '3',
        scopes: [['ai:use'], ['shop:read', 'shop:ai']],
        // The route of the fakes costs 1 USD for a million tokens of input, 2 for a million of output.
        ceiling: { cost: { amount: '0.00224', currency: 'USD' }, inputTokens: 2_000, outputTokens: 120, calls: 1 },
      },
      { coordinate: 'Product.help', kind: 'ANSWER', promptId: null, arguments: [{ type: '[String!]!' }], ceiling: { calls: 2 } },
      { coordinate: 'Product.vector', kind: 'EMBEDDING', ceiling: { inputTokens: 500, outputTokens: 0 } },
    ],
  });
  expect(JSON.stringify(data)).not.toContain('SECRET');
});

it('Query.aiFields names no route that the caller may not use, and no collection that it may not read', async () => {
  const { ask } = gateway(says(), { fields: read });
  const { data } = await ask('{ aiFields { coordinate route source } }', {}, context(principal({ routes: ['embedding'] })));
  expect(data).toEqual({
    aiFields: [
      { coordinate: 'Product.summary', route: null, source: null },
      { coordinate: 'Product.help', route: null, source: null },
      { coordinate: 'Product.vector', route: null, source: null },
    ],
  });
});

it('Query.aiFields shows a caller who is held to a contract the fields of that contract alone', async () => {
  const partners = buildSchema('type Query { product: Product } type Product { id: ID help(about: [String!]!): String }');
  const { ask } = gateway(says(), { fields: read, graph: (contract) => (contract === 'partners' ? partners : null) });
  const coordinates = async (contract: string | null) =>
    (await ask('{ aiFields { coordinate } }', {}, { ...context(), contract })).data?.['aiFields'];
  expect(await coordinates('partners')).toEqual([{ coordinate: 'Product.help' }]);
  expect(await coordinates('unknown')).toEqual([]);
  expect(await coordinates(null)).toHaveLength(3);
});

it('AiField.typical is what the rows that the caller may see take, read once, and null without rows; it needs ai:usage', async () => {
  const { services } = gateway(says());
  const asked: unknown[] = [];
  const { ask } = gateway(says(), {
    fields: read,
    ledger: {
      ...services.ledger,
      typicalUses: async (only) => {
        asked.push(only);
        return new Map([['Product.summary', { cost: 1_500, inputTokens: 300, outputTokens: 40, latencyMs: 900, uses: 7 }]]);
      },
    },
  });
  const document = '{ aiFields { typical { cost { amount } inputTokens outputTokens latencyMs answers } } }';
  expect((await ask(document)).data).toEqual({
    aiFields: [
      { typical: { cost: { amount: '0.0000015' }, inputTokens: 300, outputTokens: 40, latencyMs: 900, answers: 7 } },
      { typical: null },
      { typical: null },
    ],
  });
  expect(asked).toEqual([{ team: 'search' }]);
  const { data, errors } = await ask(document, {}, context(principal({ scopes: ['ai:use'] })));
  expect(data).toMatchObject({ aiFields: [{ typical: null }, {}, {}] });
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
});

it('describeFields tells the same without a caller', () => {
  const { services } = gateway(says(), { fields: read });
  expect(describeFields(read, services)).toMatchObject([
    { coordinate: 'Product.summary', route: 'default', ceiling: { cost: 2_240_000 } },
    { coordinate: 'Product.help', route: 'default', source: 'payroll' },
    { coordinate: 'Product.vector', route: 'vectors' },
  ]);
});

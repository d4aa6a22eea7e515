import { expect, it } from 'vitest';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { whenOver } from '../harness.ts';
import { configText, folderWith, inProcess, refusal } from './run.ts';

const fields = `extend type Product @key(fields: "id") {
  id: ID!
  name: String!
  summary: String @completion(prompt: "{name}", maxInputTokens: 1000, maxOutputTokens: 100) @requiresScopes(scopes: [["ai:use"]])
}`;

async function shopFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const shop = await runSubgraph(
    'shop',
    'type Query { products(first: Int): [Product!]! } type Product @key(fields: "id") { id: ID! name: String! }',
    {},
  );
  whenOver(() => shop.close());
  return folderWith({
    'ai.graphql': fields,
    'gateway.config.ts':
      configText(`deployments: { ...fromEnvironment({}).deployments, dear: { provider: 'embedded', model: 'm', price: { input: 10, output: 100 } } },
      routes: { ...fromEnvironment({}).routes, default: { deployments: ['dear'] } },
      graph: { subgraphs: [{ name: 'shop', url: '${shop.url}' }], fields: ['ai.graphql'], maxCostPerOperation: '0.05' }`),
    ...files,
  });
}

it('fieldgate quote quotes an operation of the composed graph, field by field', async () => {
  const cwd = await shopFolder({
    'shop.graphql': 'query Few($n: Int!) { products(first: $n) { name summary short: summary } } query None { products { name } }',
    'few.json': '{ "n": 3 }',
  });
  const few = await inProcess(['quote', 'shop.graphql', '--operation', 'Few', '--variables', 'few.json'], { cwd });
  expect(few).toEqual({
    code: 0,
    out: `field             coordinate       calls   USD
products.summary  Product.summary      3  0.06
products.short    Product.summary      3  0.06
at most                                6  0.12
6000 input tokens, 600 output tokens, depth 2.
`,
    err: 'It would be refused: The operation can cost 0.12 USD, and 0.05 USD is allowed. products.summary costs most: 3 calls, 0.06 USD. Ask for fewer at a time.\n',
  });
  const none = await inProcess(['quote', 'shop.graphql', '--operation', 'None'], { cwd });
  expect(none).toEqual({ code: 0, out: 'The operation asks no model: 0 USD.\n', err: '' });
});

it.each([
  [[], 'quote takes one file with an operation'],
  [['gone.graphql'], 'The file gone.graphql cannot be read'],
  [['broken.graphql'], 'broken.graphql is no GraphQL: Syntax Error'],
  [['two.graphql'], 'two.graphql: Name one of its operations with --operation. Operations: A, B.'],
  [['two.graphql', '--operation', 'C'], 'two.graphql: It has no operation "C". Operations: A, B.'],
  [['two.graphql', '--operation', 'A', '--variables', 'list.json'], 'list.json must be a JSON object of variables'],
] as const)('fieldgate quote refuses %j in a sentence', async (args, sentence) => {
  const cwd = folderWith({ 'broken.graphql': '{', 'two.graphql': 'query A { a } query B { b }', 'list.json': '[]' });
  expect(await refusal(['quote', ...args], cwd)).toContain(sentence);
});

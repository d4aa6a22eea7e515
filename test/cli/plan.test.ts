import { expect, it } from 'vitest';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { whenOver } from '../harness.ts';
import { configText, folderWith, inProcess, refusal } from './run.ts';

const fields = `extend type Product @key(fields: "id") {
  id: ID!
  name: String!
  summary: String @completion(prompt: "{name}", maxInputTokens: 1000, maxOutputTokens: 100) @requiresScopes(scopes: [["ai:use"]])
}`;

it('fieldgate plan shows which subgraph is asked for what, after what, and what the AI fields among it can cost', async () => {
  const shop = await runSubgraph(
    'shop',
    'type Query { products(first: Int): [Product!]! } type Product @key(fields: "id") { id: ID! name: String! }',
    {},
  );
  whenOver(() => shop.close());
  const cwd = folderWith({
    'ai.graphql': fields,
    'shop.graphql': 'query ($n: Int!) { few: products(first: $n) { name short: summary } }',
    'all-ai.graphql': '{ aiRoutes { name } }',
    'wrong.graphql': '{ products { price } }',
    'few.json': '{ "n": 3 }',
    'gateway.config.ts':
      configText(`deployments: { ...fromEnvironment({}).deployments, dear: { provider: 'embedded', model: 'm', price: { input: 10, output: 100 } } },
      routes: { ...fromEnvironment({}).routes, default: { deployments: ['dear'] } },
      graph: { subgraphs: [{ name: 'shop', url: '${shop.url}' }], fields: ['ai.graphql'] }`),
  });
  const planned = await inProcess(['plan', 'shop.graphql', '--variables', 'few.json'], { cwd });
  expect(planned).toEqual({
    code: 0,
    out: `2 requests to subgraphs, by the query planner. Each begins when those that it waits for have answered.

1. shop
     query ($n: Int!) {
       _client_few: products(first: $n) {
         __typename
         name
         id
       }
     }

2. ai (in this process; after 1)
   for few.@
   by ... on Product { __typename name id }
   asks a model: few.short (Product.summary), 3 calls, at most 0.06 USD
     query ($representations: [_Any!]!) {
       _entities(representations: $representations) {
         ... on Product {
           _client_short: summary
         }
       }
     }

field      coordinate       calls   USD
few.short  Product.summary      3  0.06
at most                         3  0.06
`,
    err: '',
  });
  expect(shop.asked.filter(({ query }) => !query.includes('_service'))).toEqual([]);
  expect(await inProcess(['plan', 'all-ai.graphql'], { cwd })).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^The AI subgraph in this process answers the operation alone, without a plan\./),
  });
  expect(await refusal(['plan', 'wrong.graphql'], cwd)).toContain('Cannot query field "price" on type "Product".');
  expect(await refusal(['plan', 'shop.graphql'], cwd)).toContain('Give the variables with --variables FILE.');
});

it.each([
  [[], 'plan takes one file with an operation'],
  [['gone.graphql'], 'The file gone.graphql cannot be read'],
  [['broken.graphql'], 'broken.graphql is no GraphQL: Syntax Error'],
  [['two.graphql'], 'two.graphql: Name one of its operations with --operation. Operations: A, B.'],
] as const)('fieldgate plan refuses %j in a sentence', async (args, sentence) => {
  const cwd = folderWith({ 'broken.graphql': '{', 'two.graphql': 'query A { a } query B { b }' });
  expect(await refusal(['plan', ...args], cwd)).toContain(sentence);
});

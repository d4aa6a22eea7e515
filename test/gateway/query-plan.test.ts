/** Query plans of operations, for callers with the scope `ai:plan`, over real HTTP. */
import { beforeAll, describe, expect, it } from 'vitest';
import { says } from '../doubles.ts';
import { newKey } from './asking.ts';
import { type Teams, teams } from './teams.ts';

const fields = `extend type Product @key(fields: "id") {
  id: ID!
  name: String
  summary: String @completion(prompt: "{name}", maxInputTokens: 100, maxOutputTokens: 10) @requiresScopes(scopes: [["ai:use"]])
}`;

let graph: Teams;
/** With the scope. */
let planner: string;
/** Without it. */
let plain: string;
beforeAll(async () => {
  graph = await teams({
    remote: {
      shop: {
        sdl: `type Query { products(first: Int = 2): [Product!]! }
          type Mutation { rename: Product relabel: Product }
          type Product @key(fields: "id") { id: ID! name: String }`,
        resolvers: {
          Query: { products: () => [{ id: '1', name: 'Chair' }] },
          Mutation: { rename: () => ({ id: '1' }), relabel: () => ({ id: '1' }) },
        },
      },
      stock: {
        sdl: 'type Product @key(fields: "id") { id: ID! stock: Int price: Int @requiresScopes(scopes: [["ai:usage"]]) }',
        resolvers: { Product: { __resolveReference: ({ id }: { id: string }) => ({ id, stock: 4, price: 3 }) } },
      },
    },
    fields,
    provider: says('A chair.'),
  });
  planner = (await newKey(graph.gateway, { scopes: ['ai:use', 'ai:plan', 'ai:usage'] })).secret;
  plain = (await newKey(graph.gateway, { scopes: ['ai:use', 'ai:plan'] })).secret;
});
const ask = (query: string, how: string, key: string | null = planner, variables: object = {}) =>
  graph.gateway.ask(query, variables, { key, headers: { 'x-fieldgate-plan': how } });

describe('a query plan', () => {
  it('a query plan stands beside the result, with its AI fetch and what that can cost', async () => {
    const query = 'query ($n: Int) { few: products(first: $n) { stock text: summary } }';
    const { data, errors, extensions } = await ask(query, 'include', planner, { n: 3 });
    expect({ data, errors }).toEqual({ data: { few: [{ stock: 4, text: 'A chair.' }] }, errors: undefined });
    expect(extensions.usage).toMatchObject({ calls: [{ coordinate: 'Product.summary' }] });
    const { engine, fetches, quote } = extensions.queryPlan;
    expect(engine).toBe('planner');
    expect(fetches).toHaveLength(3);
    expect(fetches[0]).toMatchObject({
      id: 1,
      subgraph: 'shop',
      inProcess: false,
      kind: 'query',
      after: [],
      at: [],
      requires: null,
      when: [],
    });
    // These two begin together.
    expect(fetches.slice(1)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ subgraph: 'stock', after: [1], at: ['few.@'], requires: '... on Product { __typename id }' }),
        expect.objectContaining({
          subgraph: 'ai',
          inProcess: true,
          after: [1],
          at: ['few.@'],
          aiFields: [{ coordinate: 'Product.summary', path: 'few.text', line: 1, column: 52, calls: 3, cost: '0.00036' }],
        }),
      ]),
    );
    expect(quote).toMatchObject({ cost: '0.00036', fields: [{ path: 'few.text' }] });
  });

  it('a query plan alone asks nobody, and costs nothing', async () => {
    for (const subgraph of Object.values(graph.subgraphs)) subgraph.asked.length = 0;
    const { data, extensions } = await ask('{ products { summary } }', 'only');
    expect(data).toBeNull();
    expect(extensions).toMatchObject({ queryPlan: { engine: 'planner', fetches: [{ subgraph: 'shop' }, { subgraph: 'ai' }] } });
    expect(Object.values(graph.subgraphs).flatMap(({ asked }) => asked)).toEqual([]);
  });

  it('a query plan says that one field of a mutation waits for all of the one before it', async () => {
    const { extensions } = await ask('mutation { rename { stock } relabel { stock } }', 'only');
    expect(extensions.queryPlan.fetches).toMatchObject([
      { id: 1, subgraph: 'shop', kind: 'mutation', after: [] },
      { id: 2, subgraph: 'stock', kind: 'query', after: [1] },
      { id: 3, subgraph: 'shop', kind: 'mutation', after: [1, 2] },
      { id: 4, subgraph: 'stock', kind: 'query', after: [3] },
    ]);
  });

  it('a query plan has what its caller gets: a field that is denied is not asked for', async () => {
    const { extensions } = await ask('{ products { name price } }', 'only', plain);
    expect(extensions.queryPlan.fetches).toMatchObject([{ subgraph: 'shop' }]);
    expect(extensions.queryPlan.fetches).toHaveLength(1);
  });

  it('a query plan says which conditions decide about a fetch that the planner decides while it runs', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const query = `query (${names.map((name) => `$${name}: Boolean!`).join()}) { products { ${names
      .map((name) => `${name}: name @include(if: $${name})`)
      .join(' ')} stock @include(if: $a) } }`;
    const { extensions } = await ask(query, 'only', planner, Object.fromEntries(names.map((name) => [name, true])));
    expect(extensions.queryPlan.fetches[1]).toMatchObject({ subgraph: 'stock', when: ['$a'] });
  });

  it('a query plan of what the AI subgraph answers alone says so', async () => {
    const { extensions } = await ask('{ aiRoutes { name } }', 'only');
    expect(extensions.queryPlan).toMatchObject({ engine: 'none', fetches: [] });
  });

  it('a query plan comes with the first event of a stream, and with no other', async () => {
    const response = await fetch(graph.gateway.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'multipart/mixed',
        authorization: `Bearer ${planner}`,
        'x-fieldgate-plan': 'include',
      },
      body: JSON.stringify({ query: '{ products { name ... @defer { stock } } }' }),
    });
    const parts = (await response.text()).split('\r\n---').filter((part) => part.includes('{'));
    expect(parts.map((part) => part.includes('queryPlan'))).toEqual([true, ...parts.slice(1).map(() => false)]);
    expect(parts.length).toBeGreaterThan(1);
  });

  it('a query plan is refused without the scope, and a header that says something else by what would be accepted', async () => {
    const { secret } = await newKey(graph.gateway, { scopes: ['ai:use'] });
    expect(await ask('{ products { name } }', 'include', secret)).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('"ai:plan"') }],
    });
    expect(await ask('{ products { name } }', 'yes')).toMatchObject({
      errors: [
        { extensions: { code: 'BAD_REQUEST' }, message: 'The header x-fieldgate-plan is "yes". "include" or "only" would be accepted.' },
      ],
    });
  });
});

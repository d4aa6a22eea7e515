/** What the engine over the planner does for each kind of node in a plan, over real HTTP. */
import { createServer } from 'node:http';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { whenOver } from '../../when-over.ts';
import { gateway, type TestGateway, type TestGraph } from '../gateway.ts';
import { type RawAnswer, rawSubgraphs } from '../raw-subgraphs.ts';
import { asJson, planner, runOperation, subscribeTo } from '../run-operation.ts';
import { bodyOf, federation2, listening } from '../subgraph-server.ts';

type Ref = Record<string, unknown>;

async function planned(graph: TestGraph): Promise<TestGateway> {
  const made = await gateway({ ...graph, onPlannerAlone: true });
  whenOver(() => made.close());
  return made;
}

const queries = (graph: TestGateway, name: string): readonly string[] => graph.subgraphs[name]?.asked.map(({ query }) => query) ?? [];
const representations = (graph: TestGateway, name: string): readonly unknown[] =>
  graph.subgraphs[name]?.asked.flatMap(({ variables }) =>
    Object.values(variables).flatMap((value) => (Array.isArray(value) ? value : [])),
  ) ?? [];

const shop = {
  sdl: `type Query { products: [Product!]! best: Product slow: String } type Product @key(fields: "id") { id: ID! name: String }
    type Mutation { add(name: String!): Product }`,
  resolvers: {
    Query: {
      products: () => ['1', '2', '1'].map((id) => ({ id, name: `n${id}` })),
      best: () => ({ id: '2', name: 'n2' }),
      slow: () => 'slow',
    },
    Mutation: { add: (_: unknown, { name }: Ref) => ({ id: name, name }) },
  },
};
const stock = {
  sdl: `type Query { low: [Product] } type Product @key(fields: "id") { id: ID! stock: Int near(count: Int): [Product] } type Mutation { clear: Boolean }`,
  resolvers: {
    Query: { low: () => [{ id: '2' }] },
    Mutation: { clear: () => true },
    Product: {
      stock: ({ id }: Ref) => Number(id) * 10,
      near: (_: Ref, { count }: Ref) => Array.from({ length: Number(count) }, () => ({ id: '3' })),
    },
  },
};

describe('a fetch', () => {
  it('asks for all root fields of one subgraph in one request', async () => {
    const graph = await planned({ remote: { shop } });
    await expect(graph.query('{ products { id } best { name } slow again: slow }')).resolves.toMatchObject({
      data: { best: { name: 'n2' }, slow: 'slow', again: 'slow' },
    });
    expect(queries(graph, 'shop')).toHaveLength(1);
  });

  it('asks for what fragments say, whatever their names are', async () => {
    const graph = await planned({ remote: { shop, stock } });
    await expect(
      graph.query(`{ ...Best products { ...Best_root } }
        fragment Best on Query { best { ...Best_root } }
        fragment Best_root on Product { ...Best_root0 }
        fragment Best_root0 on Product { id stock }`),
    ).resolves.toMatchObject({ data: { best: { id: '2', stock: 20 }, products: [{ id: '1', stock: 10 }, { id: '2' }, { id: '1' }] } });
  });

  it('is not sent for what is answered here: `__typename` of a root and introspection', async () => {
    const graph = await planned({ remote: { shop } });
    await expect(graph.query('{ __typename __type(name: "Product") { name } }')).resolves.toEqual({
      data: { __typename: 'Query', __type: { name: 'Product' } },
    });
    expect(queries(graph, 'shop')).toEqual([]);
    await expect(graph.query('{ a: __typename best { id } __schema { queryType { name } } }')).resolves.toEqual({
      data: { a: 'Query', best: { id: '2' }, __schema: { queryType: { name: 'Query' } } },
    });
  });
});

describe('a flatten', () => {
  it('asks for equal entities once, and gives the answer to each place', async () => {
    const graph = await planned({ remote: { shop, stock } });
    await expect(graph.query('{ products { id stock } }')).resolves.toEqual({
      data: {
        products: [
          { id: '1', stock: 10 },
          { id: '2', stock: 20 },
          { id: '1', stock: 10 },
        ],
      },
    });
    expect(representations(graph, 'stock')).toEqual([
      { __typename: 'Product', id: '1' },
      { __typename: 'Product', id: '2' },
    ]);
  });

  it('sends nothing where there is no object', async () => {
    const graph = await planned({
      remote: { shop: { sdl: shop.sdl, resolvers: { Query: { products: () => [], best: () => null } } }, stock },
    });
    await expect(graph.query('{ products { stock } best { stock } }')).resolves.toEqual({ data: { products: [], best: null } });
    expect(queries(graph, 'stock')).toEqual([]);
  });

  it('sends nothing for an object without its key', async () => {
    const graph = await planned({
      remote: {
        shop: {
          sdl: 'type Query { products: [Product] } type Product @key(fields: "code") { code: String name: String }',
          resolvers: { Query: { products: () => [{ code: 'a' }, { code: null }] } },
        },
        stock: {
          sdl: 'type Product @key(fields: "code") { code: String stock: Int }',
          resolvers: { Product: { stock: () => 5 } },
        },
      },
    });
    await expect(graph.query('{ products { stock } }')).resolves.toEqual({ data: { products: [{ stock: 5 }, { stock: null }] } });
    expect(representations(graph, 'stock')).toEqual([{ __typename: 'Product', code: 'a' }]);
  });
});

describe('a batch fetch', () => {
  it('asks for entities of several places in one request', async () => {
    const graph = await planned({ remote: { shop, stock } });
    await expect(graph.query('{ products { stock } best { near(count: 1) { id } stock } }')).resolves.toMatchObject({
      data: { products: [{ stock: 10 }, { stock: 20 }, { stock: 10 }], best: { near: [{ id: '3' }], stock: 20 } },
    });
    expect(queries(graph, 'stock')).toHaveLength(1);
  });

  it('keeps aliases apart where two places have the same entity', async () => {
    const graph = await planned({ remote: { shop, stock } });
    await expect(graph.query('{ a: best { near(count: 1) { s: stock } } b: best { near(count: 2) { s: id } } }')).resolves.toEqual({
      data: { a: { near: [{ s: 30 }] }, b: { near: [{ s: '3' }, { s: '3' }] } },
    });
  });
});

describe('steps of a plan', () => {
  it('do not wait for stages: a hop starts when what it reads is there, while another root field is still under way', async () => {
    const hopped = Promise.withResolvers<void>();
    const graph = await planned({
      remote: {
        shop,
        waiting: {
          sdl: 'type Query { waiting: String }',
          resolvers: { Query: { waiting: () => hopped.promise.then(() => 'after the hop') } },
        },
        stock: {
          sdl: stock.sdl,
          resolvers: {
            Product: {
              stock: () => {
                hopped.resolve();
                return 1;
              },
            },
          },
        },
      },
    });
    await expect(graph.query('{ waiting best { stock } }')).resolves.toEqual({ data: { waiting: 'after the hop', best: { stock: 1 } } });
  });

  it('end, for one field of a mutation, before the next field begins', async () => {
    const log: string[] = [];
    const noting = (text: string, value: unknown) => async (): Promise<unknown> => {
      log.push(`${text} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${text} ends`);
      return value;
    };
    const graph = await planned({
      remote: {
        shop: { sdl: shop.sdl, resolvers: { Mutation: { add: noting('add', { id: '1' }) } } },
        stock: { sdl: stock.sdl, resolvers: { Mutation: { clear: noting('clear', true) }, Product: { stock: noting('stock', 5) } } },
      },
    });
    await expect(graph.query('mutation { add(name: "x") { stock } clear again: add(name: "y") { id } }')).resolves.toEqual({
      data: { add: { stock: 5 }, clear: true, again: { id: '1' } },
    });
    expect(log).toEqual(['add', 'stock', 'clear', 'add'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('are not begun after the operation was cancelled', async () => {
    const controller = new AbortController();
    const graph = await planned({
      remote: {
        shop: {
          sdl: shop.sdl,
          resolvers: {
            Query: {
              best: () => {
                controller.abort(new GatewayError('CANCELLED', 'The client left.'));
                return { id: '1' };
              },
            },
          },
        },
        stock,
      },
      options: { fetch: { signal: () => controller.signal } },
    });
    await expect(graph.query('{ best { stock } }')).rejects.toThrow('The client left.');
    expect(queries(graph, 'stock')).toEqual([]);
  });
});

describe('a condition', () => {
  it('leaves out the requests of what is skipped', async () => {
    const graph = await planned({ remote: { shop, stock } });
    const query = 'query($with: Boolean!) { best { id ... @include(if: $with) { stock } } low @skip(if: $with) { id } }';
    await expect(graph.query(query, { with: false })).resolves.toEqual({ data: { best: { id: '2' }, low: [{ id: '2' }] } });
    expect(representations(graph, 'stock')).toEqual([]);
    await expect(graph.query(query, { with: true })).resolves.toEqual({ data: { best: { id: '2', stock: 20 } } });
    expect(representations(graph, 'stock')).toEqual([{ __typename: 'Product', id: '2' }]);
  });
});

describe('rewrites', () => {
  it('give fields back under their name that one subgraph has with types of its own', async () => {
    const graph = await planned({
      remote: {
        shop: {
          sdl: 'type Query { found: [Found] } union Found = Book | Film type Book @key(fields: "id") { id: ID! size: String! @shareable } type Film @key(fields: "id") { id: ID! size: String }',
          resolvers: {
            Query: {
              found: () => [
                { __typename: 'Book', id: 'b', size: 'thick' },
                { __typename: 'Film', id: 'f', size: 'large' },
              ],
            },
          },
        },
        // The graph's type is that of both together: it may be null.
        library: { sdl: 'type Book @key(fields: "id") { id: ID! size: String @shareable }', resolvers: {} },
      },
    });
    await expect(graph.query('{ found { ... on Book { size } ... on Film { size } } }')).resolves.toEqual({
      data: { found: [{ size: 'thick' }, { size: 'large' }] },
    });
    expect(queries(graph, 'shop')[0]).toMatch(/\w+: ?size/);
  });

  it('ask for the entities of an interface under the name that the other subgraph has for it', async () => {
    const graph = await planned({
      remote: {
        zoo: {
          sdl: 'type Query { animals: [Animal] } interface Animal @key(fields: "id") { id: ID! } type Cat implements Animal @key(fields: "id") { id: ID! lives: Int }',
          resolvers: { Query: { animals: () => [{ __typename: 'Cat', id: 'c', lives: 9 }] } },
        },
        names: {
          sdl: 'type Animal @key(fields: "id") @interfaceObject { id: ID! name: String }',
          resolvers: { Animal: { name: ({ id }: Ref) => `cat ${String(id)}` } },
        },
      },
    });
    await expect(graph.query('{ animals { __typename name ... on Cat { lives } } }')).resolves.toEqual({
      data: { animals: [{ __typename: 'Cat', name: 'cat c', lives: 9 }] },
    });
    expect(representations(graph, 'names')).toEqual([{ __typename: 'Animal', id: 'c' }]);
  });

  it('do not confuse a key with the alias of a client that has its name', async () => {
    const graph = await planned({ remote: { shop, stock } });
    await expect(graph.query('{ best { real: id id: name stock } }')).resolves.toEqual({
      data: { best: { real: '2', id: 'n2', stock: 20 } },
    });
  });
});

describe('a plan that would require two values of one field at once', () => {
  it('is not followed: the operation is answered by the portable engine', async () => {
    const graph = await planned({
      remote: {
        base: {
          sdl: 'type Query { item: Item } type Item @key(fields: "id") { id: ID! price(in: String): String size: Int }',
          resolvers: { Query: { item: () => ({ id: '1', size: 2 }) }, Item: { price: (_: Ref, args: Ref) => `1 ${String(args['in'])}` } },
        },
        costs: {
          sdl: `type Item @key(fields: "id") { id: ID! price(in: String): String @external size: Int @external
            dollars: String @requires(fields: "price(in: \\"USD\\")") euros: String @requires(fields: "price(in: \\"EUR\\")") area: Int @requires(fields: "size") }`,
          resolvers: { Item: { dollars: ({ price }: Ref) => price, euros: ({ price }: Ref) => price, area: ({ size }: Ref) => size } },
        },
      },
    });
    await expect(graph.query('{ item { dollars e: euros area } }')).resolves.toEqual({
      data: { item: { dollars: '1 USD', e: '1 EUR', area: 2 } },
    });
  });
});

describe('values', () => {
  const answering = async (sdl: string, answer: RawAnswer) => {
    const graph = await rawSubgraphs({ raw: sdl }, {}, await planner());
    graph.answers['raw'] = answer;
    return graph;
  };

  it('leave as they came, also numbers that JavaScript would round, but for an ID, which is a text', async () => {
    const text = '{"data":{"big":9007199254740993,"json":{"deep":[12345678901234567890,1.50]},"id":"9007199254740995"}}';
    const graph = await answering('scalar JSON type Query { big: JSON json: JSON id: ID }', (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(text.replace('"9007199254740995"', '9007199254740995')),
    );
    expect(JSON.stringify(await graph.ask('{ big json id }'))).toBe(text.replace('1.50', '1.5'));
  });

  it('that the graph does not show are errors', async () => {
    const graph = await answering('type Query { size: Size } enum Size { LARGE SECRET @inaccessible }', (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"size":"SECRET"}}'),
    );
    expect(await graph.ask('{ size }')).toMatchObject({ data: { size: null }, errors: [{ path: ['size'] }] });
  });

  it('are bounded in number, however often an answer is given to equal places', async () => {
    const graph = await planned({
      remote: {
        shop: { sdl: shop.sdl, resolvers: { Query: { products: () => Array.from({ length: 20 }, () => ({ id: '1' })) } } },
        stock,
      },
      options: { fetch: { maxObjects: 100 } },
    });
    await expect(graph.query('{ products { near(count: 2) { stock } } }')).resolves.not.toHaveProperty('errors');
    const refused = await graph.query('{ products { near(count: 9) { id } } }');
    expect(refused.errors).toMatchObject(
      Array.from({ length: refused.errors?.length ?? 1 }, () => ({ extensions: { code: 'COST_LIMIT_EXCEEDED' } })),
    );
    expect(refused.errors?.length).toBeGreaterThan(0);
  });
});

describe('a subscription', () => {
  it('adds what other subgraphs have to each event, and ends with its source', async () => {
    const { port, close } = await listening(
      createServer(async (request, response) => {
        await bodyOf(request);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const id of ['1', '2']) response.write(`event: next\ndata: {"data":{"sold":{"__typename":"Product","id":"${id}"}}}\n\n`);
        response.end('event: complete\ndata:\n\n');
      }),
    );
    whenOver(close);
    const graph = await planned({ remote: { stock } });
    const { composition } = await import('../../../src/federation/compose/composition.ts');
    const { supergraphSchema } = await import('../../../src/federation/supergraph.ts');
    const sold = {
      name: 'sold',
      url: `http://127.0.0.1:${port}/graphql`,
      sdl: `${federation2} type Query { none: String } type Subscription { sold: Product } type Product @key(fields: "id") { id: ID! }`,
    };
    const composed = composition([sold, ...Object.values(graph.subgraphs)]);
    if (!composed.ok) throw new Error(JSON.stringify(composed));
    const schema = supergraphSchema({ supergraphSdl: composed.supergraphSdl, openPlanner: await planner() });
    const events = await subscribeTo({ schema, document: parse('subscription { s: sold { id stock } }'), contextValue: {} });
    const seen = [];
    for await (const event of events) seen.push(asJson(event));
    // The source answers under the field's name, whatever it was asked for.
    expect(seen.map(({ errors }) => errors)).toEqual([undefined, undefined]);
    expect(seen).toHaveLength(2);
    const named = await subscribeTo({ schema, document: parse('subscription { sold { id stock } }'), contextValue: {} });
    const results = [];
    for await (const event of named) results.push(asJson(event));
    expect(results).toEqual([{ data: { sold: { id: '1', stock: 10 } } }, { data: { sold: { id: '2', stock: 20 } } }]);
  });
});

describe('a deferred fragment', () => {
  const parts = async (graph: TestGateway, query: string): Promise<readonly unknown[]> => {
    const results = await runOperation({ schema: graph.schema, document: parse(query), contextValue: {} });
    if (!(Symbol.asyncIterator in results)) return [results];
    const seen = [];
    for await (const result of results) seen.push(JSON.parse(JSON.stringify(result)));
    return seen;
  };

  it('of the root is asked for by itself, and comes when the rest was told', async () => {
    const told = Promise.withResolvers<void>();
    const graph = await planned({
      remote: { shop: { sdl: shop.sdl, resolvers: { Query: { best: () => ({ id: '1' }), slow: () => told.promise.then(() => 'late') } } } },
    });
    const results = await runOperation({
      schema: graph.schema,
      document: parse('{ best { id } ... @defer(label: "L") { slow } }'),
      contextValue: {},
    });
    const seen = [];
    for await (const result of results as AsyncIterable<unknown>) {
      seen.push(JSON.parse(JSON.stringify(result)));
      told.resolve();
    }
    expect(seen).toEqual([
      { data: { best: { id: '1' } }, hasNext: true },
      { incremental: [{ data: { slow: 'late' }, path: [], label: 'L' }], hasNext: false },
    ]);
  });

  it('inside another comes after it, with its own path', async () => {
    const graph = await planned({ remote: { shop, stock } });
    const seen = await parts(graph, '{ best { id ... @defer { stock near(count: 1) { id ... @defer { stock } } } } }');
    expect(seen[0]).toEqual({ data: { best: { id: '2' } }, hasNext: true });
    expect(seen.slice(1).flatMap((part) => (part as { incremental: unknown[] }).incremental)).toEqual([
      { data: { stock: 20, near: [{ id: '3' }] }, path: ['best'] },
      { data: { stock: 30 }, path: ['best', 'near', 0] },
    ]);
    expect(seen.at(-1)).toMatchObject({ hasNext: false });
  });

  it('that is switched off comes with the rest', async () => {
    const graph = await planned({ remote: { shop, stock } });
    expect(await parts(graph, '{ best { id ... @defer(if: false) { stock } } }')).toMatchObject([
      { data: { best: { id: '2', stock: 20 } } },
    ]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gateway, type TestGateway } from '../gateway.ts';

type Ref = Record<string, unknown>;

describe('operations', () => {
  let graph: TestGateway;
  let log: string[] = [];
  let total = 0;
  beforeAll(async () => {
    graph = await gateway({
      remote: {
        shop: {
          sdl: `type Query { product(id: ID! = "1"): Product products: [Product!] grid: [[Product]!]! strict: Holder }
            type Mutation { add(id: ID!, by: Int! = 1): Product reset: Boolean }
            type Holder { must: Product! maybe: Product }
            type Product @key(fields: "id") { id: ID! name(upper: Boolean = false): String! broken: String brokenHard: String! tags: [String] }`,
          resolvers: {
            Query: {
              product: (_: unknown, { id }: Ref) => ({ id }),
              products: () => ['1', '2', '3'].map((id) => ({ id })),
              grid: () => [[{ id: '1' }, null], [], [{ id: '2' }]],
              strict: () => ({ must: { id: '2' }, maybe: { id: '2' } }),
            },
            Mutation: {
              add: (_: unknown, { id, by }: Ref) => {
                total += Number(by);
                log.push(`shop ${String(id)} ${total}`);
                return { id };
              },
              reset: () => {
                total = 0;
                log.push('reset');
                return true;
              },
            },
            Product: {
              name: ({ id }: Ref, { upper }: Ref) => (upper === true ? `PRODUCT ${String(id)}` : `product ${String(id)}`),
              broken: ({ id }: Ref) => (id === '2' ? Promise.reject(new Error('broken')) : 'whole'),
              brokenHard: ({ id }: Ref) => (id === '2' ? null : 'whole'),
              tags: () => ['a', null],
            },
          },
        },
        reviews: {
          sdl: `type Mutation { review(id: ID!): Product } type Product @key(fields: "id") { id: ID! reviews(first: Int = 2): [Review!] rating: Float stars: Int! count: Int } type Review { stars: Int! by: String! product: Product }`,
          resolvers: {
            Mutation: {
              review: async (_: unknown, { id }: Ref) => {
                log.push(`reviews ${String(id)} ${total}`);
                return { id };
              },
            },
            Product: {
              __resolveReference: (ref: Ref) => {
                if (ref['id'] === 'gone') return null;
                return ref;
              },
              reviews: ({ id }: Ref, { first }: Ref) =>
                Array.from({ length: Number(first) }, (_, index) => ({
                  stars: index,
                  by: id === '3' && index === 1 ? null : 'x',
                  product: { id },
                })),
              rating: ({ id }: Ref) => (id === '2' ? Promise.reject(new Error('no rating')) : 4.5),
              stars: ({ id }: Ref) => (id === '2' ? Promise.reject(new Error('no stars')) : 4),
              count: () => total,
            },
          },
        },
      },
    });
  });
  afterAll(() => graph.close());
  beforeEach(() => {
    log = [];
    total = 0;
  });

  it('the graph keeps aliases of the same field with other arguments apart', async () => {
    await expect(
      graph.query(
        '{ a: product(id: "1") { n: name m: name(upper: true) r1: reviews(first: 1) { stars } r0: reviews(first: 0) { by } } b: product(id: "2") { id n: name } }',
      ),
    ).resolves.toEqual({
      data: { a: { n: 'product 1', m: 'PRODUCT 1', r1: [{ stars: 0 }], r0: [] }, b: { id: '2', n: 'product 2' } },
    });
  });

  it('the graph takes aliases that are names of other fields, keys included', async () => {
    await expect(graph.query('{ product { id: name name: id rating: id }  }')).resolves.toMatchObject({
      data: { product: { id: 'product 1', name: '1', rating: '1' } },
    });
  });

  it('the graph merges fields of named, inline and nested fragments', async () => {
    const query = `query { product { ...P ... on Product { ...R } ... { id } } } fragment P on Product { name ...R } fragment R on Product { reviews(first: 1) { stars ...V } } fragment V on Review { product { name reviews(first: 1) { by } } }`;
    await expect(graph.query(query)).resolves.toEqual({
      data: { product: { name: 'product 1', reviews: [{ stars: 0, product: { name: 'product 1', reviews: [{ by: 'x' }] } }], id: '1' } },
    });
  });

  it('the graph takes variables, their defaults, null and what is not given', async () => {
    const query =
      'query($id: ID! = "3", $first: Int, $upper: Boolean = true) { product(id: $id) { name(upper: $upper) reviews(first: $first) { stars } } }';
    await expect(graph.query(query))
      .resolves.toEqual({
        data: { product: { name: 'PRODUCT 3', reviews: null } },
        errors: [expect.objectContaining({ path: ['product', 'reviews', 1, 'by'] })],
      })
      .catch(async () => {
        await expect(graph.query(query)).resolves.toEqual({
          data: { product: { name: 'PRODUCT 3', reviews: [{ stars: 0 }, { stars: 1 }] } },
        });
      });
    await expect(graph.query(query, { id: '1', first: 1, upper: null })).resolves.toEqual({
      data: { product: { name: 'product 1', reviews: [{ stars: 0 }] } },
    });
  });

  it('the graph includes and skips, across subgraphs and on the only field', async () => {
    const query =
      'query($yes: Boolean!, $no: Boolean = false) { product { id rating @include(if: $yes) name @skip(if: $yes) reviews(first: 1) @include(if: $no) { stars } } }';
    await expect(graph.query(query, { yes: true })).resolves.toEqual({ data: { product: { id: '1', rating: 4.5 } } });
    await expect(graph.query(query, { yes: false })).resolves.toEqual({ data: { product: { id: '1', name: 'product 1' } } });
    await expect(graph.query('query($no: Boolean!) { product { rating @include(if: $no) } }', { no: false })).resolves.toEqual({
      data: { product: {} },
    });
  });

  it('the graph runs mutations one after another, over subgraphs', async () => {
    await expect(
      graph.query('mutation { a: add(id: "1", by: 2) { id count } r: review(id: "1") { name count } b: add(id: "2") { count } reset }'),
    ).resolves.toEqual({
      data: { a: { id: '1', count: 2 }, r: { name: 'product 1', count: 2 }, b: { count: 3 }, reset: true },
    });
    expect(log).toEqual(['shop 1 2', 'reviews 1 2', 'shop 2 3', 'reset']);
  });

  it('the graph keeps an error in the middle of a list in its place', async () => {
    const result = await graph.query('{ products { id rating broken } }');
    expect(result.data).toEqual({
      products: [
        { id: '1', rating: 4.5, broken: 'whole' },
        { id: '2', rating: null, broken: null },
        { id: '3', rating: 4.5, broken: 'whole' },
      ],
    });
    expect(result.errors).toHaveLength(2);
    expect(result.errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ message: 'no rating', path: ['products', 1, 'rating'] }),
        expect.objectContaining({ message: 'broken', path: ['products', 1, 'broken'] }),
      ]),
    );
  });

  it('the graph lets null bubble to the next field that may be null, and no further', async () => {
    const result = await graph.query('{ grid { id stars } product { name } }');
    expect(result.data).toEqual({ grid: [[{ id: '1', stars: 4 }, null], [], [null]], product: { name: 'product 1' } });
    expect(result.errors).toMatchObject([{ message: 'no stars', path: ['grid', 2, 0, 'stars'] }]);
    const strict = await graph.query('{ strict { must { stars } } product { name } }');
    expect(strict).toMatchObject({
      data: { strict: null, product: { name: 'product 1' } },
      errors: [{ path: ['strict', 'must', 'stars'] }],
    });
    const inside = await graph.query('{ strict { maybe { brokenHard } } }');
    expect(inside).toMatchObject({ data: { strict: { maybe: null } }, errors: [{ path: ['strict', 'maybe', 'brokenHard'] }] });
  });

  it('the graph gives null for an entity that the other subgraph does not know', async () => {
    await expect(graph.query('{ product(id: "gone") { name rating } }')).resolves.toEqual({
      data: { product: { name: 'product gone', rating: null } },
    });
    await expect(graph.query('{ product(id: "gone") { name stars } }')).resolves.toMatchObject({
      data: { product: null },
      errors: [{ path: ['product', 'stars'] }],
    });
  });

  it('the graph fails only its own fields when a subgraph is down', async () => {
    const graph2 = await gateway({
      remote: {
        up: {
          sdl: 'type Query { items: [Item!]! } type Item @key(fields: "id") { id: ID! }',
          resolvers: { Query: { items: () => [{ id: '1' }, { id: '2' }] } },
        },
        down: {
          sdl: 'type Query { other: Int } type Item @key(fields: "id") { id: ID! size: Int more: [More] } type More { x: Int }',
          resolvers: {},
        },
      },
      options: { fetch: { retries: 0 } },
    });
    await graph2.subgraphs['down']?.close();
    const result = await graph2.query('{ items { id size more { x } } other }');
    expect(result.data).toEqual({
      items: [
        { id: '1', size: null, more: null },
        { id: '2', size: null, more: null },
      ],
      other: null,
    });
    expect(result.errors?.map(({ path }) => path?.join('.'))).toEqual(
      expect.arrayContaining(['items.0.size', 'items.1.size', 'items.0.more', 'items.1.more', 'other']),
    );
    expect(JSON.stringify(result.errors)).not.toMatch(/127\.0\.0\.1|ECONN/);
    await graph2.close();
  });

  it('the graph asks one `_entities` call for 50 entities', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => String(index));
    const wide = await gateway({
      remote: {
        a: {
          sdl: 'type Query { rows: [Row!]! } type Row @key(fields: "id") { id: ID! }',
          resolvers: { Query: { rows: () => ids.map((id) => ({ id })) } },
        },
        b: {
          sdl: 'type Row @key(fields: "id") { id: ID! x: Int y: Int }',
          resolvers: { Row: { x: ({ id }: Ref) => Number(id), y: () => 1 } },
        },
      },
    });
    const result = await wide.query('{ rows { x ...Y } } fragment Y on Row { y }');
    expect(result.data).toMatchObject({ rows: ids.map((id) => ({ x: Number(id), y: 1 })) });
    expect(wide.subgraphs['b']?.asked.filter(({ query }) => query.includes('_entities'))).toHaveLength(1);
    await wide.close();
  });
});

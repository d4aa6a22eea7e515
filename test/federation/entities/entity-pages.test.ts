import { execute, type GraphQLSchema, parse } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EntityPage, entityPages } from '../../../src/federation/entities/entity-pages.ts';
import { gateway } from '../gateway.ts';
import type { Resolvers } from '../subgraph-server.ts';

const signal = new AbortController().signal;
const all = Array.from({ length: 7 }, (_, index) => ({ id: `p${index}`, sku: index, name: `Product ${index}` }));
const index = { typeName: 'Product', key: 'id', selection: 'name', from: 'products' };
const product = 'type Product @key(fields: "id") @key(fields: "id sku") { id: ID! sku: Int! name: String! fragile: String }';

async function paged(sdl: string, Query: Resolvers, wanted = index, more: Resolvers = {}) {
  const graph = await gateway({ remote: { products: { sdl: `${product} ${sdl}`, resolvers: { Query, ...more } } } });
  onTestFinished(() => graph.close());
  const page = entityPages({ schema: () => graph.schema, contextFor: () => ({}), pageSize: 3 });
  const pages: EntityPage[] = [];
  for (let after: string | null = null; ; ) {
    const one = await page(wanted, after, signal);
    pages.push(one);
    if (one.next === null) break;
    after = one.next;
  }
  return { pages, asked: graph.subgraphs['products']?.asked ?? [] };
}

const idsOf = (pages: readonly EntityPage[]) => pages.map(({ entities }) => entities.map(({ id }) => id).join(' '));

describe('the pages of a root list', () => {
  it('the pages of a root list go on after the last key where a plain list takes first and after', async () => {
    const { pages, asked } = await paged('type Query { products(first: Int = 2, after: ID): [Product!]! }', {
      products: (_: unknown, { first, after }: { first: number; after?: string }) => {
        const start = all.findIndex(({ id }) => id === after) + 1;
        return all.slice(start, start + first);
      },
    });
    expect(idsOf(pages)).toEqual(['p0 p1 p2', 'p3 p4 p5', 'p6', '']);
    expect(pages[0]?.entities[0]).toEqual({ __typename: 'Product', id: 'p0', name: 'Product 0' });
    expect(asked).toHaveLength(4);
  });

  it.each(['nodes { __typename }', 'edges { node { __typename } }'])(
    'the pages of a root list follow the cursor of a Relay connection with %s',
    async (style) => {
      const items = style.startsWith('nodes') ? 'nodes: [Product]' : 'edges: [Edge]';
      const { pages } = await paged(
        `type Query { products(first: Int!, after: String): Products! } type Edge { node: Product }
       type Products { ${items} pageInfo: PageInfo! } type PageInfo @shareable { hasNextPage: Boolean! endCursor: String }`,
        {
          products: (_: unknown, { first, after }: { first: number; after?: string }) => {
            const start = after === undefined ? 0 : Number(after.slice(2));
            const nodes = all.slice(start, start + first);
            const pageInfo = { hasNextPage: start + first < all.length, endCursor: `c:${start + first}` };
            return { nodes, edges: nodes.map((node) => ({ node })), pageInfo };
          },
        },
      );
      expect(idsOf(pages)).toEqual(['p0 p1 p2', 'p3 p4 p5', 'p6']);
    },
  );

  it.each([
    ['limit', 'offset'],
    ['first', 'skip'],
  ])('the pages of a root list count what came where a list takes %s and %s', async (size, offset) => {
    const { pages } = await paged(`type Query { products(${size}: Int, ${offset}: Int): [Product!]! }`, {
      products: (_: unknown, args: Record<string, number>) => all.slice(args[offset] ?? 0).slice(0, Math.min(args[size] ?? 0, 2)),
    });
    expect(idsOf(pages)).toEqual(['p0 p1', 'p2 p3', 'p4 p5', 'p6', '']);
  });

  const numbered =
    (from: number, most = 100) =>
    (_: unknown, { page = from, pageSize, perPage }: Record<string, number>) => {
      const size = Math.min(pageSize ?? perPage ?? 3, most);
      return all.slice((page - from) * size, (page - from + 1) * size);
    };

  it.each([
    ['page and pageSize', '(page: Int, pageSize: Int)', numbered(1), ['p0 p1 p2', 'p3 p4 p5', 'p6', '']],
    ['page and perPage', '(page: Int!, perPage: Int!)', numbered(1), ['p0 p1 p2', 'p3 p4 p5', 'p6', '']],
    ['page alone', '(page: Int! = 1)', numbered(1), ['p0 p1 p2', 'p3 p4 p5', 'p6', '']],
    ['pages from 0, as the default says', '(page: Int = 0, perPage: Int = 20)', numbered(0), ['p0 p1 p2', 'p3 p4 p5', 'p6', '']],
    ['page and pageSize, and gives fewer', '(page: Int, pageSize: Int)', numbered(1, 2), ['p0 p1', 'p2 p3', 'p4 p5', 'p6', '']],
  ])('the pages of a root list are numbered where a list takes %s', async (_, args, products, expected) => {
    const { pages } = await paged(`type Query { products${args}: [Product!]! }`, { products });
    expect(idsOf(pages)).toEqual(expected);
  });

  it('the pages of a root list end where a page is empty, not where one is short, or where the list says so', async () => {
    const full = await paged('type Query { products(page: Int, pageSize: Int): [Product!]! }', {
      products: (_: unknown, { page = 1, pageSize = 3 }: Record<string, number>) =>
        all.slice((page - 1) * pageSize, page * pageSize).filter(({ id }) => id !== 'p3'),
    });
    expect(idsOf(full.pages)).toEqual(['p0 p1 p2', 'p4 p5', 'p6', '']);
    const told = await paged(
      'type Query { products(page: Int, perPage: Int): Products! } type Products { results: [Product!]! pageInfo: Pages! total: Int } type Pages { hasNextPage: Boolean! }',
      {
        products: (_: unknown, { page = 1, perPage = 3 }: Record<string, number>) => ({
          results: all.slice(0, 6).slice((page - 1) * perPage, page * perPage),
          pageInfo: { hasNextPage: page * perPage < 6 },
        }),
      },
    );
    expect(idsOf(told.pages)).toEqual(['p0 p1 p2', 'p3 p4 p5']);
    expect(told.asked).toHaveLength(2);
  });

  it('the pages of a root list are one where the list takes no paging arguments', async () => {
    const { pages } = await paged('type Query { products: [Product!]! }', { products: () => all });
    expect(idsOf(pages)).toEqual([all.map(({ id }) => id).join(' ')]);
  });

  it('the pages of a root list hold the indexed type alone, of a list of several', async () => {
    const { pages } = await paged(
      'interface Thing { id: ID! } type Other implements Thing { id: ID! } type Query { products: [Both] } union Both = Product | Other',
      {
        products: () =>
          [all[0], { id: 'o', __typename: 'Other' }, null].map((item) =>
            item && !('__typename' in item) ? { ...item, __typename: 'Product' } : item,
          ),
      },
    );
    expect(idsOf(pages)).toEqual(['p0']);
  });

  it('the pages of a root list leave out what an error has touched, and say that something is missing', async () => {
    const { pages } = await paged(
      'type Query { products: [Product] }',
      { products: () => all.slice(0, 3) },
      { ...index, selection: 'name fragile' },
      {
        Product: {
          fragile: ({ id }: { id: string }) => {
            if (id === 'p1') throw new Error('Not today.');
            return 'no';
          },
        },
      },
    );
    expect(idsOf(pages)).toEqual(['p0 p2']);
    expect(pages[0]?.partial).toBe(true);
  });

  it.each([
    [
      'a field that is not there',
      'type Query { others: [Product] }',
      {},
      'There is no field Query.products|there is no field Query.products',
    ],
    ['a field that is no list', 'type Query { products: Product }', {}, 'is no list'],
    ['a list that wants more', 'type Query { products(shop: ID!): [Product] }', {}, 'wants shop'],
    [
      'a key of several fields after one value',
      'type Query { products(first: Int, after: ID): [Product] }',
      { key: 'id sku' },
      'goes on after one value',
    ],
  ])('the pages of a root list are refused for %s', async (_, sdl, more, message) => {
    await expect(paged(sdl, {}, { ...index, ...more })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(message),
    });
  });

  it('the pages of a root list fail, rather than end, when the list is not answered or the graph not composed', async () => {
    const failing = () => {
      throw new Error('secret');
    };
    await expect(paged('type Query { products: [Product] }', { products: failing })).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      message: 'The graph did not answer "products", so Product is not indexed now.',
    });
    const none = entityPages({ schema: (): GraphQLSchema | null => null, contextFor: () => ({}) });
    await expect(none(index, null, signal)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  });

  it('the pages of a root list are asked across subgraphs', async () => {
    const graph = await gateway({
      remote: {
        products: { sdl: `${product} type Query { products: [Product] }`, resolvers: { Query: { products: () => all.slice(0, 2) } } },
        stock: {
          sdl: 'type Product @key(fields: "id") { id: ID! stock: Int }',
          resolvers: { Product: { stock: ({ id }: { id: string }) => Number(id.slice(1)) + 10 } },
        },
      },
    });
    onTestFinished(() => graph.close());
    const page = entityPages({ schema: () => graph.schema, contextFor: () => ({}) });
    const { entities } = await page({ ...index, selection: 'stock' }, null, signal);
    expect(entities).toEqual([
      { __typename: 'Product', id: 'p0', stock: 10 },
      { __typename: 'Product', id: 'p1', stock: 11 },
    ]);
    expect(await execute({ schema: graph.schema, document: parse('{ products { stock } }') })).not.toHaveProperty('errors');
  });
});

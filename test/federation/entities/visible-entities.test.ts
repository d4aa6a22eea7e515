import { describe, expect, it, onTestFinished } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { type VisibleEntitiesOptions, visibleEntities } from '../../../src/federation/entities/visible-entities.ts';
import { gateway, type TestGraph } from '../gateway.ts';

const signal = new AbortController().signal;
const wanted = { typeName: 'Product', key: 'id', selection: 'name reviews { body }', from: 'products' };
const ref = (id: string) => ({ typeName: 'Product', key: { id } });

interface Context {
  readonly headers: Readonly<Record<string, string | undefined>>;
}
const isStaff = ({ headers }: Context): boolean => headers['x-shop-role'] === 'staff';
const staff = { headers: { 'x-shop-role': 'staff', cookie: 'private' } };
const anyone = { headers: {} };

/** Products 7 and up are for staff; product 3 fails; the note is for staff, without an error. */
const remote: TestGraph['remote'] = {
  products: {
    sdl: `type Query { products: [Product] } type Product @key(fields: "id") { id: ID! name: String note: String weight: Int @shareable }`,
    resolvers: {
      Query: { products: () => [] },
      Product: {
        async __resolveReference({ id }: { id: string }, context: Context) {
          if (id === '3') throw new Error('The database said no.');
          return Number(id) >= 7 && !isStaff(context) ? null : { __typename: 'Product', id, name: `Product ${id}` };
        },
        note: (_: unknown, __: unknown, context: Context) => (isStaff(context) ? 'cheap' : null),
      },
    },
  },
  reviews: {
    sdl: `type Product @key(fields: "id") { id: ID! reviews: [Review!] } type Review { body: String author: User } type User @key(fields: "id", resolvable: false) { id: ID! }`,
    resolvers: { Product: { reviews: ({ id }: { id: string }) => [{ body: `Review of ${id}`, author: { id: 'u' } }] } },
  },
  users: {
    sdl: `type User @key(fields: "id") { id: ID! nick: String } type Product @key(fields: "id") { id: ID! weight: Int @external weighty: Boolean @requires(fields: "weight") }`,
    resolvers: { User: { nick: () => 'ada' } },
  },
};

async function graphOf(more: Partial<VisibleEntitiesOptions> = {}, of: TestGraph['remote'] = remote) {
  const graph = await gateway({ remote: of });
  onTestFinished(() => graph.close());
  const visible = visibleEntities({
    supergraphSdl: () => graph.supergraphSdl,
    fetch: { propagate: ['x-shop-role'], clientHeaders: (context) => (context as Context).headers, retries: 0 },
    ...more,
  });
  return { graph, visible };
}

describe('who may see an entity', () => {
  it("who may see an entity is said by its own subgraphs, under the caller's headers, in one request to each", async () => {
    const { graph, visible } = await graphOf();
    const seen = { __typename: 'Product', id: '1', name: 'Product 1', reviews: [{ body: 'Review of 1' }] };
    expect(await visible(wanted, [ref('7'), ref('1')], anyone, signal)).toEqual([null, seen]);
    expect(await visible(wanted, [ref('7')], staff, signal)).toMatchObject([{ id: '7' }]);
    const { products, reviews, users } = graph.subgraphs;
    expect([products?.asked.length, reviews?.asked.length, users?.asked.length]).toEqual([2, 2, 0]);
    expect(products?.asked[0]?.variables).toEqual({
      representations: [
        { __typename: 'Product', id: '7' },
        { __typename: 'Product', id: '1' },
      ],
    });
    expect(products?.asked[1]?.headers).toMatchObject({ 'x-shop-role': 'staff' });
    expect(products?.asked[1]?.headers).not.toHaveProperty('cookie');
  });

  it('who may see an entity is nobody where the entity has an error', async () => {
    const { visible } = await graphOf();
    expect(await visible(wanted, [ref('1'), ref('3')], staff, signal)).toMatchObject([{ id: '1' }, null]);
    expect(await visible(wanted, [ref('3')], staff, signal)).toEqual([null]);
  });

  it('who may see an entity cannot be said when a subgraph fails over all of them at once', async () => {
    const of = {
      products: {
        sdl: 'type Query { products: [Product] } type Product @key(fields: "id") { id: ID! name: String }',
        resolvers: {
          Product: {
            __resolveReference: () => {
              throw new Error('secret');
            },
          },
        },
      },
    };
    const { visible } = await graphOf({}, of);
    await expect(visible({ ...wanted, selection: 'name' }, [ref('1'), ref('2')], staff, signal)).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      message: expect.stringContaining('"products" did not say which entities the caller may see'),
    });
  });

  it('who may see an entity includes what he sees of each field', async () => {
    const { visible } = await graphOf();
    const note = { ...wanted, selection: 'note' };
    expect(await visible(note, [ref('1')], anyone, signal)).toEqual([{ __typename: 'Product', id: '1', note: null }]);
    expect(await visible(note, [ref('1')], staff, signal)).toMatchObject([{ note: 'cheap' }]);
  });

  it('who may see an entity leaves out fields that no subgraph gives for the key alone', async () => {
    const { graph, visible } = await graphOf();
    const across = { ...wanted, selection: 'reviews { body author { nick } } weighty' };
    expect(await visible(across, [ref('1')], anyone, signal)).toEqual([{ __typename: 'Product', id: '1' }]);
    expect(graph.subgraphs['products']?.asked).toHaveLength(1);
    expect(graph.subgraphs['reviews']?.asked).toHaveLength(0);
  });

  it('who may see an entity asks the list, too, when all fields are of other subgraphs', async () => {
    const { visible } = await graphOf();
    const body = { ...wanted, selection: 'reviews { body }' };
    expect(await visible(body, [ref('8'), ref('1')], anyone, signal)).toMatchObject([null, { id: '1' }]);
  });

  it('who may see an entity cannot be said when a subgraph is down: nothing is shown unseen', async () => {
    const { graph, visible } = await graphOf();
    await graph.subgraphs['reviews']?.close();
    await expect(visible(wanted, [ref('1')], staff, signal)).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      message: 'The subgraph "reviews" did not say which entities the caller may see, so none is shown. Ask again later.',
    });
    const { visible: early } = await graphOf({ supergraphSdl: () => null });
    await expect(early(wanted, [ref('1')], staff, signal)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  });

  it('who may see an entity cannot be said when no subgraph resolves the key', async () => {
    const { visible } = await graphOf(
      {},
      {
        products: {
          sdl: 'type Query { products: [Product] } type Product @key(fields: "id", resolvable: false) @key(fields: "sku") { id: ID! sku: ID! name: String }',
          resolvers: {},
        },
      },
    );
    await expect(visible({ ...wanted, selection: 'name' }, [ref('1')], staff, signal)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('No subgraph can say who may see a Product'),
    });
  });

  it('who may see an entity is nobody whom @authenticated or @requiresScopes of the type or a read field keep out', async () => {
    const of: TestGraph['remote'] = {
      products: {
        sdl: 'type Query { products: [Product] } type Product @key(fields: "id") { id: ID! name: String @requiresScopes(scopes: [["shop:read"]]) free: String }',
        resolvers: { Product: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'x', free: 'y' }) } },
      },
    };
    const asked: string[] = [];
    const authorize: VisibleEntitiesOptions['authorize'] = (context, { coordinate }) => {
      asked.push(coordinate);
      return context === staff ? null : new GatewayError('FORBIDDEN', 'Not you.');
    };
    const { graph, visible } = await graphOf({ authorize }, of);
    const name = { ...wanted, selection: 'name' };
    expect(await visible(name, [ref('1')], anyone, signal)).toEqual([null]);
    expect(graph.subgraphs['products']?.asked).toHaveLength(0);
    expect(await visible(name, [ref('1')], staff, signal)).toMatchObject([{ name: 'x' }]);
    expect(await visible({ ...wanted, selection: 'free' }, [ref('1')], anyone, signal)).toMatchObject([{ free: 'y' }]);
    expect(new Set(asked)).toEqual(new Set(['Product.name']));
  });

  it('who may see an entity is no longer asked when the caller has left', async () => {
    const { visible, graph } = await graphOf();
    await expect(visible(wanted, [ref('1')], staff, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(graph.subgraphs['products']?.asked).toHaveLength(0);
  });

  it('who may see an entity is asked once for what fields of one operation ask together, and never for another operation', async () => {
    const { graph, visible } = await graphOf();
    const name = { ...wanted, selection: 'name' };
    const mine = { ...anyone };
    const asked = (ids: readonly string[], context: object) => visible(name, ids.map(ref), context, signal);
    const [first, second, others] = await Promise.all([asked(['1', '7'], mine), asked(['2', '1'], mine), asked(['7'], { ...staff })]);
    expect([first, second]).toMatchObject([
      [{ id: '1' }, null],
      [{ id: '2' }, { id: '1' }],
    ]);
    expect(others).toMatchObject([{ id: '7' }]);
    const requests = graph.subgraphs['products']?.asked.map(({ variables }) =>
      (variables['representations'] as { id: string }[]).map(({ id }) => id),
    );
    expect(requests).toHaveLength(2);
    expect(requests).toEqual(expect.arrayContaining([['1', '7', '2'], ['7']]));
  });

  it('who may see an entity takes a compound key in any order of its fields', async () => {
    const { graph, visible } = await graphOf(
      {},
      {
        products: {
          sdl: 'type Query { products: [Product] } type Product @key(fields: "sku region { code }") { sku: ID! region: Region! name: String } type Region { code: String }',
          resolvers: { Product: { __resolveReference: ({ sku }: { sku: string }) => ({ sku, name: 'x' }) } },
        },
      },
    );
    const key = { sku: '1', region: { code: 'eu' } };
    const compound = { ...wanted, key: 'region { code } sku', selection: 'name' };
    expect(await visible(compound, [{ typeName: 'Product', key }], anyone, signal)).toMatchObject([{ ...key, name: 'x' }]);
    expect(graph.subgraphs['products']?.asked[0]?.variables).toEqual({ representations: [{ __typename: 'Product', ...key }] });
  });
});

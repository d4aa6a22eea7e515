import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway, type TestGateway } from '../gateway.ts';

type Ref = Record<string, unknown>;
const need = (ref: Ref, name: string): string => {
  if (ref[name] === undefined || ref[name] === null) throw new Error(`${name} was not given.`);
  return String(ref[name]);
};

describe('@requires', () => {
  let graph: TestGateway;
  beforeAll(async () => {
    graph = await gateway({
      remote: {
        base: {
          sdl: `type Query { item: Item items: [Item!]! }
            type Item @key(fields: "id") { id: ID! price(currency: Currency = EUR): Int! weight: Int size: Size maker: Maker! rated(by: String = "all"): Rated } type Rated { of: String broken: String! }
            enum Currency { EUR USD } type Size { w: Int h: Int } type Maker @key(fields: "id") { id: ID! }`,
          resolvers: {
            Query: { item: () => ({ id: '1' }), items: () => [{ id: '1' }, { id: '2' }] },
            Item: {
              price: ({ id }: Ref, { currency }: Ref) => Number(id) * (currency === 'USD' ? 200 : 100),
              weight: ({ id }: Ref) => (id === '2' ? null : 5),
              size: () => ({ w: 2, h: 3 }),
              rated: (_: Ref, { by }: Ref) => ({ of: by }),
              maker: ({ id }: Ref) => ({ id: `m${String(id)}` }),
            },
          },
        },
        makers: {
          sdl: 'type Maker @key(fields: "id") { id: ID! country: String }',
          resolvers: { Maker: { country: ({ id }: Ref) => `land of ${String(id)}` } },
        },
        shipping: {
          sdl: `type Item @key(fields: "id") { id: ID! price(currency: Currency = EUR): Int! @external weight: Int @external size: Size @external maker: Maker! @external
              cost: String @requires(fields: "price(currency: USD) weight") costEur: String @requires(fields: "price(currency: EUR)")
              area: Int @requires(fields: "size { w h }") from: String @requires(fields: "maker { id country }")
              rated(by: String = "all"): Rated @external rating: String @requires(fields: "rated { of }") } type Rated { of: String @external }
            enum Currency { EUR USD } type Size { w: Int @external h: Int @external } type Maker @key(fields: "id", resolvable: false) { id: ID! country: String @external }`,
          resolvers: {
            Item: {
              cost: (item: Ref) => `${need(item, 'price')}/${String(item['weight'])}`,
              costEur: (item: Ref) => need(item, 'price'),
              area: ({ size }: { size: { w: number; h: number } }) => size.w * size.h,
              rating: ({ rated }: { rated: Ref }) => need(rated, 'of'),
              from: ({ maker }: { maker: Ref }) => need(maker, 'country'),
            },
          },
        },
        chain: {
          sdl: `type Item @key(fields: "id") { id: ID! cost: String @external area: Int @external label: String @requires(fields: "cost area") }`,
          resolvers: { Item: { label: (item: Ref) => `${need(item, 'cost')}-${need(item, 'area')}` } },
        },
        last: {
          sdl: `type Item @key(fields: "id") { id: ID! label: String @external tag: String @requires(fields: "label") }`,
          resolvers: { Item: { tag: (item: Ref) => `<${need(item, 'label')}>` } },
        },
      },
    });
  });
  afterAll(() => graph.close());

  it('@requires gives fields with arguments, also in two ways at once', async () => {
    await expect(graph.query('{ item { cost costEur price } }')).resolves.toEqual({
      data: { item: { cost: '200/5', costEur: '100', price: 100 } },
    });
  });

  it('@requires gives nested fields, of this entity and of the next', async () => {
    await expect(graph.query('{ item { from } }')).resolves.toEqual({ data: { item: { from: 'land of m1' } } });
  });

  it('@requires reads each late field as its own type, whatever stands beside it', async () => {
    await expect(graph.query('{ item { id area from maker { id country } size { w } tag } }')).resolves.toEqual({
      data: {
        item: { id: '1', area: 6, from: 'land of m1', maker: { id: 'm1', country: 'land of m1' }, size: { w: 2 }, tag: '<200/5-6>' },
      },
    });
    await expect(graph.query('{ items { price from area maker { id } } }')).resolves.toMatchObject({
      data: {
        items: [
          { price: 100, from: 'land of m1', area: 6 },
          { price: 200, from: 'land of m2', area: 6, maker: { id: 'm2' } },
        ],
      },
    });
  });

  it('@requires chains over three subgraphs, with what is null given as null', async () => {
    await expect(graph.query('{ items { tag } }')).resolves.toEqual({ data: { items: [{ tag: '<200/5-6>' }, { tag: '<400/null-6>' }] } });
  });

  it('@requires is not disturbed by the aliases of the client', async () => {
    await expect(graph.query('{ item { price: id weight: area cost2: cost usd: price(currency: USD) c: costEur } }')).resolves.toEqual({
      data: { item: { price: '1', weight: 6, cost2: '200/5', usd: 200, c: '100' } },
    });
  });

  it('@requires keeps what is required apart from what the client calls by its name', async () => {
    await expect(graph.query('{ item { weight: id size: price cost area } }')).resolves.toEqual({
      data: { item: { weight: '1', size: 100, cost: '200/5', area: 6 } },
    });
    await expect(graph.query('{ item { id: weight __typename: price from maker: size { w: h } } }')).resolves.toEqual({
      data: { item: { id: 5, __typename: 100, from: 'land of m1', maker: { w: 3 } } },
    });
    await expect(
      graph.query('query($c: Currency) { item { ...A tag } } fragment A on Item { price(currency: $c) cost }', { c: 'EUR' }),
    ).resolves.toEqual({ data: { item: { price: 100, cost: '200/5', tag: '<200/5-6>' } } });
    await expect(graph.query('{ item { price cost costEur } }')).resolves.toEqual({
      data: { item: { price: 100, cost: '200/5', costEur: '100' } },
    });
    await expect(graph.query('{ items { cost price } }')).resolves.toEqual({
      data: {
        items: [
          { cost: '200/5', price: 100 },
          { cost: '400/null', price: 200 },
        ],
      },
    });
    await expect(graph.query('{ item { rated(by: "me") { of } rating } }')).resolves.toEqual({
      data: { item: { rated: { of: 'me' }, rating: 'all' } },
    });
  });

  it('@requires puts an error below a renamed field where the client sees it', async () => {
    await expect(graph.query('{ item { weight: rated(by: "me") { size: broken } cost } }')).resolves.toMatchObject({
      data: { item: { weight: null, cost: '200/5' } },
      errors: [{ path: ['item', 'weight', 'size'] }],
    });
  });

  it('@requires gives the same with variables, defaults and fragments', async () => {
    const query = `query($c: Currency = USD, $yes: Boolean!) { item { ...A @include(if: $yes) ... on Item @skip(if: $yes) { area } } } fragment A on Item { p: price(currency: $c) tag }`;
    await expect(graph.query(query, { yes: true })).resolves.toEqual({ data: { item: { p: 200, tag: '<200/5-6>' } } });
    await expect(graph.query(query, { yes: false })).resolves.toEqual({ data: { item: { area: 6 } } });
  });
});

describe('@requires with fragments and abstract types', () => {
  it('@requires with fragments and abstract types gives what each member has', async () => {
    const graph = await gateway({
      remote: {
        a: {
          sdl: `type Query { entity: Entity other: Entity } interface Data { foo: String! }
            type Bar implements Data { foo: String! bar: String! } type Baz implements Data { foo: String! baz: String! }
            type Entity @key(fields: "id") { id: ID! data: Data }`,
          resolvers: {
            Query: { entity: () => ({ id: '1' }), other: () => ({ id: '2' }) },
            Entity: {
              data: ({ id }: Ref) => (id === '1' ? { __typename: 'Bar', foo: 'f', bar: 'b' } : { __typename: 'Baz', foo: 'g', baz: 'z' }),
            },
          },
        },
        b: {
          sdl: `interface Data { foo: String! } type Bar implements Data { foo: String! @external bar: String! @external } type Baz implements Data { foo: String! @external baz: String! @external }
            type Entity @key(fields: "id") { id: ID! data: Data @external joined: String! @requires(fields: "data { foo ... on Bar { bar } ... on Baz { baz } }") }`,
          resolvers: {
            Entity: {
              joined: ({ data }: { data: Ref }) =>
                `${String(data['__typename'])}:${need(data, 'foo')}${String(data['bar'] ?? data['baz'])}`,
            },
          },
        },
      },
    });
    await expect(graph.query('{ entity { joined } other { joined data { foo ... on Baz { baz } } } }')).resolves.toEqual({
      data: { entity: { joined: 'Bar:fb' }, other: { joined: 'Baz:gz', data: { foo: 'g', baz: 'z' } } },
    });
    await graph.close();
  });
});

describe('@requires with fragments on an interface inside another', () => {
  it('@requires with fragments on an interface inside another gives what each member has, and what all have in common', async () => {
    const types = `interface Shape { sides: Int! } interface Solid implements Shape { sides: Int! height: Int! } interface Stamped { mark: String }
      type Prism implements Shape & Solid & Stamped @shareable { sides: Int! height: Int! mark: String } type Cone implements Shape & Solid @shareable { sides: Int! height: Int! tip: String }
      type Flat implements Shape @shareable { sides: Int! }`;
    const shapes: Readonly<Record<string, Ref>> = {
      prism: { __typename: 'Prism', sides: 5, height: 2, mark: 'm' },
      cone: { __typename: 'Cone', sides: 2, height: 9, tip: 'blunt' },
      flat: { __typename: 'Flat', sides: 4 },
    };
    const graph = await gateway({
      remote: {
        workshop: {
          sdl: `${types} type Query { pieces: [Piece!]! } type Piece @key(fields: "id") { id: ID! shape: Shape }`,
          resolvers: {
            Query: { pieces: () => Object.keys(shapes).map((id) => ({ id })) },
            Piece: { shape: ({ id }: Ref) => shapes[String(id)] },
          },
        },
        labels: {
          sdl: `${types} type Piece @key(fields: "id") { id: ID! shape: Shape @external
            label: String! @requires(fields: "shape { ... on Shape { sides } ... on Solid { height ... on Cone { tip } ... on Stamped { mark } } }")
            volume: Int @requires(fields: "shape { ... on Solid { ... on Prism { height } } }") }`,
          resolvers: {
            Piece: {
              label: ({ shape }: { shape: Ref }) => [need(shape, 'sides'), shape['height'], shape['tip'], shape['mark']].join('/'),
              volume: ({ shape }: { shape: Ref }) => shape['height'] ?? null,
            },
          },
        },
      },
    });
    await expect(graph.query('{ pieces { label shape { __typename } } }')).resolves.toEqual({
      data: {
        pieces: [
          { label: '5/2//m', shape: { __typename: 'Prism' } },
          { label: '2/9/blunt/', shape: { __typename: 'Cone' } },
          { label: '4///', shape: { __typename: 'Flat' } },
        ],
      },
    });
    await expect(graph.query('{ pieces { volume } }')).resolves.toEqual({
      data: { pieces: [{ volume: 2 }, { volume: null }, { volume: null }] },
    });
    await graph.close();
  });
});

describe('@requires in a circle of two subgraphs', () => {
  it('@requires in a circle of two subgraphs ends', async () => {
    const writers = ['ada', 'bo'];
    const graph = await gateway({
      remote: {
        a: {
          sdl: `type Query { notes: [Note] } type Note @key(fields: "id") { id: ID! fresh: Boolean! @external seasoned: Boolean! @requires(fields: "fresh") } type Writer @key(fields: "id") { id: ID! years: Int }`,
          resolvers: {
            Query: { notes: () => writers.map((id) => ({ id })) },
            Note: {
              seasoned: (post: Ref) => need(post, 'fresh') !== 'true',
              __resolveReference: (ref: Ref) => ref,
            },
            Writer: { years: ({ id }: Ref) => (id === 'ada' ? 2 : 9) },
          },
        },
        b: {
          sdl: `type Note @key(fields: "id") { id: ID! writer: Writer fresh: Boolean! @requires(fields: "writer { id years }") } type Writer @key(fields: "id") { id: ID! years: Int @external }`,
          resolvers: {
            Note: {
              writer: ({ id }: Ref) => ({ id }),
              fresh: ({ writer }: { writer: { years?: number } }) => (writer.years ?? 99) < 5,
              __resolveReference: (ref: Ref) => ref,
            },
          },
        },
      },
    });
    await expect(graph.query('{ notes { id seasoned } }')).resolves.toEqual({
      data: {
        notes: [
          { id: 'ada', seasoned: false },
          { id: 'bo', seasoned: true },
        ],
      },
    });
    await graph.close();
  });
});

describe('@requires of a field with arguments, of an entity that a third subgraph refers to', () => {
  it('@requires of a field with arguments, of an entity that a third subgraph refers to, is kept apart from the field without them', async () => {
    const graph = await gateway({
      remote: {
        shop: {
          sdl: 'type Query { shelf: Shelf } type Shelf { products: [Product!]! } type Product @key(fields: "id") { id: ID! }',
          resolvers: { Query: { shelf: () => ({ products: [{ id: '1' }, { id: '2' }] }) } },
        },
        prices: {
          sdl: 'type Product @key(fields: "id") { id: ID! price(in: String = "EUR"): String name: String }',
          resolvers: {
            Product: {
              __resolveReference: (item: Ref) => item,
              price: ({ id }: Ref, args: Ref) => `${String(id)} ${String(args['in'])}`,
              name: () => 'n',
            },
          },
        },
        shipping: {
          sdl: `type Product @key(fields: "id") { id: ID! price(in: String = "EUR"): String @external name: String @external
            cost: String @requires(fields: "price(in: \\"USD\\")") yen: String @requires(fields: "price(in: \\"JPY\\")") label: String @requires(fields: "name") }`,
          resolvers: {
            Product: {
              cost: (item: Ref) => need(item, 'price'),
              yen: (item: Ref) => need(item, 'price'),
              label: (item: Ref) => need(item, 'name'),
            },
          },
        },
      },
    });
    for (const query of ['price cost', 'cost price', '... on Product { price } cost label'])
      await expect(graph.query(`{ shelf { products { ${query} } } }`)).resolves.toMatchObject({
        data: {
          shelf: {
            products: [
              { price: '1 EUR', cost: '1 USD' },
              { price: '2 EUR', cost: '2 USD' },
            ],
          },
        },
      });
    await expect(graph.query('{ shelf { products { yen price cost label } } }')).resolves.toEqual({
      data: {
        shelf: {
          products: [
            { yen: '1 JPY', price: '1 EUR', cost: '1 USD', label: 'n' },
            { yen: '2 JPY', price: '2 EUR', cost: '2 USD', label: 'n' },
          ],
        },
      },
    });
    await graph.close();
  });
});

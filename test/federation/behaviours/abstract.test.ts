import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway, type TestGateway } from '../gateway.ts';

type Ref = Record<string, unknown>;

describe('interfaces and unions over subgraphs', () => {
  let graph: TestGateway;
  beforeAll(async () => {
    const media = [
      { __typename: 'Book', id: 'b', title: 'Bible' },
      { __typename: 'Film', id: 'f', title: 'Fargo' },
    ];
    graph = await gateway({
      remote: {
        library: {
          sdl: `type Query { media: [Media!]! search: [Result] first: Media node(id: ID!): Node }
            interface Node { id: ID! } interface Media implements Node { id: ID! title: String }
            type Book implements Media & Node @key(fields: "id") { id: ID! title: String similar: [Media!] }
            type Film implements Media & Node @key(fields: "id") { id: ID! title: String }
            union Result = Book | Film | Note type Note { text: String }`,
          resolvers: {
            Query: {
              media: () => media,
              search: () => [...media, { __typename: 'Note', text: 'n' }, null],
              first: () => media[1],
              node: (_: unknown, { id }: Ref) => media.find((item) => item.id === id) ?? null,
            },
            Book: { similar: () => media, __resolveReference: ({ id }: Ref) => media.find((item) => item.id === id) },
            Film: { __resolveReference: ({ id }: Ref) => media.find((item) => item.id === id) },
          },
        },
        stock: {
          sdl: `interface Stocked { stock: Int! } type Book implements Stocked @key(fields: "id") { id: ID! stock: Int! pages: Int }
            type Film implements Stocked @key(fields: "id") { id: ID! stock: Int! minutes: Int } type Query { stocked: [Stocked] }`,
          resolvers: {
            Query: {
              stocked: () => [
                { __typename: 'Film', id: 'f' },
                { __typename: 'Book', id: 'b' },
              ],
            },
            Book: { stock: () => 3, pages: () => 900 },
            Film: { stock: () => 5, minutes: () => 98 },
          },
        },
        reviews: {
          sdl: `type Book @key(fields: "id") { id: ID! reviews: [Review!]! } type Film @key(fields: "id") { id: ID! reviews: [Review!]! } type Review @key(fields: "id") { id: ID! body: String about: About } union About = Book | Film`,
          resolvers: {
            Book: { reviews: () => [{ id: 'r1', body: 'good', about: { __typename: 'Book', id: 'b' } }] },
            Film: { reviews: () => [{ id: 'r2', body: 'cold', about: { __typename: 'Film', id: 'f' } }] },
          },
        },
      },
    });
  });
  afterAll(() => graph.close());

  it('the graph adds fields of other subgraphs to the members of an interface', async () => {
    const result = await graph.query(
      '{ media { __typename id title ... on Book { pages reviews { body } } ... on Film { minutes reviews { body } } } }',
    );
    expect(result).toEqual({
      data: {
        media: [
          { __typename: 'Book', id: 'b', title: 'Bible', pages: 900, reviews: [{ body: 'good' }] },
          { __typename: 'Film', id: 'f', title: 'Fargo', minutes: 98, reviews: [{ body: 'cold' }] },
        ],
      },
    });
  });

  it('the graph adds fields of other subgraphs to the members of a union, and leaves null and value types alone', async () => {
    const result = await graph.query(
      '{ search { __typename ... on Book { pages } ... on Node { id } ... on Media { title } ... on Note { text } } }',
    );
    expect(result).toEqual({
      data: {
        search: [
          { __typename: 'Book', pages: 900, id: 'b', title: 'Bible' },
          { __typename: 'Film', id: 'f', title: 'Fargo' },
          { __typename: 'Note', text: 'n' },
          null,
        ],
      },
    });
  });

  it('the graph conditions on an interface of another subgraph', async () => {
    const result = await graph.query('{ media { id ... on Stocked { stock } } stocked { stock ... on Media { title } } }');
    expect(result).toEqual({
      data: {
        media: [
          { id: 'b', stock: 3 },
          { id: 'f', stock: 5 },
        ],
        stocked: [
          { stock: 5, title: 'Fargo' },
          { stock: 3, title: 'Bible' },
        ],
      },
    });
  });

  it('the graph goes through a union and back', async () => {
    const query = `{ first { ... on Film { reviews { about { __typename ... on Film { title minutes } ... on Book { title } } } } } }`;
    await expect(graph.query(query)).resolves.toEqual({
      data: { first: { reviews: [{ about: { __typename: 'Film', title: 'Fargo', minutes: 98 } }] } },
    });
  });

  it('the graph answers __typename alone, under an alias, and at the roots', async () => {
    await expect(
      graph.query('{ __typename t: __typename media { kind: __typename } node(id: "b") { __typename } none: node(id: "x") { id } }'),
    ).resolves.toEqual({
      data: { __typename: 'Query', t: 'Query', media: [{ kind: 'Book' }, { kind: 'Film' }], node: { __typename: 'Book' }, none: null },
    });
  });

  it('the graph recurses through lists of interfaces', async () => {
    const result = await graph.query(
      '{ node(id: "b") { ... on Book { similar { id ... on Book { similar { title ... on Film { minutes } } } ... on Film { minutes } } } } }',
    );
    expect(result).toEqual({
      data: {
        node: {
          similar: [
            { id: 'b', similar: [{ title: 'Bible' }, { title: 'Fargo', minutes: 98 }] },
            { id: 'f', minutes: 98 },
          ],
        },
      },
    });
  });
});

describe('@interfaceObject', () => {
  let graph: TestGateway;
  beforeAll(async () => {
    graph = await gateway({
      remote: {
        users: {
          sdl: `type Query { users: [Titled!]! account: Account guests: [Titled] } interface Titled @key(fields: "id") { id: ID! name: String }
            type User implements Titled @key(fields: "id") { id: ID! name: String age: Int }
            interface Account @key(fields: "id") { id: ID! } type Admin implements Account @key(fields: "id") { id: ID! isMain: Boolean! isActive: Boolean! @shareable } type Regular implements Account @key(fields: "id") { id: ID! isMain: Boolean! }`,
          resolvers: {
            Query: {
              users: () => [
                { __typename: 'User', id: 'u1' },
                { __typename: 'User', id: 'u2' },
              ],
              guests: () => [{ __typename: 'User', id: 'u1' }],
              account: () => ({ __typename: 'Admin', id: 'a1' }),
            },
            Titled: { __resolveReference: ({ id }: Ref) => ({ __typename: 'User', id, name: `n-${String(id)}`, age: 11 }) },
            User: {
              __resolveReference: ({ id }: Ref) => ({ id, name: `n-${String(id)}`, age: 11 }),
              name: ({ id }: Ref) => `n-${String(id)}`,
              age: () => 11,
            },
            Account: {
              __resolveReference: ({ id }: Ref) =>
                String(id).startsWith('a') ? { __typename: 'Admin', id } : { __typename: 'Regular', id },
            },
            Admin: { isMain: () => true, isActive: () => true },
            Regular: { isMain: () => false },
          },
        },
        extra: {
          sdl: `type Query { named: [Titled!]! accounts: [Account] } type Titled @key(fields: "id") @interfaceObject { id: ID! name: String @external username: String nick: String @requires(fields: "name") }
            type Account @key(fields: "id") @interfaceObject { id: ID! credit: Int }`,
          resolvers: {
            Query: { named: () => [{ id: 'u1' }], accounts: () => [{ id: 'a1' }, { id: 'r1' }] },
            Titled: { username: ({ id }: Ref) => `${String(id)}-user`, nick: ({ name }: Ref) => `~${String(name)}` },
            Account: { credit: ({ id }: Ref) => String(id).length },
          },
        },
      },
    });
  });
  afterAll(() => graph.close());

  it('@interfaceObject adds a field to every implementation', async () => {
    await expect(graph.query('{ users { id username ... on User { age } } }')).resolves.toEqual({
      data: {
        users: [
          { id: 'u1', username: 'u1-user', age: 11 },
          { id: 'u2', username: 'u2-user', age: 11 },
        ],
      },
    });
  });

  it('@interfaceObject requires fields of the interface', async () => {
    await expect(graph.query('{ users { nick } guests { ... on User { nick name } } }')).resolves.toEqual({
      data: { users: [{ nick: '~n-u1' }, { nick: '~n-u2' }], guests: [{ nick: '~n-u1', name: 'n-u1' }] },
    });
  });

  it('@interfaceObject requires fields of the interface for what it returns itself', async () => {
    await expect(graph.query('{ named { nick name id } }')).resolves.toEqual({
      data: { named: [{ nick: '~n-u1', name: 'n-u1', id: 'u1' }] },
    });
  });

  it('@interfaceObject finds the concrete type of what it returns itself', async () => {
    await expect(
      graph.query(
        '{ named { __typename id name username ... on User { age } } accounts { __typename id credit ... on Admin { isMain isActive } ... on Regular { isMain } } }',
      ),
    ).resolves.toEqual({
      data: {
        named: [{ __typename: 'User', id: 'u1', name: 'n-u1', username: 'u1-user', age: 11 }],
        accounts: [
          { __typename: 'Admin', id: 'a1', credit: 2, isMain: true, isActive: true },
          { __typename: 'Regular', id: 'r1', credit: 2, isMain: false },
        ],
      },
    });
  });

  it('@interfaceObject answers without asking for the concrete type where nobody wants it', async () => {
    await expect(graph.query('{ named { username } account { credit } }')).resolves.toEqual({
      data: { named: [{ username: 'u1-user' }], account: { credit: 2 } },
    });
  });
});

describe('@interfaceObject of two subgraphs', () => {
  let graph: TestGateway;
  beforeAll(async () => {
    graph = await gateway({
      remote: {
        shop: {
          sdl: `type Query { items: [Item!]! toy: Toy things: [Thing!]! } union Thing = Toy | Leaflet type Leaflet { text: String }
            interface Item @key(fields: "id") { id: ID! } type Toy implements Item @key(fields: "id") { id: ID! }
            type Car implements Item @key(fields: "id") @key(fields: "plate") { id: ID! plate: String! }`,
          resolvers: {
            Query: {
              items: () => [
                { __typename: 'Toy', id: 't1' },
                { __typename: 'Car', id: 'c1', plate: 'B 1' },
              ],
              toy: () => ({ id: 't2' }),
              things: () => [
                { __typename: 'Leaflet', text: 'read me' },
                { __typename: 'Toy', id: 't3' },
              ],
            },
            Item: { __resolveReference: ({ id }: Ref) => ({ __typename: String(id).startsWith('t') ? 'Toy' : 'Car', id, plate: 'B 1' }) },
            Toy: { __resolveReference: ({ id }: Ref) => ({ id }) },
            Car: { __resolveReference: ({ id }: Ref) => ({ id, plate: 'B 1' }) },
          },
        },
        words: {
          sdl: 'type Item @key(fields: "id") @interfaceObject { id: ID! tagline(in: String): String fails: String }',
          resolvers: {
            Item: {
              __resolveReference: ({ id }: Ref) => ({ id }),
              tagline: ({ id }: Ref, args: { in?: string }) => `${String(id)} ${args.in ?? ''}`.trim(),
              fails: ({ id }: Ref) => {
                throw new Error(`No words for ${String(id)}.`);
              },
            },
          },
        },
        ranks: {
          sdl: `type Item @key(fields: "id") @interfaceObject { id: ID! rank: Int tagline(in: String): String @external headline: String @requires(fields: "tagline(in: \\"en\\")") }`,
          resolvers: {
            Item: {
              __resolveReference: (item: Ref) => item,
              rank: ({ id }: Ref) => String(id).length,
              headline: ({ tagline }: Ref) => `Headline of ${String(tagline)}`,
            },
          },
        },
      },
    });
  });
  afterAll(() => graph.close());

  it('@interfaceObject of two subgraphs adds fields of both to each type behind the interface, wherever it is selected', async () => {
    await expect(
      graph.query(
        '{ items { __typename tagline rank ... on Car { plate rank } } toy { rank tagline } things { ... on Toy { tagline } ... on Leaflet { text } } }',
      ),
    ).resolves.toEqual({
      data: {
        items: [
          { __typename: 'Toy', tagline: 't1', rank: 2 },
          { __typename: 'Car', tagline: 'c1', rank: 2, plate: 'B 1' },
        ],
        toy: { rank: 2, tagline: 't2' },
        things: [{ text: 'read me' }, { tagline: 't3' }],
      },
    });
  });

  it('@interfaceObject of two subgraphs answers for each type with the arguments that the client gave for it', async () => {
    await expect(
      graph.query('{ items { ... on Toy { says: tagline(in: "en") } ... on Car { says: tagline(in: "de") } } }'),
    ).resolves.toEqual({
      data: { items: [{ says: 't1 en' }, { says: 'c1 de' }] },
    });
  });

  it('@interfaceObject of two subgraphs requires what the other adds', async () => {
    await expect(graph.query('{ toy { headline } items { headline } }')).resolves.toEqual({
      data: { toy: { headline: 'Headline of t2 en' }, items: [{ headline: 'Headline of t1 en' }, { headline: 'Headline of c1 en' }] },
    });
  });

  it('@interfaceObject of two subgraphs fails at the field of the type that failed', async () => {
    await expect(graph.query('{ toy { id fails } }')).resolves.toMatchObject({
      data: { toy: { id: 't2', fails: null } },
      errors: [{ path: ['toy', 'fails'], message: expect.stringContaining('No words for t2.') }],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { gateway, type TestSubgraph } from '../gateway.ts';

type Ref = Record<string, unknown>;
const answers = async (
  remote: Readonly<Record<string, TestSubgraph>>,
  cases: readonly (readonly [query: string, data: unknown])[],
): Promise<void> => {
  const graph = await gateway({ remote });
  for (const [query, data] of cases) expect(await graph.query(query), query).toEqual({ data });
  await graph.close();
};

it('the graph takes Federation 1 extensions beside Federation 2', async () => {
  await answers(
    {
      one: {
        version1: true,
        sdl: 'extend type Query { random: User given: User @provides(fields: "name") } extend type User @key(fields: "id") { id: ID! @external name: String! @external rid: ID }',
        resolvers: {
          Query: { random: () => ({ id: 'u1' }), given: () => ({ id: 'u1', name: 'given' }) },
          User: { rid: ({ id }: Ref) => `rid-${String(id)}` },
        },
      },
      two: {
        version1: true,
        sdl: 'type Query { user: User } type User @key(fields: "id") { id: ID! name: String! nick: String }',
        resolvers: {
          Query: { user: () => ({ id: 'u1', name: 'Ada', nick: 'a' }) },
          User: { __resolveReference: ({ id }: Ref) => ({ id, name: 'Ada', nick: 'a' }) },
        },
      },
    },
    [
      ['{ random { id name rid nick } }', { random: { id: 'u1', name: 'Ada', rid: 'rid-u1', nick: 'a' } }],
      ['{ given { id name } }', { given: { id: 'u1', name: 'given' } }],
      ['{ user { rid } }', { user: { rid: 'rid-u1' } }],
    ],
  );
});

it('@provides works through unions and interfaces', async () => {
  const animals = [
    { __typename: 'Dog', id: 'd', name: 'Fido' },
    { __typename: 'Cat', id: 'c' },
  ];
  await answers(
    {
      a: {
        sdl: `type Query { media: [Media] @shareable @provides(fields: "... on Book { title }") zoo: Zoo @provides(fields: "animals { ... on Dog { name } }") } union Media = Book | Movie
          type Book @key(fields: "id") { id: ID! title: String @external } type Movie @key(fields: "id") { id: ID! }
          type Zoo @key(fields: "id") { id: ID! animals: [Animal] @external } interface Animal { id: ID! } type Dog implements Animal @key(fields: "id") { id: ID! name: String @external } type Cat implements Animal @key(fields: "id") { id: ID! }`,
        resolvers: {
          Query: {
            media: () => [
              { __typename: 'Book', id: 'b', title: 'Title' },
              { __typename: 'Movie', id: 'm' },
            ],
            zoo: () => ({ id: 'z', animals }),
          },
        },
      },
      b: {
        sdl: `type Query { media: [Media] @shareable } union Media = Book | Movie type Book @key(fields: "id") { id: ID! title: String @shareable } type Movie @key(fields: "id") { id: ID! title: String @shareable }
          type Zoo @key(fields: "id") { id: ID! animals: [Animal] @shareable } interface Animal { id: ID! name: String } type Dog implements Animal @key(fields: "id") { id: ID! name: String @shareable age: Int } type Cat implements Animal @key(fields: "id") { id: ID! name: String @shareable age: Int }`,
        resolvers: {
          Query: {
            media: () => [
              { __typename: 'Book', id: 'b', title: 'Title' },
              { __typename: 'Movie', id: 'm', title: 'Film' },
            ],
          },
          Movie: { __resolveReference: ({ id }: Ref) => ({ id, title: 'Film' }) },
          Zoo: { animals: () => animals },
          Dog: { age: () => 3, name: () => 'Fido' },
          Cat: { age: () => 9, name: () => 'Tom' },
        },
      },
    },
    [
      ['{ media { ... on Book { id title } ... on Movie { id } } }', { media: [{ id: 'b', title: 'Title' }, { id: 'm' }] }],
      ['{ media { ... on Book { title } ... on Movie { title } } }', { media: [{ title: 'Title' }, { title: 'Film' }] }],
      [
        '{ zoo { animals { id name } } }',
        {
          zoo: {
            animals: [
              { id: 'd', name: 'Fido' },
              { id: 'c', name: 'Tom' },
            ],
          },
        },
      ],
      [
        '{ zoo { animals { id ... on Dog { age } ... on Cat { age name } } } }',
        {
          zoo: {
            animals: [
              { id: 'd', age: 3 },
              { id: 'c', age: 9, name: 'Tom' },
            ],
          },
        },
      ],
    ],
  );
});

it('the graph keeps to the members of a union that every subgraph of a field knows', async () => {
  const part = (own: string): TestSubgraph => ({
    sdl: `type Query { media: Media @shareable viewer: Viewer @shareable ${own.toLowerCase()}s: [${own}] } union Media = Book | ${own} type Book @shareable { title: String! } type ${own} { title: String! of${own}: Int } type Viewer { media: Media @shareable name${own}: String }`,
    resolvers: {
      Query: {
        media: () => ({ __typename: 'Book', title: 'B' }),
        viewer: () => ({ media: { __typename: 'Book', title: 'B' }, [`name${own}`]: own }),
        [`${own.toLowerCase()}s`]: () => [{ title: own, [`of${own}`]: 1 }],
      },
    },
  });
  await answers({ a: part('Song'), b: part('Film') }, [
    [
      '{ media { __typename ... on Book { title } ... on Song { title } ... on Film { title ofFilm } } }',
      { media: { __typename: 'Book', title: 'B' } },
    ],
    [
      '{ viewer { media { ... on Book { title } } nameSong nameFilm } songs { title } films { ofFilm } }',
      { viewer: { media: { title: 'B' }, nameSong: 'Song', nameFilm: 'Film' }, songs: [{ title: 'Song' }], films: [{ ofFilm: 1 }] },
    ],
  ]);
});

it('the graph completes a value of a shared interface from the subgraphs that know its type', async () => {
  await answers(
    {
      a: {
        sdl: 'type Query { node(id: ID!): Node @shareable member: Member } interface Node { id: ID! } type Member implements Node @key(fields: "id") { id: ID! handle: String! } type Thread implements Node @key(fields: "id") { id: ID! member: Member! }',
        resolvers: {
          Query: {
            node: (_: unknown, { id }: Ref) => ({ __typename: String(id).startsWith('m') ? 'Member' : 'Thread', id }),
            member: () => ({ id: 'm1' }),
          },
          Member: { handle: ({ id }: Ref) => `user ${String(id)}` },
          Thread: { member: () => ({ id: 'm1' }) },
        },
      },
      b: {
        sdl: 'type Query { node(id: ID!): Node @shareable } interface Node { id: ID! } type Member implements Node @key(fields: "id") { id: ID! threads: [Thread!]! } type Thread implements Node @key(fields: "id") { id: ID! text: String! }',
        resolvers: {
          Query: { node: (_: unknown, { id }: Ref) => ({ __typename: String(id).startsWith('m') ? 'Member' : 'Thread', id }) },
          Member: { threads: () => [{ id: 't1' }] },
          Thread: { text: ({ id }: Ref) => `text ${String(id)}` },
        },
      },
    },
    [
      [
        '{ member { id handle threads { id text member { handle } } } }',
        { member: { id: 'm1', handle: 'user m1', threads: [{ id: 't1', text: 'text t1', member: { handle: 'user m1' } }] } },
      ],
      ['{ node(id: "m1") { id __typename } }', { node: { id: 'm1', __typename: 'Member' } }],
      [
        '{ node(id: "t1") { ... on Thread { text member { id } } ... on Member { handle } } }',
        { node: { text: 'text t1', member: { id: 'm1' } } },
      ],
    ],
  );
});

it('the graph finds the parts of a value type by its parent’s keys', async () => {
  await answers(
    {
      a: {
        sdl: 'type Query { products: [Product] } type Product @key(fields: "id pid") { id: ID! pid: ID! }',
        resolvers: {
          Query: {
            products: () => [
              { id: '1', pid: 'p1' },
              { id: '2', pid: 'p2' },
            ],
          },
        },
      },
      b: {
        sdl: 'type Product @key(fields: "id pid") { id: ID! pid: ID! category: Category @shareable } type Category { details: String @shareable }',
        resolvers: { Product: { category: ({ pid }: Ref) => ({ details: `of ${String(pid)}` }) } },
      },
      c: {
        sdl: 'type Product @key(fields: "id") { id: ID! category: Category @shareable name: String } type Category { size: Int }',
        resolvers: { Product: { category: ({ id }: Ref) => ({ size: Number(id) }), name: ({ id }: Ref) => `name ${String(id)}` } },
      },
    },
    [
      [
        '{ products { id category { details size } name } }',
        {
          products: [
            { id: '1', category: { details: 'of p1', size: 1 }, name: 'name 1' },
            { id: '2', category: { details: 'of p2', size: 2 }, name: 'name 2' },
          ],
        },
      ],
      ['{ products { category { details } } }', { products: [{ category: { details: 'of p1' } }, { category: { details: 'of p2' } }] }],
    ],
  );
});

it('the graph follows a field that is taken over to where it is required', async () => {
  await answers(
    {
      a: {
        sdl: 'type Query { a: User } type User @key(fields: "id") { id: ID! name: String! @external shout: String @requires(fields: "name") }',
        resolvers: { Query: { a: () => ({ id: 'u' }) }, User: { shout: ({ name }: Ref) => `${String(name)}!` } },
      },
      b: {
        sdl: 'type Query { b: User } type User @key(fields: "id") { id: ID! name: String! }',
        resolvers: { Query: { b: () => ({ id: 'u' }) }, User: { name: () => 'old' } },
      },
      c: {
        sdl: 'type Query { c: User } type User @key(fields: "id") { id: ID! name: String! @override(from: "b") }',
        resolvers: { Query: { c: () => ({ id: 'u' }) }, User: { name: () => 'new' } },
      },
    },
    [
      [
        '{ a { shout name } b { id name shout } c { name shout } }',
        { a: { shout: 'new!', name: 'new' }, b: { id: 'u', name: 'new', shout: 'new!' }, c: { name: 'new', shout: 'new!' } },
      ],
    ],
  );
});

describe('a directive of queries', () => {
  const part = (name: string, fallback: string): TestSubgraph => ({
    version1: true,
    sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.1", import: ["@composeDirective"]) @link(url: "https://example.com/units/v1.0", import: ["@units"]) @composeDirective(name: "@units")
      directive @units(system: System!${fallback}) on FIELD enum System { METRIC IMPERIAL } type Query { ${name}: String }`,
    resolvers: { Query: { [name]: () => name } },
  });
  const cases = [
    ['{ height @units width @units }', { height: 'height', width: 'width' }],
    ['{ height @units(system: IMPERIAL) width }', { height: 'height', width: 'width' }],
  ] as const;

  it('a directive of queries is sent with the arguments that clients may leave out', async () => {
    await answers({ height: part('height', ''), width: part('width', ' = METRIC') }, cases);
  });

  it('a directive of queries reaches the subgraphs at each field that has it, with the values of variables', async () => {
    const graph = await gateway({ remote: { height: part('height', ''), width: part('width', ' = METRIC') } });
    const query = 'query ($of: System = IMPERIAL) { height @units(system: $of) again: height @units width @units(system: IMPERIAL) }';
    const asked = async (name: string, text: string) => {
      graph.subgraphs[name]?.asked.splice(0);
      expect(await graph.queryOnce(text, {})).toMatchObject({ data: { height: 'height' } });
      return JSON.stringify(graph.subgraphs[name]?.asked);
    };
    const [height, width] = [await asked('height', query), await asked('width', query)];
    expect(height).toMatch(/@units\(system: (IMPERIAL|\$\w+)\)/);
    expect(height.includes('@units(system: $') ? height.includes('"IMPERIAL"') : true).toBe(true);
    expect(height).toContain('@units(system: METRIC)');
    expect(width).toContain('@units(system: IMPERIAL)');
    await graph.close();
  });

  it('a directive of queries needs not be known to a subgraph of this process', async () => {
    const local = { ai: { sdl: 'type Query { hint: String }', resolvers: { Query: { hint: () => 'h' } } } };
    const graph = await gateway({ remote: { height: part('height', ''), width: part('width', ' = METRIC') }, local });
    for (const [query, data] of cases) expect(await graph.query(query)).toEqual({ data });
    expect(await graph.query('{ hint @units width @units(system: METRIC) }')).toEqual({ data: { hint: 'h', width: 'width' } });
    await graph.close();
  });
});

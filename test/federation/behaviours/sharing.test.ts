import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway, type TestGateway } from '../gateway.ts';

type Ref = Record<string, unknown>;
const never = (): never => {
  throw new Error('This subgraph must not be asked.');
};

/** What was asked for, without what the subgraph itself is to leave out by a variable. */
const certain = (asked: string): string => asked.replaceAll(/(\.\.\.\s?on \w+|\w+) @(include|skip)\(if: ?\$yes\)(\s?\{[^}]*\})?/g, '');

describe('@shareable, @provides, @override and @inaccessible', () => {
  let graph: TestGateway;
  beforeAll(async () => {
    graph = await gateway({
      remote: {
        users: {
          sdl: `type Query { me: User shared: Shared } type Shared @shareable { a: String b: String }
            type User @key(fields: "id") { id: ID! name: String @shareable age: Int legacy: String secret: String @inaccessible mail: String @shareable }`,
          resolvers: {
            Query: { me: () => ({ id: 'u' }), shared: () => ({ a: 'a', b: 'b' }) },
            User: { name: () => 'Ada', age: () => 36, legacy: never, secret: () => 's', mail: ({ id }: Ref) => `${String(id)}@x` },
          },
        },
        posts: {
          sdl: `type Query { posts: [Post!]! } type Shared @shareable { a: String b: String }
            type Post { title: String author: User @provides(fields: "name mail") reader: User }
            type User @key(fields: "id") { id: ID! name: String @external mail: String @external legacy: String @override(from: "users") posts: [Post] }`,
          resolvers: {
            Query: { posts: () => [{ title: 'T', author: { id: 'u', name: 'Provided', mail: 'provided@x' }, reader: { id: 'r' } }] },
            User: {
              legacy: () => 'new',
              posts: () => [{ title: 'P', author: { id: 'u', name: 'P', mail: 'p@x' } }],
            },
          },
        },
        secrets: {
          sdl: `type User @key(fields: "id") { id: ID! secret: String @external hidden: String @requires(fields: "secret") }`,
          resolvers: { User: { hidden: ({ secret }: Ref) => `got ${String(secret)}` } },
        },
      },
    });
  });
  afterAll(() => graph.close());

  it('the graph takes provided fields where they are provided, and asks elsewhere', async () => {
    graph.subgraphs['users']?.asked.splice(0);
    await expect(graph.query('{ posts { author { name mail } } }')).resolves.toEqual({
      data: { posts: [{ author: { name: 'Provided', mail: 'provided@x' } }] },
    });
    expect(graph.subgraphs['users']?.asked).toEqual([]);
    await expect(graph.query('{ posts { author { age name } reader { name } } }')).resolves.toEqual({
      data: { posts: [{ author: { age: 36, name: 'Provided' }, reader: { name: 'Ada' } }] },
    });
  });

  it('the graph does not ask for provided fields that are skipped', async () => {
    const posts = graph.subgraphs['posts'];
    for (const query of [
      '{ posts { author { name ... on User @skip(if: true) { mail } } } }',
      'query($yes: Boolean = false) { posts { author { name ...M @include(if: $yes) } } } fragment M on User { mail }',
      'query($yes: Boolean = true) { posts { author { name ... { mail @skip(if: $yes) } } } }',
      'query($yes: Boolean = true) { posts { author { name ... @skip(if: $yes) { mail } } title @skip(if: $yes) } }',
    ]) {
      posts?.asked.splice(0);
      await expect(graph.query(query), query).resolves.toEqual({ data: { posts: [{ author: { name: 'Provided' } }] } });
      expect(certain(JSON.stringify(posts?.asked)), query).not.toMatch(/mail|title/);
    }
    await expect(
      graph.query('query($yes: Boolean = true) { posts { author { ...M @include(if: $yes) } } } fragment M on User { mail }'),
    ).resolves.toEqual({ data: { posts: [{ author: { mail: 'provided@x' } }] } });
    await expect(graph.query('{ posts { author { name @skip(if: true) } } }')).resolves.toEqual({ data: { posts: [{ author: {} }] } });
  });

  it('the graph does not ask for what is skipped beside a field that has the name of another', async () => {
    const posts = graph.subgraphs['posts'];
    for (const query of [
      '{ posts { author { id: name ... on User @skip(if: true) { mail } } } }',
      'query($yes: Boolean = false) { posts { author { ...M @include(if: $yes) ...N } } } fragment M on User { mail } fragment N on User { id: name }',
      'query($yes: Boolean = true) { posts { title @skip(if: $yes) author { id: name mail @skip(if: $yes) } } }',
    ]) {
      posts?.asked.splice(0);
      await expect(graph.query(query), query).resolves.toEqual({ data: { posts: [{ author: { id: 'Provided' } }] } });
      expect(certain(JSON.stringify(posts?.asked)), query).not.toMatch(/mail|title/);
    }
  });

  it('the graph asks the subgraph that took a field over', async () => {
    await expect(graph.query('{ me { legacy name } }')).resolves.toEqual({ data: { me: { legacy: 'new', name: 'Ada' } } });
  });

  it('the graph hides what is inaccessible from clients and gives it to subgraphs', async () => {
    await expect(graph.query('{ me { hidden } }')).resolves.toEqual({ data: { me: { hidden: 'got s' } } });
    await expect(graph.query('{ me { secret } }')).resolves.toMatchObject({ errors: [{ message: expect.stringContaining('secret') }] });
    const schema = await graph.query(
      '{ __type(name: "User") { fields { name } } __schema { types { name } directives { name } queryType { fields { name } } } }',
    );
    const text = JSON.stringify(schema.data);
    expect(text).not.toMatch(/"secret"|join__|link__|_Entity|_Any|_Service|_entities|_service|"tag"|"inaccessible"|"authenticated"/);
    expect(text).toMatch(/"hidden"/);
  });

  it('the graph answers a shareable value type from either', async () => {
    await expect(graph.query('{ shared { a b } }')).resolves.toEqual({ data: { shared: { a: 'a', b: 'b' } } });
  });
});

describe('a root field shared by subgraphs', () => {
  it('a root field shared by subgraphs is put together from all of them', async () => {
    const part = (field: string, type: string): { sdl: string; resolvers: Ref } => ({
      sdl: `type Query { product: Product @shareable products: [Product] @shareable } type Product { id: ID! @shareable ${field}: ${type} } type ${type} { id: ID! @shareable brand_${field}: String }`,
      resolvers: {
        Query: {
          product: () => ({ id: '1', [field]: { id: '1', [`brand_${field}`]: field } }),
          products: () => [{ id: '1', [field]: { id: '1', [`brand_${field}`]: field } }],
        },
      },
    });
    const graph = await gateway({
      remote: { names: part('name', 'Name'), prices: part('price', 'Price'), categories: part('category', 'Category') },
    });
    const product = {
      id: '1',
      name: { id: '1', brand_name: 'name' },
      price: { brand_price: 'price' },
      category: { brand_category: 'category' },
    };
    await expect(
      graph.query('{ product { id name { id brand_name } price { brand_price } category { brand_category } } }'),
    ).resolves.toEqual({ data: { product } });
    await expect(
      graph.query('{ products { id name { id brand_name } price { brand_price } category { brand_category } } }'),
    ).resolves.toEqual({ data: { products: [product] } });
    await graph.close();
  });
});

describe('a shared field that is narrower in one subgraph', () => {
  it('a shared field that is narrower in one subgraph has the type of the widest, at the root and below', async () => {
    const map = { __typename: 'Map', id: 'm', scale: 25, ink: 'blue' };
    const find = {
      resolvers: { Query: { top: () => map, desk: () => ({ top: map, under: map }) }, Map: { __resolveReference: () => map } },
    };
    const graph = await gateway({
      remote: {
        maps: {
          sdl: `type Query { top: Map @shareable desk: Desk @shareable } type Desk @shareable { top: Map under: Map } type Map implements Paper @key(fields: "id") { id: ID! scale: Int } interface Paper { id: ID! }`,
          ...find,
        },
        drawer: {
          sdl: `type Query { top: Thing @shareable desk: Desk @shareable } type Desk @shareable { top: Thing under: Paper } union Thing = Map | Pen interface Paper { id: ID! }
            type Map implements Paper @key(fields: "id") { id: ID! ink: String } type Pen { colour: String } type Note implements Paper { id: ID! text: String }`,
          ...find,
        },
      },
    });
    const things = '{ ... on Pen { colour } ... on Map { scale ink } }';
    await expect(
      graph.query(`{ top ${things} desk { top ${things} under { id ... on Map { ink scale } ... on Note { text } } } }`),
    ).resolves.toEqual({
      data: { top: { scale: 25, ink: 'blue' }, desk: { top: { scale: 25, ink: 'blue' }, under: { id: 'm', ink: 'blue', scale: 25 } } },
    });
    await graph.close();
  });
});

describe('enums and inputs of several subgraphs', () => {
  it('a type of several subgraphs offers the values and fields that all of them know', async () => {
    const graph = await gateway({
      remote: {
        a: {
          sdl: `type Query { a(kind: Kind, filter: Filter): String kinds: [Level] } enum Kind { ONE TWO THREE } input Filter { first: Int only: Boolean } enum Level { LOW HIGH }`,
          resolvers: {
            Query: { a: (_: unknown, { kind, filter }: Ref) => JSON.stringify({ kind, filter }), kinds: () => ['LOW', 'HIGH'] },
          },
        },
        b: {
          sdl: `type Query { b(kind: Kind, filter: Filter): String level: Level } enum Kind { ONE TWO } input Filter { first: Int } enum Level { LOW MIDDLE }`,
          resolvers: { Query: { b: (_: unknown, args: Ref) => JSON.stringify(args), level: () => 'MIDDLE' } },
        },
      },
    });
    await expect(
      graph.query('query($k: Kind, $f: Filter) { a(kind: $k, filter: $f) b(kind: TWO, filter: { first: 1 }) kinds level }', {
        k: 'ONE',
        f: { first: 2 },
      }),
    ).resolves.toEqual({
      data: { a: '{"kind":"ONE","filter":{"first":2}}', b: '{"kind":"TWO","filter":{"first":1}}', kinds: ['LOW', 'HIGH'], level: 'MIDDLE' },
    });
    await expect(graph.query('{ a(kind: THREE) }')).resolves.toMatchObject({ errors: [{ message: expect.stringContaining('THREE') }] });
    await expect(graph.query('{ a(filter: { only: true }) }')).resolves.toMatchObject({
      errors: [{ message: expect.stringContaining('only') }],
    });
    await graph.close();
  });
});

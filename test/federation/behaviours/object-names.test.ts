import { describe, expect, it } from 'vitest';
import { composition } from '../../../src/federation/compose/composition.ts';
import { supergraphSchema } from '../../../src/federation/supergraph.ts';
import { gateway } from '../gateway.ts';
import { federation2 } from '../subgraph-server.ts';

const names = Object.getOwnPropertyNames(Object.prototype).filter((name) => !name.startsWith('__'));

const schemaOf = (sdl: string): unknown => {
  const composed = composition([{ name: 'a', url: 'http://127.0.0.1:1/graphql', sdl: federation2 + sdl }]);
  if (!composed.ok) throw new Error(composed.problems.map(({ message, remedy }) => `${message} ${remedy}`).join('\n'));
  return supergraphSchema({ supergraphSdl: composed.supergraphSdl });
};

describe('a name that every JavaScript object has', () => {
  it('a name that every JavaScript object has is known in all its forms', () =>
    expect(names).toEqual(expect.arrayContaining(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])));

  it.each(names)('"%s" as the field, the argument and the key of an entity over two subgraphs works by plan', async (name) => {
    const graph = await gateway({
      onPlannerAlone: true,
      remote: {
        a: {
          sdl: `type Query { p: Product all: [Product!]! } type Product @key(fields: "${name}") { ${name}: ID! title: String }`,
          resolvers: {
            Query: { p: () => ({ [name]: '1', title: 'one' }), all: () => ['1', '2'].map((id) => ({ [name]: id, title: `t${id}` })) },
          },
        },
        b: {
          sdl: `type Product @key(fields: "${name}") { ${name}: ID! price(${name}: Int): Int parts: [Part!]! } type Part @key(fields: "id") { id: ID! }`,
          resolvers: {
            Product: {
              __resolveReference: (reference: Record<string, string>) => ({ [name]: reference[name] }),
              price: (product: Record<string, string>, args: Record<string, number>) =>
                Number(product[name]) * 10 + (Object.hasOwn(args, name) ? Number(args[name]) : 0),
              parts: (product: Record<string, string>) => [{ id: `part of ${product[name]}` }],
            },
          },
        },
        c: {
          sdl: `type Part @key(fields: "id") { id: ID! ${name}: Named! } type Named { ${name}: String }`,
          resolvers: {
            Part: {
              __resolveReference: ({ id }: { id: string }) => ({ id }),
              [name]: ({ id }: { id: string }) => ({ [name]: `of ${id}` }),
            },
          },
        },
      },
    });
    try {
      const query = `{ ${name}: p { ${name} price(${name}: 3) parts { ${name} { ${name} __typename } } } all { ${name}: price of: title } }`;
      expect(await graph.query(query)).toEqual({
        data: {
          [name]: { [name]: '1', price: 13, parts: [{ [name]: { [name]: 'of part of 1', __typename: 'Named' } }] },
          all: [
            { [name]: 10, of: 't1' },
            { [name]: 20, of: 't2' },
          ],
        },
      });
    } finally {
      await graph.close();
    }
  });

  it.each(names)('"%s" as a type is refused by its name, since the composer cannot bear it', (name) => {
    expect(() => schemaOf(`type Query { p: ${name} } type ${name} @key(fields: "id") { id: ID! }`)).toThrow(
      new RegExp(`: ${name}\\. Another`),
    );
  });

  it.each(names)('"%s" as the field of an entity is refused by its coordinate where operations are stitched', (name) => {
    expect(() => schemaOf(`type Query { p: Product } type Product @key(fields: "id") { id: ID! ${name}: String }`)).toThrow(
      new RegExp(`Without the query planner.*Product\\.${name}.*Another name would be accepted`),
    );
  });

  it.each(names)(
    '"%s" as a root field, a field of a value, an argument, an input field, an enum value and an alias works',
    async (name) => {
      const graph = await gateway({
        remote: {
          a: {
            sdl: `type Query { ${name}: V echo(${name}: I): E } type V @shareable { ${name}: String } input I { ${name}: E } enum E { ${name} }`,
            resolvers: {
              Query: { [name]: () => ({}), echo: (_: unknown, given: Record<string, object>) => Object.values(given[name] ?? {})[0] },
              V: { [name]: () => 'x' },
            },
          },
          b: {
            sdl: `type Query { w: V } type V @shareable { ${name}: String }`,
            resolvers: { Query: { w: () => ({}) }, V: { [name]: () => 'y' } },
          },
        },
      });
      try {
        const query = `{ ${name} { ${name} } w { ${name} } echo(${name}: { ${name}: ${name} }) other: ${name} { ${name}: __typename } }`;
        expect(await graph.query(query)).toEqual({
          data: { [name]: { [name]: 'x' }, w: { [name]: 'y' }, echo: name, other: { [name]: 'V' } },
        });
      } finally {
        await graph.close();
      }
    },
  );
});

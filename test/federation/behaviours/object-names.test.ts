import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
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

  it.each(names)('"%s" as the field of an entity is refused by its coordinate', (name) => {
    expect(() => schemaOf(`type Query { p: Product } type Product @key(fields: "id") { id: ID! ${name}: String }`)).toThrow(
      new RegExp(`Product\\.${name}.*Another name would be accepted`),
    );
  });

  it.each(names)('"%s" as the field of an entity in a supergraph file of another composer is refused by its coordinate', (name) => {
    const composed = composeServices([
      {
        name: 'a',
        url: 'http://127.0.0.1:1/graphql',
        typeDefs: parse(`${federation2} type Query { p: Product } type Product @key(fields: "id") { id: ID! ${name}: String }`),
      },
    ]);
    expect(() => supergraphSchema({ supergraphSdl: composed.supergraphSdl ?? '' })).toThrow(
      new RegExp(`Product\\.${name}.*Another name would be accepted`),
    );
  });

  it.each(names)('"%s" as an entity is refused by its name', (name) => {
    expect(() => schemaOf(`type Query { p: ${name} } type ${name} @key(fields: "id") { id: ID! }`)).toThrow(
      new RegExp(`: ${name}\\. Another`),
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

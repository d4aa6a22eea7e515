/** One response key that a client gives to two fields, each of another type: the engines ask for both, and give each object its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway, type TestGateway } from '../gateway.ts';

interface Ref {
  readonly id: string;
}

describe('one response key for two fields of two types', () => {
  let graph: TestGateway;
  beforeAll(async () => {
    graph = await gateway({
      remote: {
        shop: {
          sdl: `type Query { things: [Thing!]! } union Thing = Toy | Car
            type Toy { id: ID! owner: Owner maker: Owner } type Car { id: ID! owner: Owner maker: Owner }
            type Owner @key(fields: "id") { id: ID! }`,
          resolvers: {
            Query: {
              things: () => [
                { __typename: 'Toy', id: 't', owner: { id: '1' }, maker: { id: '3' } },
                { __typename: 'Car', id: 'c', owner: { id: '2' }, maker: { id: '4' } },
              ],
            },
          },
        },
        people: {
          sdl: `type Owner @key(fields: "id") { id: ID! name(in: String, as: As): String nick: String friend(no: Int): Owner } input As { big: Boolean kind: String }`,
          resolvers: {
            Owner: {
              __resolveReference: ({ id }: Ref) => ({ id }),
              name: ({ id }: Ref, args: object) => `${id} ${JSON.stringify(args)}`,
              nick: ({ id }: Ref) => `nick ${id}`,
              friend: ({ id }: Ref, { no }: { no?: number }) => ({ id: `${id}${no ?? 0}` }),
            },
          },
        },
      },
    });
  });
  afterAll(() => graph.close());

  it.each([
    ['two fields', '{ says: nick }', '{ says: name }', 'nick 1', '2 {}'],
    ['one field with other arguments', '{ says: name(in: "en") }', '{ says: name(in: "de") }', '1 {"in":"en"}', '2 {"in":"de"}'],
    ['one field with and without arguments', '{ says: name }', '{ says: name(in: "de") }', '1 {}', '2 {"in":"de"}'],
  ])('one response key for two fields of two types stands for %s', async (_, ofToy, ofCar, toy, car) => {
    await expect(graph.query(`{ things { ... on Toy { owner ${ofToy} } ... on Car { owner ${ofCar} } } }`)).resolves.toEqual({
      data: { things: [{ owner: { says: toy } }, { owner: { says: car } }] },
    });
  });

  it('one response key for two fields of two types may be the name of one of them', async () => {
    await expect(
      graph.query('{ things { ... on Toy { owner { name(in: "en") nick } } ... on Car { owner { name: nick nick: name } } } }'),
    ).resolves.toEqual({
      data: { things: [{ owner: { name: '1 {"in":"en"}', nick: 'nick 1' } }, { owner: { name: 'nick 2', nick: '2 {}' } }] },
    });
  });

  it('one response key for two fields of two types may have more below it', async () => {
    await expect(
      graph.query(
        '{ things { ... on Toy { by: owner { f: friend(no: 1) { says: nick } } } ... on Car { by: maker { f: friend(no: 2) { says: name } } } } }',
      ),
    ).resolves.toEqual({ data: { things: [{ by: { f: { says: 'nick 11' } } }, { by: { f: { says: '42 {}' } } }] } });
  });

  it('one response key for one field is one, in whatever order its arguments stand', async () => {
    const name = (args: string) => `... on Toy { owner { f: friend { name(${args}) } } }`;
    const query = `{ things { ${name('in: "en", as: { big: true, kind: "k" }')} ${name('as: { kind: "k", big: true }, in: "en"')} } }`;
    graph.subgraphs['people']?.asked.splice(0);
    await expect(graph.query(query)).resolves.toEqual({
      data: { things: [{ owner: { f: { name: '10 {"in":"en","as":{"big":true,"kind":"k"}}' } } }, {}] },
    });
  });

  it('one response key for two fields of two types has the error of each at its own place', async () => {
    const result = await graph.query(
      '{ things { ... on Toy { owner { says: friend { nick } } } ... on Car { owner { says: friend(no: 3) { nick } } } } }',
    );
    expect(result).toEqual({ data: { things: [{ owner: { says: { nick: 'nick 10' } } }, { owner: { says: { nick: 'nick 23' } } }] } });
  });
});

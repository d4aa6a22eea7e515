import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway, type TestGateway } from '../gateway.ts';

type Ref = Record<string, unknown>;

describe('keys', () => {
  let graph: TestGateway;
  beforeAll(async () => {
    const shelf = [
      { isbn: 'b1', id: '1' },
      { isbn: 'b2', id: '2' },
      { isbn: 'b3', id: '3' },
    ];
    graph = await gateway({
      remote: {
        shelves: {
          sdl: `type Query { shelf: [Slot] seats: [Seat!]! orgs: [Org] pair: [Duo] }
            type Slot { book: Book } type Book @key(fields: "isbn") { isbn: ID! }
            type Seat @key(fields: "row number") { row: String! number: Int! }
            type Org @key(fields: "owner { id name }") { owner: Owner } type Owner @shareable { id: ID! name: String! }
            type Duo @key(fields: "id") @key(fields: "code") { id: ID! code: String! }`,
          resolvers: {
            Query: {
              shelf: () => shelf.map(({ isbn }) => ({ book: { isbn } })),
              seats: () => [
                { row: 'A', number: 1 },
                { row: 'A', number: 2 },
                { row: 'B', number: 1 },
              ],
              orgs: () => [{ owner: { id: 'o1', name: 'One' } }, null, { owner: { id: 'o2', name: 'Two' } }],
              pair: () => [{ id: '1', code: 'c1' }],
            },
            Book: { __resolveReference: (ref: Ref) => ref },
          },
        },
        catalog: {
          sdl: `type Book @key(fields: "id") @key(fields: "isbn") { id: ID! isbn: ID! }
            type Seat @key(fields: "row number") { row: String! number: Int! price: Int taken: Boolean }
            type Org @key(fields: "owner { id name }") { owner: Owner size: Int } type Owner @shareable { id: ID! name: String! }
            type Duo @key(fields: "code") { code: String! fromCode: String }`,
          resolvers: {
            Book: {
              __resolveReference: (ref: Ref) => {
                const found = shelf.find(({ id, isbn }) => id === ref['id'] || isbn === ref['isbn']);
                return found === undefined || found.id === '3' ? null : found;
              },
            },
            Seat: { price: ({ row, number }: Ref) => (row === 'A' ? 10 : 20) + Number(number), taken: () => false },
            Org: { size: ({ owner }: { owner: Ref }) => String(owner['name']).length },
            Duo: { fromCode: ({ code }: Ref) => `of ${String(code)}` },
          },
        },
        authors: {
          sdl: `type Book @key(fields: "id") { id: ID! author: Author } type Author { name: String }
            type Duo @key(fields: "id") { id: ID! fromId: String }`,
          resolvers: {
            Book: { author: ({ id }: Ref) => ({ name: `Author ${String(id)}` }) },
            Duo: { fromId: ({ id }: Ref) => `of ${String(id)}` },
          },
        },
      },
    });
  });
  afterAll(() => graph.close());

  it('the graph hops over a subgraph that knows both keys, and nulls what it does not know', async () => {
    await expect(graph.query('{ shelf { book { isbn author { name } } } }')).resolves.toEqual({
      data: {
        shelf: [
          { book: { isbn: 'b1', author: { name: 'Author 1' } } },
          { book: { isbn: 'b2', author: { name: 'Author 2' } } },
          { book: { isbn: 'b3', author: null } },
        ],
      },
    });
  });

  it('the graph joins on compound keys with one `_entities` call for the list', async () => {
    for (const { asked } of Object.values(graph.subgraphs)) asked.length = 0;
    await expect(graph.query('{ seats { price taken } }')).resolves.toEqual({
      data: {
        seats: [
          { price: 11, taken: false },
          { price: 12, taken: false },
          { price: 21, taken: false },
        ],
      },
    });
    expect(graph.subgraphs['catalog']?.asked.length).toBe(1);
  });

  it('the graph joins on nested keys, around null members of a list', async () => {
    await expect(graph.query('{ orgs { size owner { name } } }')).resolves.toEqual({
      data: { orgs: [{ size: 3, owner: { name: 'One' } }, null, { size: 3, owner: { name: 'Two' } }] },
    });
  });

  it('the graph uses whichever of several keys the other subgraph takes', async () => {
    await expect(graph.query('{ pair { fromCode fromId } }')).resolves.toEqual({ data: { pair: [{ fromCode: 'of c1', fromId: 'of 1' }] } });
  });
});

describe('keys of which some are not resolvable', () => {
  it('keys of which some are not resolvable takes the way that is', async () => {
    const things = { x: { id: 'x', pid: 'px', place: { one: '1', two: '2', three: '3' }, name: 'Thing x' } };
    const find = ({ id }: Ref): unknown => things[id as 'x'] ?? null;
    const graph = await gateway({
      remote: {
        a: {
          sdl: `type Thing @key(fields: "id", resolvable: true) @key(fields: "pid", resolvable: false) @key(fields: "place { one two }", resolvable: false) @key(fields: "id place { two three }", resolvable: false)
              { id: ID! pid: ID! place: Place! name: String! } type Place @shareable { one: ID! two: ID! three: ID! }`,
          resolvers: { Thing: { __resolveReference: find } },
        },
        b: {
          sdl: `type Query { box: Box } type Box @key(fields: "id") { id: ID! things: [Thing!]! }
            type Thing @key(fields: "place { one two }", resolvable: false) @key(fields: "id place { two three }", resolvable: true) @key(fields: "pid", resolvable: false) @key(fields: "id", resolvable: false)
              { id: ID! pid: ID! place: Place! name: String! @external shout: String! @requires(fields: "name") } type Place @shareable { one: ID! two: ID! three: ID! }`,
          resolvers: {
            Query: { box: () => ({ id: 'box', things: [things.x] }) },
            Thing: {
              __resolveReference: (ref: Ref) => ({ ...things.x, name: ref['name'] }),
              shout: ({ name }: { name?: string }) => {
                if (name === undefined) throw new Error('Thing.name was not given.');
                return name.toUpperCase();
              },
            },
          },
        },
      },
    });
    await expect(graph.query('{ box { id things { id name shout } } }')).resolves.toEqual({
      data: { box: { id: 'box', things: [{ id: 'x', name: 'Thing x', shout: 'THING X' }] } },
    });
    await graph.close();
  });
});

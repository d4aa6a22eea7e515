/** What operations may demand of subgraphs, by `@cost` and `@listSize`, over real HTTP. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunningSubgraph, runSubgraph } from '../federation/subgraph-server.ts';
import { startGateway, type TestGateway, whenOver } from '../harness.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@cost", "@listSize"])
type Query {
  hello: String
  product: Product
  products(first: Int, last: Int): [Product] @listSize(slicingArguments: ["first", "last"])
  free(first: Int): [Product] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false, assumedSize: 7)
  sized(first: Int = 3): [Product] @listSize(slicingArguments: ["first"])
  top: [Product] @listSize(assumedSize: 5)
  plain: [Product]
  page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"])
  search(text: String @cost(weight: 20)): String
  report: String @cost(weight: 50)
  find(by: Find, all: [Find!]): String
}
input Find { text: String @cost(weight: 5) near: Near deeper: Find plain: String }
input Near { city: String @cost(weight: 2) km: Int = 3 @cost(weight: 1) }
type Page { items: [Product] total: Int }
type Product @key(fields: "id") { id: ID! name: String label: Label reviews: [Review] @listSize(assumedSize: 10) }
type Review @cost(weight: 3) { text: String }
type Label { text: String }
type Mutation { change(first: Int): Product }
`;

let shop: RunningSubgraph;
beforeAll(async () => {
  shop = await runSubgraph('shop', sdl, { Query: { hello: () => 'hello', products: () => [] }, Mutation: {} }, { version1: true });
  whenOver(() => shop.close());
});

const limited = async (maxCost: number, more: object = {}) => {
  const gateway = await startGateway({ graph: { subgraphs: [{ name: 'shop', url: shop.url }], demandControl: { maxCost, ...more } } });
  shop.asked.length = 0;
  return gateway;
};

const isRefusal = ({ extensions }: { readonly extensions: { readonly code: string } }): boolean =>
  extensions.code === 'COST_LIMIT_EXCEEDED';

describe('an operation that demands more than it may', () => {
  let strict: TestGateway;
  beforeAll(async () => {
    strict = await limited(1, { listSize: 4 });
  });

  it.each([
    ['{ product { id } }', 1],
    ['{ product { id label { text } } }', 2],
    ['{ products(first: 10) { id } }', 10],
    ['{ products(first: 10) { id label { text } } }', 20],
    ['{ products(first: 2) { reviews { text } } }', 62],
    ['{ a: product { id } b: product { id } }', 2],
    ['{ ...F } fragment F on Query { product { id } top { id } }', 6],
    ['{ top { label { text } } }', 10],
    ['{ plain { id } }', 4],
    ['{ free { id } }', 7],
    ['{ sized { id } }', 3],
    ['{ page(first: 6) { total items { id } } }', 7],
    ['{ search(text: "x") }', 20],
    ['{ report }', 50],
    ['{ find(by: { text: "x" }) }', 5],
    ['{ find(by: { text: null, near: { city: "Ulm" }, plain: "x" }) }', 3],
    ['{ find(by: { text: "a", deeper: { text: "b", deeper: { near: { km: 1 } } } }) }', 11],
    ['{ find(all: [{ text: "x" }, { text: "y", plain: "z" }]) }', 10],
    ['mutation { change { id } }', 11],
  ])('an operation that demands more than it may is refused before it runs, with what it demands: %s demands %i', async (query, demand) => {
    const { errors } = await strict.ask(query);
    if (demand > 1) {
      expect(errors).toMatchObject([
        {
          extensions: { code: 'COST_LIMIT_EXCEEDED' },
          message: expect.stringMatching(new RegExp(`^The operation demands ${demand} of the subgraphs.*1 is allowed\\.`)),
        },
      ]);
    } else expect((errors ?? []).filter(isRefusal)).toEqual([]);
  });

  it('an operation that demands more than it may is sent to no subgraph, and one that demands as much as it may is', async () => {
    const gateway = await limited(10);
    expect((await gateway.ask('{ products(first: 11) { id } }')).errors).toMatchObject([{ extensions: { code: 'COST_LIMIT_EXCEEDED' } }]);
    expect(shop.asked).toEqual([]);
    expect(await gateway.ask('{ products(first: 10) { id } }')).toMatchObject({ data: { products: [] } });
    expect(shop.asked).toHaveLength(1);
  });

  it('an operation that demands more than it may is judged by the values of its variables and conditions', async () => {
    const gateway = await limited(10);
    const query = 'query ($n: Int, $more: Boolean = false) { products(first: $n) { id label @include(if: $more) { text } } }';
    expect((await gateway.ask(query, { n: 10 })).errors).toBeUndefined();
    expect((await gateway.ask(query, { n: 11 })).errors).toMatchObject([{ message: expect.stringContaining('demands 11') }]);
    expect((await gateway.ask(query, { n: 6, more: true })).errors).toMatchObject([{ message: expect.stringContaining('demands 12') }]);
    const find = 'query ($by: Find, $text: String) { find(by: $by, all: { text: $text }) }';
    expect((await gateway.ask(find, { by: { text: 'x' }, text: 'y' })).errors).toBeUndefined();
    expect((await gateway.ask(find, { by: { text: 'x', near: {} }, text: 'y' })).errors).toMatchObject([
      { message: expect.stringContaining('demands 11') },
    ]);
  });
});

it('a quote says what the operation demands of subgraphs, and that it would be refused for it', async () => {
  const quoted = async (gateway: Awaited<ReturnType<typeof limited>>, document: string) =>
    (await gateway.ask('query ($document: String!) { aiQuote(document: $document) { demand allowed reason } }', { document })).data.aiQuote;
  const gateway = await limited(20);
  expect(await quoted(gateway, '{ products(first: 20) { id } }')).toEqual({ demand: 20, allowed: true, reason: null });
  expect(await quoted(gateway, '{ products(first: 21) { id } }')).toEqual({
    demand: 21,
    allowed: false,
    reason: expect.stringContaining('demands 21 of the subgraphs'),
  });
  expect(await quoted(gateway, '{ products { id } }')).toEqual({
    demand: null,
    allowed: false,
    reason: expect.stringContaining('exactly one of the arguments'),
  });
  const free = await startGateway({ graph: { subgraphs: [{ name: 'shop', url: shop.url }] } });
  expect(await quoted(free, '{ products(first: 21) { id } }')).toEqual({ demand: null, allowed: true, reason: null });
});

describe('a list that needs exactly one slicing argument', () => {
  let gateway: TestGateway | null = null;

  it.each([
    [
      '{ products { id } }',
      'products needs exactly one of the arguments first, last, which say how long its list can be. The operation gives none of them.',
    ],
    [
      '{ p: products(first: 1, last: 1) { id } }',
      'p needs exactly one of the arguments first, last, which say how long its list can be. The operation gives first and last.',
    ],
    [
      '{ page { total } }',
      'page needs exactly one of the arguments first, which say how long its list can be. The operation gives none of them.',
    ],
    [
      'query ($n: Int) { products(first: $n) { id } }',
      'products needs exactly one of the arguments first, last, which say how long its list can be. The operation gives none of them.',
    ],
  ])('a list that needs exactly one slicing argument is refused otherwise: %s', async (query, message) => {
    gateway ??= await limited(1_000);
    expect((await gateway.ask(query)).errors).toMatchObject([{ message, extensions: { code: 'BAD_REQUEST' } }]);
    expect(shop.asked).toEqual([]);
  });

  it('a list that needs exactly one slicing argument is not, where it is left out by a condition, has a default, or nothing is bounded', async () => {
    const gateway = await limited(1_000);
    expect((await gateway.ask('query ($no: Boolean = false) { hello products @include(if: $no) { id } }')).data).toEqual({
      hello: 'hello',
    });
    expect((await gateway.ask('{ sized { id } }')).errors).toBeUndefined();
    const free = await startGateway({ graph: { subgraphs: [{ name: 'shop', url: shop.url }] } });
    expect((await free.ask('{ products { id } }')).data).toEqual({ products: [] });
  });
});

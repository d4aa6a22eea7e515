/** What the graph is asked in the benchmark, and what its subgraphs have. */

export const federation2 = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

export const catalogSdl = `${federation2}
type Query { products(first: Int!): [Product!]! shops: [Shop!]! currency: String }
type Product @key(fields: "id") { id: ID! name: String }
type Shop { name: String city: String }`;

export const stockSdl = `${federation2}
type Product @key(fields: "id") { id: ID! stock: Int warehouse: String }`;

/** The same as one schema. */
export const wholeSdl = `type Query { products(first: Int!): [Product!]! shops: [Shop!]! currency: String }
type Product { id: ID! name: String stock: Int warehouse: String }
type Shop { name: String city: String }`;

export interface Asked {
  readonly name: string;
  readonly query: string;
  /** In an answer, so often at least. */
  readonly proof: string;
  readonly times: number;
}

const oneHop = (first: number): Asked => ({
  name: `1 hop, ${first} ${first === 1 ? 'entity' : 'entities'}`,
  query: `{ products(first: ${first}) { id name } }`,
  proof: '"name":"Product',
  times: first,
});

const twoHops = (first: number): Asked => ({
  name: `2 hops, ${first} ${first === 1 ? 'entity' : 'entities'}`,
  query: `{ products(first: ${first}) { id name stock warehouse } }`,
  proof: '"warehouse":"North',
  times: first,
});

export const asked: readonly Asked[] = [
  ...[1, 10, 50].map(oneHop),
  ...[1, 10, 50].map(twoHops),
  {
    name: '3 root fields',
    query: '{ products(first: 10) { id name } shops { name city } currency }',
    proof: '"currency":"EUR"',
    times: 1,
  },
];

const product = (index: number) => ({ id: String(index), name: `Product ${index}`, ...stockOf(String(index)) });
export const stockOf = (id: string) => ({ stock: Number(id) * 3, warehouse: `North ${id}` });

export const queryResolvers = {
  products: (_: unknown, { first }: { first: number }) => Array.from({ length: first }, (_, index) => product(index)),
  shops: () => Array.from({ length: 5 }, (_, index) => ({ name: `Shop ${index}`, city: 'Ulm' })),
  currency: () => 'EUR',
};

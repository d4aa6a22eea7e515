/** Another team's subgraph, in a process of its own: a list of products that AI fields stand on. */
import { parse } from 'graphql';
import { serveSubgraph } from '../../../../examples/subgraphs/serve-subgraph.ts';

const typeDefs = parse(/* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@listSize"])

  type Product @key(fields: "id") { id: ID! description: String! }
  type Query { products(first: Int = 10): [Product!]! @listSize(slicingArguments: ["first"]) }
`);
const product = (id: string) => ({ id, description: `Product ${id} is a kettle of steel.` });

await serveSubgraph('shop', typeDefs, {
  Query: {
    products: (_: unknown, { first }: { readonly first: number }) => Array.from({ length: first }, (_, index) => product(String(index))),
  },
  Product: { __resolveReference: ({ id }: { readonly id: string }) => product(id) },
});

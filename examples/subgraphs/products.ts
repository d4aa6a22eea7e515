/** The products team's subgraph: plain Federation 2, without a word about AI. Runs as its own process. */
import { parse } from 'graphql';
import { serveSubgraph } from './serve-subgraph.ts';
import { countryOf, type ProductRow, products } from './shop-data.ts';

const typeDefs = parse(/* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@listSize"])

  type Product @key(fields: "id") {
    id: ID!
    name: String!
    description: String!
    category: Category!
    price: Float!
    materials: [String!]!
    weightGrams: Int!
    brand: Brand!
  }
  type Brand @key(fields: "name") {
    name: String!
    country: String!
  }
  enum Category { KITCHEN OUTDOOR OFFICE BEDROOM TRAVEL }
  type Query {
    product(id: ID!): Product
    "In order of id. Unreleased products are for the shop's staff (header x-shop-role: staff)."
    products(first: Int = 10, after: ID, category: Category): [Product!]! @listSize(slicingArguments: ["first"])
  }
`);

interface Context {
  readonly request: Request;
}

/** Whether the caller may know the product: the gateway asks this subgraph, under the caller's own headers. */
const isVisible = (product: ProductRow, { request }: Context): boolean =>
  !product.unreleased || request.headers.get('x-shop-role') === 'staff';
const byId = new Map(products.map((product) => [product.id, product]));

function visible(id: string, context: Context): ProductRow | null {
  const product = byId.get(id);
  return product !== undefined && isVisible(product, context) ? product : null;
}

await serveSubgraph('products', typeDefs, {
  Query: {
    product: (_: unknown, { id }: { id: string }, context: Context) => visible(id, context),
    products: (_: unknown, { first, after, category }: { first: number; after?: string; category?: string }, context: Context) => {
      const start = after === undefined ? 0 : products.findIndex(({ id }) => id === after) + 1;
      return products
        .slice(start)
        .filter((product) => isVisible(product, context) && (category === undefined || product.category === category))
        .slice(0, Math.min(Math.max(first, 0), 100));
    },
  },
  Product: {
    __resolveReference: ({ id }: { id: string }, context: Context) => visible(id, context),
    brand: ({ brand }: ProductRow) => ({ name: brand }),
  },
  Brand: {
    __resolveReference: ({ name }: { name: string }) => ({ name }),
    country: ({ name }: { name: string }) => countryOf(name),
  },
});

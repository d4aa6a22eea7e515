/** The reviews team's subgraph: adds reviews to the products team's entity. Runs as its own process. */
import { parse } from 'graphql';
import { serveSubgraph } from './serve-subgraph.ts';
import { type ReviewRow, reviews } from './shop-data.ts';

const typeDefs = parse(/* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@listSize"])

  type Review @key(fields: "id") {
    id: ID!
    body: String!
    stars: Int!
    author: String!
    createdAt: String!
    product: Product!
  }
  type Product @key(fields: "id") {
    id: ID!
    reviews(first: Int = 3): [Review!] @listSize(slicingArguments: ["first"])
    averageStars: Float
  }
  type Query {
    review(id: ID!): Review
    reviews(first: Int = 10, after: ID): [Review!]! @listSize(slicingArguments: ["first"])
  }
`);

const byId = new Map(reviews.map((review) => [review.id, review]));
const byProduct = Map.groupBy(reviews, ({ productId }) => productId);
const most = (first: number): number => Math.min(Math.max(first, 0), 100);

await serveSubgraph('reviews', typeDefs, {
  Query: {
    review: (_: unknown, { id }: { id: string }) => byId.get(id) ?? null,
    reviews: (_: unknown, { first, after }: { first: number; after?: string }) => {
      const start = after === undefined ? 0 : reviews.findIndex(({ id }) => id === after) + 1;
      return reviews.slice(start, start + most(first));
    },
  },
  Review: {
    __resolveReference: ({ id }: { id: string }) => byId.get(id) ?? null,
    product: ({ productId }: ReviewRow) => ({ id: productId }),
  },
  Product: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    reviews: ({ id }: { id: string }, { first }: { first: number }) => (byProduct.get(id) ?? []).slice(0, most(first)),
    averageStars: ({ id }: { id: string }) => {
      const stars = (byProduct.get(id) ?? []).map((review) => review.stars);
      return stars.length === 0 ? null : stars.reduce((sum, value) => sum + value, 0) / stars.length;
    },
  },
});

/** The graph of the recipes of examples/clients. */

export const shopSdl =
  'type Query { products: [Product!]! } type Product @key(fields: "id") { id: ID! name: String! description: String! }';

export const aiFields = `extend type Product @key(fields: "id") {
  id: ID!
  description: String!
  summary: String @completion(prompt: "Summarise: {description}", maxInputTokens: 500, maxOutputTokens: 60) @requiresScopes(scopes: [["ai:use"]])
}`;

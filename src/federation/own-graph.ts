/** The graph of a gateway without other subgraphs: the AI schema as clients see it. Nothing is composed, and no process is started for it. */
import { GraphQLObjectType, GraphQLSchema } from 'graphql';
import type { Graph, GraphStatus } from './graph.ts';
import { publicSchema } from './public-schema.ts';

export function ownGraph(own: GraphQLSchema, now: () => number = Date.now): Graph {
  const schema = publicSchema(withoutRouterFields(own));
  const status: GraphStatus = { ready: true, reasons: [], composedAt: now(), engine: null, subgraphs: [] };
  return {
    schema: () => schema,
    contract: () => null,
    planned: () => null,
    subgraphNames: () => [],
    supergraphSdl: () => null,
    others: () => [],
    status: () => status,
    onChange(listener) {
      listener(schema);
      return () => {};
    },
    refresh: async () => status,
    close() {},
  };
}

/** Fields of Query that only a router asks for. */
const routerFields = new Set(['_entities', '_service']);

function withoutRouterFields(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  if (config.query === null || config.query === undefined) return schema;
  const query = config.query.toConfig();
  const fields = Object.fromEntries(Object.entries(query.fields).filter(([name]) => !routerFields.has(name)));
  return new GraphQLSchema({
    ...config,
    query: new GraphQLObjectType({ ...query, fields }),
    types: config.types.filter((type) => type !== config.query),
  });
}

/** The graph and its quotes, for the services: these exist before the graph, which is built from their own subgraph. */
import type { GraphQLSchema } from 'graphql';
import type { Admission } from '../../operations/admit.ts';
import type { Services } from '../services.ts';
import { priceTreeOf } from './read-price-tree.ts';

export interface GraphAccess extends Pick<Services, 'graph' | 'quote'> {
  /** To be called once, before the first operation. */
  connect(to: ConnectedGraph): void;
}

export interface ConnectedGraph {
  readonly graph: { schema(): GraphQLSchema | null };
  readonly admission: Pick<Admission, 'quote'>;
}

export function openGraphAccess(): GraphAccess {
  let connected: ConnectedGraph | null = null;
  return {
    connect(to) {
      connected = to;
    },
    graph: () => connected?.graph.schema() ?? null,
    quote(schema, document, operationName, variables) {
      if (connected === null) throw new Error('The graph is not connected yet.');
      return connected.admission.quote(priceTreeOf(schema, document, operationName), variables);
    },
  };
}

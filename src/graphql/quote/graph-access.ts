/** The graph and its quotes, for the services: these exist before the graph, which is built from their own subgraph. */
import type { GraphQLSchema } from 'graphql';
import { turnIfLarge } from '../../core/turns/large-value.ts';
import type { Admission } from '../../operations/admit.ts';
import type { Services } from '../services.ts';
import { priceTreeOf } from './read-price-tree.ts';

export interface GraphAccess extends Pick<Services, 'graph' | 'quote' | 'demand'> {
  /** Call it once, before the first operation. */
  connect(to: ConnectedGraph): void;
}

export interface ConnectedGraph {
  readonly graph: { schema(): GraphQLSchema | null; contract(name: string): GraphQLSchema | null };
  readonly admission: Pick<Admission, 'quote' | 'demand'>;
}

/** `maxTypedValues`: of the variables of a quoted operation, as for one that runs. */
export function openGraphAccess(maxTypedValues: number): GraphAccess {
  let connected: ConnectedGraph | null = null;
  return {
    connect(to) {
      connected = to;
    },
    graph: (contract) => (contract === null ? connected?.graph.schema() : connected?.graph.contract(contract)) ?? null,
    quote(schema, document, operationName, variables, caller) {
      if (connected === null) throw new Error('The graph is not connected yet.');
      const { admission } = connected;
      const tree = priceTreeOf(schema, document, operationName);
      tree.checkVariables?.(variables, maxTypedValues);
      const turn = turnIfLarge(variables);
      return turn === null ? admission.quote(tree, variables, caller) : turn.then(() => admission.quote(tree, variables, caller));
    },
    demand: (schema, document, operationName, variables) =>
      connected?.admission.demand(priceTreeOf(schema, document, operationName), variables) ?? null,
  };
}

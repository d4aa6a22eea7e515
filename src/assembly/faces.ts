/** What the server shows of the graph: the whole of it to clients, or the AI subgraph alone to another company's router. */
import type { GraphQLSchema } from 'graphql';
import type { Secret } from '../core/secret.ts';
import type { Graph } from '../federation/graph.ts';
import { apolloEngine, entitiesForRouterOnly } from '../server/apollo.ts';
import type { OperationHooks } from '../server/operation.ts';
import type { ServerOptions } from '../server/server.ts';
import type { Storage } from '../storage/open.ts';
import type { Log } from '../telemetry/log.ts';
import { readiness, schemaChooser } from './graph.ts';

type Face = Pick<ServerOptions, 'schema' | 'ready' | 'engine' | 'admitOperation'>;

/** `own`: the AI subgraph; null without one. */
export const gatewayFace = (graph: Graph, own: GraphQLSchema | null, storage: Storage): Partial<Face> & Pick<Face, 'schema' | 'ready'> => ({
  schema: schemaChooser(graph, own),
  ready: () => readiness(graph, storage),
});

/** Ready without a composed graph: that is the router's affair. */
export function subgraphFace(own: GraphQLSchema, router: Secret, hooks: OperationHooks, storage: Storage, log: Log): Face {
  const admitted = entitiesForRouterOnly(router);
  return {
    schema: () => own,
    engine: apolloEngine(() => own, log),
    ready: async () => {
      const ready = await storage.ready();
      return {
        ready,
        reasons: ready ? [] : ['The database does not answer or takes nothing down (a full disk?), or usage cannot be recorded.'],
      };
    },
    async admitOperation(context, operation) {
      await admitted(context, operation);
      return hooks.admitOperation?.(context, operation);
    },
  };
}

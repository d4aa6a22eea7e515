/** What the server shows of the graph: the whole of it to clients, or the AI subgraph alone to another company's router. */
import type { GraphQLSchema } from 'graphql';
import type { Secret } from '../core/secret.ts';
import type { Graph } from '../federation/graph.ts';
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

/** Ready without a composed graph: that is the router's affair. Apollo Server is loaded for it alone. */
export async function subgraphFace(own: GraphQLSchema, router: Secret, hooks: OperationHooks, storage: Storage, log: Log): Promise<Face> {
  const { apolloEngine, entitiesForRouterOnly } = await import('../server/apollo.ts');
  const admitted = entitiesForRouterOnly(router);
  return {
    schema: () => own,
    engine: apolloEngine(() => own, log),
    ready: async () => {
      const reasons = await storage.ailments();
      return { ready: reasons.length === 0, reasons };
    },
    async admitOperation(context, operation) {
      await admitted(context, operation);
      return hooks.admitOperation?.(context, operation);
    },
  };
}

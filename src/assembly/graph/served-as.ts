/**
 * Chooses what the server shows of the graph: the whole graph to clients, or the AI subgraph alone to another company's
 * router.
 */
import type { GraphQLSchema } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import type { Graph } from '../../federation/graph.ts';
import type { ServerOptions } from '../../server/server.ts';
import type { SchemaFor } from '../../server/yoga.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Log } from '../../telemetry/log.ts';
import { readiness, schemaChooser } from './configured-graph.ts';

type Face = Pick<ServerOptions, 'schema' | 'ready' | 'engine' | 'checkDocument'>;

/** What is served at the moment. `own`: the AI subgraph; null without one. */
interface Served {
  readonly graph: Graph;
  readonly own: GraphQLSchema | null;
}

export function gatewayFace(current: () => Served, storage: Storage): Partial<Face> & Pick<Face, 'schema' | 'ready'> {
  let chosen: { readonly of: Served; readonly choose: SchemaFor } | null = null;
  return {
    schema(document) {
      const of = current();
      if (chosen?.of !== of) chosen = { of, choose: schemaChooser(of.graph, of.own) };
      return chosen.choose(document);
    },
    ready: () => readiness(current().graph, storage),
  };
}

export interface SubgraphParts {
  readonly own: GraphQLSchema;
  readonly router: Secret;
  /** What `_service { sdl }` says; null while it is not known what guards the fields that ours read. */
  readonly sdl: () => string | null;
  readonly storage: Storage;
  readonly log: Log;
}

/**
 * Ready without a composed graph: that is the router's affair. But not before its own SDL is what another router may compose.
 * Apollo Server is loaded for it alone.
 */
export async function subgraphFace({ own, router, sdl, storage, log }: SubgraphParts): Promise<Face> {
  const { apolloEngine, entitiesForRouterOnly } = await import('../../server/apollo.ts');
  const service = own.getQueryType()?.getFields()['_service'];
  if (service === undefined) throw new Error('The AI schema is no subgraph.');
  service.resolve = () => {
    const known = sdl();
    if (known === null) throw new GatewayError('MODEL_UNAVAILABLE', unknownSdl, { retryAfterMs: 1_000 });
    return { sdl: known };
  };
  return {
    schema: () => own,
    engine: apolloEngine(() => own, log),
    ready: async () => {
      const reasons = [...(sdl() === null ? [unknownSdl] : []), ...(await storage.problems())];
      return { ready: reasons.length === 0, reasons };
    },
    checkDocument: entitiesForRouterOnly(router),
  };
}

const unknownSdl =
  'The SDL of a subgraph in graph.subgraphs could not be read yet, so it is not known what guards the fields that AI fields read. Ask again in a moment.';

/**
 * Chooses what the server shows of the graph: the whole graph to clients, or the AI subgraph alone to another company's
 * router.
 */
import type { GraphQLSchema } from 'graphql';
import { GatewayError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import { chooseEngine } from '../federation/engine/bypass.ts';
import type { Graph } from '../federation/graph.ts';
import { hasPolicies, policiesMet } from '../federation/policies.ts';
import type { Log } from '../telemetry/log.ts';
import type { SchemaFor } from './engine.ts';
import type { Readiness } from './pages/health-page.ts';
import type { ServerOptions } from './server.ts';

/** Why the stores cannot take traffic now, in sentences. */
interface Stores {
  problems(): Promise<readonly string[]>;
}

/** `engine` and `checkDocument` are undefined where the server's own are used. */
type SchemaDoor = Required<Pick<ServerOptions, 'schema' | 'ready'>> & { readonly [K in 'engine' | 'checkDocument']: ServerOptions[K] };

/** The schemas that are served now. `own` is the AI subgraph; null without one. */
interface Served {
  readonly graph: Graph;
  readonly own: GraphQLSchema | null;
}

export function openGraphDoor(current: () => Served, stores: Stores): SchemaDoor {
  let chosen: { readonly of: Served; readonly choose: SchemaFor } | null = null;
  return {
    schema(document, contract) {
      const of = current();
      if (chosen?.of !== of) chosen = { of, choose: chooseSchema(of.graph, of.own) };
      return chosen.choose(document, contract);
    },
    ready: () => readReadiness(current().graph, stores),
    engine: undefined,
    checkDocument: undefined,
  };
}

export interface SubgraphParts {
  readonly own: GraphQLSchema;
  readonly router: Secret;
  /** The answer of `_service { sdl }`; null while it is not known which rules guard the fields that our AI fields read. */
  readonly sdl: () => string | null;
  readonly stores: Stores;
  readonly log: Log;
}

/**
 * Ready without a composed graph: that is the router's affair. But not before its own SDL is what another router may compose.
 * Apollo Server is loaded for it alone.
 */
export async function openSubgraphDoor({ own, router, sdl, stores, log }: SubgraphParts): Promise<SchemaDoor> {
  const { apolloEngine, entitiesForRouterOnly } = await import('./apollo.ts');
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
      const reasons = [...(sdl() === null ? [unknownSdl] : []), ...(await stores.problems())];
      return { ready: reasons.length === 0, reasons };
    },
    checkDocument: entitiesForRouterOnly(router),
  };
}

const unknownSdl =
  'The SDL of a subgraph in graph.subgraphs could not be read yet, so it is not known what guards the fields that AI fields read. Ask again in a moment.';

/**
 * The schema that a document runs on: ours alone where it can answer, else the whole graph or that of a contract. MODEL_UNAVAILABLE until
 * there is one.
 */
export function chooseSchema(graph: Pick<Graph, 'schema' | 'contract'>, own: GraphQLSchema | null): SchemaFor {
  const choosers = new WeakMap<GraphQLSchema, SchemaFor>();
  const chooserOf = (schema: GraphQLSchema, own: GraphQLSchema): SchemaFor => {
    const known = choosers.get(schema);
    if (known !== undefined) return known;
    const choose = chooseEngine(schema, own);
    choosers.set(schema, choose);
    return choose;
  };
  return (document, contract = null) => {
    const schema = contract === null ? graph.schema() : graph.contract(contract);
    if (schema === null)
      throw new GatewayError('MODEL_UNAVAILABLE', 'The graph has not been composed yet. Ask again in a moment; /health/ready says why.');
    if (own === null) return schema;
    // The AI subgraph by itself knows no policies.
    if (hasPolicies(schema) && policiesMet(schema, document).length > 0) return schema;
    return chooserOf(schema, own)(document);
  };
}

/** Ready when there is a graph and the stores answer. A graph that is not the newest is served, and the reasons say so. */
async function readReadiness(graph: Pick<Graph, 'status'>, stores: Stores): Promise<Readiness> {
  const { ready, reasons, engine } = graph.status();
  const problems = await stores.problems();
  return { ready: ready && problems.length === 0, reasons: [...reasons, ...problems], ...(engine === null ? {} : { engine }) };
}

/** Makes of a supergraph what is served: its schema, and those of its contracts, each with an engine of its own. */
import type { GraphQLSchema } from 'graphql';
import { type Contract, contractSdl } from './compose/contract.ts';
import { namesIn, withAddresses } from './compose/subgraph-addresses.ts';
import type { EngineChoice } from './engine/choose-engine.ts';
import { engineIn } from './engine/execution.ts';
import type { OpenPlanner } from './engine/plan/planner.ts';
import { UnreadableSupergraph } from './engine/planned-schema.ts';
import type { GraphLog } from './graph-news.ts';
import { checkPolicies, policiesOf, withPolicies } from './policies.ts';
import { type SupergraphOptions, supergraphSchema } from './supergraph.ts';

export interface ServingOptions extends Omit<SupergraphOptions, 'supergraphSdl' | 'local'> {
  /** Default: auto. */
  readonly engine?: EngineChoice;
  /** Of a ready supergraph: its subgraphs that the configuration has settings for, with the addresses that replace theirs; null: none does. */
  readonly addresses?: ReadonlyMap<string, string | null>;
  /** Variants of the graph, by name. */
  readonly contracts?: Readonly<Record<string, Contract>>;
  /** Names of the policies that there are functions for. Default: none, and a supergraph that names one is not served. */
  readonly policies?: readonly string[];
}

export interface ServedGraph {
  /** As its sources say. */
  readonly source: string;
  /** With the addresses of the configuration. */
  readonly sdl: string;
  readonly names: readonly string[];
  readonly contracts: ReadonlyMap<string, GraphQLSchema>;
  readonly schema: GraphQLSchema;
}

interface Serving {
  readonly openPlanner: OpenPlanner | null;
  /** Schemas of this process, by the URL of their subgraph. */
  readonly local: Readonly<Record<string, GraphQLSchema>>;
  readonly log: GraphLog;
}

/** Throws BAD_REQUEST, with a sentence, for what cannot be served faithfully. */
export function servedGraph(source: string, options: ServingOptions, { openPlanner, local, log }: Serving): ServedGraph {
  const { addresses, contracts = {}, policies: known = [], engine } = options;
  const { fetch, authorize, overrideLabels, onUnplanned, onStitched } = options;
  const given = Object.entries({ fetch, authorize, overrideLabels, onUnplanned, onStitched }).filter(([, value]) => value !== undefined);
  const sdl = addressed(source, addresses);
  const policies = namesIn(sdl).length === 0 ? new Map<string, readonly string[]>() : policiesOf(sdl);
  checkPolicies(policies, known);
  const schemaOf = (supergraphSdl: string): GraphQLSchema => {
    const parts = { ...Object.fromEntries(given), supergraphSdl, local };
    const made = planned(() => supergraphSchema({ ...parts, openPlanner }), engine, log) ?? supergraphSchema(parts);
    withPolicies(made, policies);
    return made;
  };
  return {
    source,
    sdl,
    names: namesIn(sdl),
    schema: schemaOf(sdl),
    contracts: new Map(Object.entries(contracts).map(([name, contract]) => [name, schemaOf(contractSdl(sdl, name, contract))] as const)),
  };
}

export const engineOf = (graph: ServedGraph | null): 'planner' | 'stitching' | null =>
  graph === null ? null : engineIn(graph.schema) === null ? 'stitching' : 'planner';

/** Null: the planner cannot read the supergraph, and need not be the engine. */
function planned(make: () => GraphQLSchema, engine: EngineChoice | undefined, log: GraphLog): GraphQLSchema | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UnreadableSupergraph) || engine === 'planner') throw error;
    log('warn', 'The query planner cannot read the supergraph, so its operations are stitched.', { cause: String(error.cause) });
    return null;
  }
}

/** A text that is no SDL is left to what refuses it in a sentence. */
function addressed(supergraphSdl: string, addresses: ReadonlyMap<string, string | null> = new Map()): string {
  return namesIn(supergraphSdl).length === 0 ? supergraphSdl : withAddresses(supergraphSdl, addresses);
}

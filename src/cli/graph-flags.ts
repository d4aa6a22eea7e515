/**
 * Replaces the configuration's graph by the one that flags describe. The subgraphs and AI fields of the configuration are
 * then left out, because they need not fit another graph.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'graphql';
import { aiSubgraph } from '../assembly/graph/configured-graph.ts';
import type { GatewayConfig, GraphConfig } from '../config/config.ts';
import { graphsOf } from '../federation/engine/join.ts';
import { localUrl } from '../federation/kept-sources.ts';
import type { Arguments } from './arguments.ts';

export interface Flagged {
  readonly config: GatewayConfig;
  /** Sentences on what the flags left out. */
  readonly notes: readonly string[];
}

export function withFlags(config: GatewayConfig, args: Arguments): Flagged {
  const { host, port } = args;
  const address = { ...(host === null ? {} : { host }), ...(port === null ? {} : { port }) };
  const server = host === null && port === null ? {} : { server: { ...config.server, ...address } };
  const { graph, notes } = graphFrom(config.graph ?? {}, args);
  if (graph.ai !== false) return { config: { ...config, graph, ...server }, notes };
  // Without the AI subgraph, nobody could ask for the documents.
  const { documents: _, ...rest } = config;
  return { config: { ...rest, graph, ...server }, notes };
}

function graphFrom(
  graph: GraphConfig,
  { supergraph, subgraphs, ai }: Arguments,
): { readonly graph: GraphConfig; readonly notes: string[] } {
  const { supergraph: own, subgraphs: composed, fields, prompts, ai: asConfigured, ...rest } = graph;
  const without = { ...rest, ai: false } as const;
  if (supergraph !== null) {
    const file = resolve(supergraph);
    if (ai && hasAiSubgraph(file)) return { graph: { ...graph, ...nothingComposed, supergraph: file, ai: true }, notes: [] };
    const note = `${supergraph} is served as it is: it has no AI subgraph (${localUrl(aiSubgraph)}). \`fieldgate compose\` makes one that has.`;
    return { graph: { ...without, supergraph: file }, notes: ai ? [note] : [] };
  }
  if (subgraphs.length > 0) return { graph: { ...(ai && asConfigured !== false ? rest : without), subgraphs }, notes: [] };
  if (ai) return { graph, notes: [] };
  return {
    graph: { ...without, ...(own === undefined ? {} : { supergraph: own }), ...(composed === undefined ? {} : { subgraphs: composed }) },
    notes: [],
  };
}

const nothingComposed = { subgraphs: [] } as const;

/** A file that is not a supergraph is reported later, when it is served or checked. */
function hasAiSubgraph(file: string): boolean {
  try {
    const graphs = graphsOf(parse(readFileSync(file, 'utf8'), { noLocation: true }));
    return graphs.length === 0 || graphs.some(({ url }) => url === localUrl(aiSubgraph));
  } catch {
    return true;
  }
}

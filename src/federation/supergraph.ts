/**
 * The engine behind one function: turns a supergraph's SDL and the subgraphs of this process into a schema that answers for
 * the whole graph. Only this file imports the stitching library, so that a plan executor can replace it.
 */
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { GatewayError } from '../core/errors.ts';
import { type Authorize, guarded } from './authorization.ts';
import { checkServable } from './compose/servable.ts';
import { graphsOf, type JoinedGraph, requirementsOf } from './engine/join.ts';
import { localFieldsOf, withLocalFields } from './engine/local-fields.ts';
import { overrideJudge, withDrawnPercentages } from './engine/progressive-override.ts';
import { recordingPaths } from './engine/response-paths.ts';
import { completed } from './engine/stitching/completed.ts';
import { readingLeftOvers } from './engine/stitching/left-over.ts';
import { separatingKeys } from './engine/stitching/response-keys.ts';
import { withRootTypes } from './engine/stitching/shared-roots.ts';
import { withoutSkipped } from './engine/stitching/skipped.ts';
import { publicSchema } from './public-schema.ts';
import { directiveDefaults, withDirectiveDefaults } from './subgraphs/directive-defaults.ts';
import type { SubgraphExecutor } from './subgraphs/engine-request.ts';
import { type FetchOptions, remoteExecutor } from './subgraphs/fetch.ts';
import { localExecutor } from './subgraphs/local.ts';

export interface SupergraphOptions {
  readonly supergraphSdl: string;
  /** Schemas of this process, by the URL (`local://ai`) or the name of their subgraph. */
  readonly local?: Readonly<Record<string, GraphQLSchema>>;
  readonly fetch?: FetchOptions;
  /** Judges `@authenticated` and `@requiresScopes`. Without it what they guard is refused to everybody. */
  readonly authorize?: Authorize;
  /** Labels of progressive `@override` that are on. Default: none; percentages need none. */
  readonly overrideLabels?: readonly string[];
}

/** BAD_REQUEST, with a sentence, for a supergraph that cannot be served faithfully. */
export function supergraphSchema({
  supergraphSdl,
  local = {},
  fetch = {},
  authorize,
  overrideLabels = [],
}: SupergraphOptions): GraphQLSchema {
  const supergraph = completed(parsed(supergraphSdl));
  const graphs = graphsOf(supergraph);
  checkServable(supergraph, graphs, local);
  const localIds = new Set(graphs.filter((graph) => localOf(graph, local) !== null).map(({ id }) => id));
  const defaults = directiveDefaults(supergraph);
  const stitched = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: withDrawnPercentages(supergraph),
    handleProgressiveOverride: overrideJudge({ labels: overrideLabels }),
    batch: false,
    onSubschemaConfig(subschema) {
      const graph = graphs.find(({ id }) => id === subschema.name);
      if (graph === undefined) throw new Error(`The supergraph has no join__Graph value ${subschema.name}.`);
      const executor = withDirectiveDefaults(executorOf(graph, subschema.schema, local, fetch), defaults);
      // The library's result type is wider than ours: it also knows incremental results.
      subschema.executor = executor as unknown as NonNullable<typeof subschema.executor>;
      subschema.batch = false;
    },
  });
  const schema = publicSchema(stitched);
  withRootTypes(schema, supergraph);
  withoutSkipped(schema);
  readingLeftOvers(schema, supergraph);
  separatingKeys(schema, supergraph);
  const fields = localFieldsOf(supergraph, localIds);
  withLocalFields(schema, fields);
  guarded(schema, requirementsOf(supergraph), authorize ?? (() => new GatewayError('UNAUTHENTICATED', noRule)));
  recordingPaths(schema, fields);
  return schema;
}

const noRule = 'This field is for callers with credentials, and this gateway was given no rule to judge them by.';

function parsed(sdl: string): DocumentNode {
  try {
    return parse(sdl, { noLocation: true });
  } catch (cause) {
    throw new GatewayError('BAD_REQUEST', 'The supergraph is not valid GraphQL SDL. `fieldgate compose` makes one that is.', {}, { cause });
  }
}

function localOf({ name, url }: JoinedGraph, local: Readonly<Record<string, GraphQLSchema>>): GraphQLSchema | null {
  return local[url] ?? local[name] ?? null;
}

function executorOf(
  graph: JoinedGraph,
  schema: GraphQLSchema,
  local: Readonly<Record<string, GraphQLSchema>>,
  fetch: FetchOptions,
): SubgraphExecutor {
  const own = localOf(graph, local);
  return own === null ? remoteExecutor(graph.name, graph.url, schema, fetch) : localExecutor(own);
}

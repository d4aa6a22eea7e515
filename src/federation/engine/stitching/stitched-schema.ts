/** The portable engine behind one function: a schema whose resolvers stitch. Only this file imports the stitching library. */
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { guarded } from '../../authorization.ts';
import { publicSchema } from '../../public-schema.ts';
import { directiveDefaults, withDirectiveDefaults } from '../../subgraphs/directive-defaults.ts';
import type { SubgraphExecutor } from '../../subgraphs/engine-request.ts';
import { remoteExecutor } from '../../subgraphs/fetch.ts';
import { localExecutor } from '../../subgraphs/local.ts';
import { authorizeOf, type EngineOptions, localSchemaOf } from '../engine-options.ts';
import { graphsOf, type JoinedGraph, requirementsOf } from '../join.ts';
import { localFieldsOf, withLocalFields } from '../local-fields.ts';
import { recordingPaths } from '../response-paths.ts';
import { readingExactLiterals } from './exact-literals.ts';
import { interfaceMembers, membersOfTwin, sayingInterfaces, withInterfaceMembers } from './interface-object-fields.ts';
import { readingLeftOvers } from './left-over.ts';
import { refuseObjectNames } from './object-names.ts';
import { overrideJudge, withDrawnPercentages } from './progressive-override.ts';
import { separatingKeys } from './response-keys.ts';
import { withRootTypes } from './shared-roots.ts';
import { withoutSkipped } from './skipped.ts';
import { refusingUnasked } from './unasked.ts';

/** Throws BAD_REQUEST, in a sentence, for names that the library cannot bear. */
export function stitchedSchema(supergraph: DocumentNode, options: EngineOptions): GraphQLSchema {
  refuseObjectNames(supergraph);
  const defaults = directiveDefaults(supergraph);
  const members = interfaceMembers(supergraph);
  const complete = withInterfaceMembers(supergraph, members);
  const graphs = graphsOf(complete);
  const localIds = new Set(graphs.filter((graph) => localSchemaOf(graph, options) !== null).map(({ id }) => id));
  const stitched = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: withDrawnPercentages(complete),
    handleProgressiveOverride: overrideJudge({ labels: options.overrideLabels ?? [] }),
    batch: false,
    onSubschemaConfig(subschema) {
      const graph = graphs.find(({ id }) => id === subschema.name);
      if (graph === undefined) throw new Error(`The supergraph has no join__Graph value ${subschema.name}.`);
      const asked = sayingInterfaces(executorOf(graph, subschema.schema, options), membersOfTwin(members, graph.id));
      const executor = withDirectiveDefaults(asked, defaults);
      // The library's result type is wider than ours: it also knows incremental results.
      subschema.executor = executor as unknown as NonNullable<typeof subschema.executor>;
      subschema.batch = false;
    },
  });
  const schema = publicSchema(stitched);
  withRootTypes(schema, supergraph);
  readingExactLiterals(schema);
  withoutSkipped(schema);
  readingLeftOvers(schema, supergraph);
  refusingUnasked(schema);
  separatingKeys(schema, supergraph);
  const fields = localFieldsOf(supergraph, localIds);
  withLocalFields(schema, fields);
  guarded(schema, requirementsOf(supergraph), authorizeOf(options));
  recordingPaths(schema, fields);
  return schema;
}

function executorOf(graph: JoinedGraph, schema: GraphQLSchema, options: EngineOptions): SubgraphExecutor {
  const own = localSchemaOf(graph, options);
  return own === null ? remoteExecutor(graph.name, graph.url, schema, options.fetch ?? {}) : localExecutor(own);
}

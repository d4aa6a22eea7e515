/** The engine over the query planner behind one function: a schema whose operations are run by plans. */
import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, OperationTypeNode, print, subscribe } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { once } from '../../core/once.ts';
import { remoteExecutor, usualObjects } from '../subgraphs/fetch.ts';
import { localExecutor } from '../subgraphs/local.ts';
import { failureOfErrors } from '../subgraphs/subgraph-failure.ts';
import { authorizeOf, type EngineOptions, localSchemaOf } from './engine-options.ts';
import { plannedEngine } from './execute/planned-engine.ts';
import type { Target } from './execute/subgraph-call.ts';
import { type RunOperation, withEngine } from './execution.ts';
import { graphsOf, requirementsOf } from './join.ts';
import { localFieldsOf, withLocalFields } from './local-fields.ts';
import { drawOverrides } from './plan/draw-overrides.ts';
import { schemasOf } from './plan/graph-schemas.ts';
import { keyFieldsOf, knownTypesOf, requiredWithArguments } from './plan/key-fields.ts';
import type { OpenPlanner, Planner } from './plan/planner.ts';
import { plannerSupergraph } from './plan/planner-supergraph.ts';
import { stitchedSchema } from './stitching/stitched-schema.ts';

/** The planner cannot read the supergraph. The portable engine may be able to. */
export class UnreadableSupergraph extends GatewayError {
  constructor(cause: unknown) {
    super('BAD_REQUEST', 'The query planner cannot read the supergraph. `graph.engine: "stitching"` would be accepted.', {}, { cause });
  }
}

/** Throws an {@link UnreadableSupergraph}. */
export function plannedSchema(supergraph: DocumentNode, open: OpenPlanner, options: EngineOptions): GraphQLSchema {
  const { fetch = {}, overrideLabels = [] } = options;
  const graphs = graphsOf(supergraph);
  const { supergraph: forPlanner, names } = plannerSupergraph(supergraph);
  const planner = opened(open, forPlanner);
  const schemas = schemasOf(supergraph);
  const targets = new Map(
    graphs.map((graph): [string, Target] => {
      const own = localSchemaOf(graph, options);
      const execute = own === null ? remoteExecutor(graph.name, graph.url, schemas.whole, fetch) : localExecutor(own);
      return [graph.name, { name: graph.name, execute, isLocal: own !== null }];
    }),
  );
  const localIds = new Set(graphs.filter(({ name }) => targets.get(name)?.isLocal === true).map(({ id }) => id));
  withLocalFields(schemas.client, localFieldsOf(supergraph, localIds));
  const engine = plannedEngine({
    planner,
    schemas,
    steps: {
      schema: schemas.whole,
      isKey: keyFieldsOf(supergraph, graphs),
      isKnown: knownTypesOf(supergraph, graphs),
      nameOf: (name) => names.get(name) ?? name,
    },
    apart: requiredWithArguments(supergraph),
    runUnplanned: unplannedRunner(supergraph, options),
    onUnplanned: options.onUnplanned ?? (() => {}),
    requirements: requirementsOf(supergraph),
    authorize: authorizeOf(options),
    drawOverrides: drawOverrides(planner, overrideLabels),
    maxObjects: fetch.maxObjects ?? usualObjects,
    signal: fetch.signal ?? (() => null),
    tell(name, errors) {
      if (targets.get(name)?.isLocal === false) fetch.onFailure?.(failureOfErrors(name, errors));
    },
    target(name) {
      const target = targets.get(name);
      if (target === undefined) throw new Error(`A plan asks a subgraph "${name}" that the supergraph does not have.`);
      return target;
    },
  });
  withEngine(schemas.client, engine);
  return schemas.client;
}

/** The portable engine, made for the first operation without a plan. Throws BAD_REQUEST when it cannot serve the graph. */
function unplannedRunner(supergraph: DocumentNode, options: EngineOptions): RunOperation {
  const schemaOf = once(() => stitchedSchema(supergraph, options));
  return async ({ document, operation, variables, exact = variables, context }) => {
    options.onStitched?.();
    const args = {
      schema: schemaOf(),
      document,
      operationName: operation.name?.value ?? null,
      variableValues: exact,
      contextValue: context,
    };
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return execute(args);
    return (await subscribe(args)) as ExecutionResult | AsyncIterable<ExecutionResult>;
  };
}

function opened(open: OpenPlanner, supergraph: DocumentNode): Planner {
  try {
    return open(print(supergraph));
  } catch (cause) {
    throw new UnreadableSupergraph(cause);
  }
}

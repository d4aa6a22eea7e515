/** The seam between a supergraph's schema and whoever runs operations on it: an engine that runs them as a whole. */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Conditions } from './plan/conditions.ts';
import type { Written } from './plan/written-operation.ts';
import type { DescribedFetch } from './steps/describe-steps.ts';

export interface OperationToRun {
  /** Answers introspection. Default: the engine's own. */
  readonly schema?: GraphQLSchema;
  /** Valid for the schema. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The gateway's own object, one per operation. */
  readonly context: unknown;
}

/** Streams are those of subscriptions and of `@defer`. */
export type RunOperation = (operation: OperationToRun) => Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;

/** What decides about a plan, but for the draw of `@override`. */
export interface RecentOperation {
  readonly written: Written;
  /** Null: the planner follows `@skip` and `@include` by itself. */
  readonly conditions: Conditions | null;
  /** Coordinates of what its callers may not have, sorted. */
  readonly denied: readonly string[];
}

/** An engine that runs operations by plans. */
export interface OperationEngine {
  readonly run: RunOperation;
  /** What the operation asks of subgraphs; nothing is asked. Null: there is no plan for it, so it is stitched. `context` null: for a caller who may have everything. */
  describe(operation: OperationToRun): Promise<readonly DescribedFetch[] | null>;
  /** The operations that it ran, the last one first. */
  recent(): readonly RecentOperation[];
  /** Makes plans for operations that another engine ran, before they are asked for, until the signal fires. Never rejects. */
  makeAhead(operations: readonly RecentOperation[], signal: AbortSignal): Promise<number>;
}

const extension = 'fieldgate:engine';

export function withEngine(schema: GraphQLSchema, engine: OperationEngine): void {
  schema.extensions = { ...schema.extensions, [extension]: engine };
}

/** Null: operations on the schema are graphql-js's to run. */
export const engineIn = ({ extensions }: GraphQLSchema): OperationEngine | null =>
  (extensions[extension] as OperationEngine | undefined) ?? null;

/** Runs a valid document with one operation on any schema: with its engine, or with graphql-js. Not for subscriptions. */
export async function runOn({ schema, document, variableValues, contextValue }: ExecutionArgs): Promise<ExecutionResult> {
  const engine = engineIn(schema);
  const operation = operationIn(document);
  if (engine === null || operation === null) return execute({ schema, document, variableValues: variableValues ?? null, contextValue });
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  if (errors !== undefined) return { errors };
  const result = await engine.run({ document, operation, variables: coerced, context: contextValue });
  if (Symbol.asyncIterator in result) throw new Error('The operation has a stream of results.');
  return result;
}

/** The only operation of a document, or the one of that name; null: there is none. */
export function operationIn({ definitions }: DocumentNode, operationName: string | null = null): OperationDefinitionNode | null {
  const operations = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  return (operationName === null ? operations[0] : operations.find(({ name }) => name?.value === operationName)) ?? null;
}

/** The seam between the schema of a supergraph and an engine that runs whole operations on it. */
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
  /** The schema that answers introspection. Default: the engine's own. */
  readonly schema?: GraphQLSchema;
  /** A document that is valid for the schema. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced variables. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The same as other teams' subgraphs get them, of `exactVariables`. Default: `variables`. */
  readonly exact?: Readonly<Record<string, unknown>>;
  /** The gateway's own object, one per operation. */
  readonly context: unknown;
}

/** Streams are results of subscriptions and of `@defer`. */
export type RunOperation = (operation: OperationToRun) => Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;

/** Everything that decides about a plan, except the draw of `@override`. */
export interface RecentOperation {
  readonly written: Written;
  /** Null: the planner evaluates `@skip` and `@include` itself. */
  readonly conditions: Conditions | null;
  /** Coordinates that the callers may not have, sorted. */
  readonly denied: readonly string[];
}

/** An engine that runs operations by plans. */
export interface OperationEngine {
  readonly run: RunOperation;
  /**
   * Describes what the operation would request of subgraphs, without requesting it. Null: there is no plan, so the operation is stitched. `context`
   * null: for a caller who may have everything.
   */
  describe(operation: OperationToRun): Promise<readonly DescribedFetch[] | null>;
  /** Operations that the engine ran, the most recent one first. */
  recent(): readonly RecentOperation[];
  /** Makes plans for operations that another engine ran, before clients ask for them, until the signal fires. Never rejects. */
  makeAhead(operations: readonly RecentOperation[], signal: AbortSignal): Promise<number>;
}

const extension = 'fieldgate:engine';

export function withEngine(schema: GraphQLSchema, engine: OperationEngine): void {
  schema.extensions = { ...schema.extensions, [extension]: engine };
}

/** Null: graphql-js runs operations on the schema. */
export const engineIn = ({ extensions }: GraphQLSchema): OperationEngine | null =>
  (extensions[extension] as OperationEngine | undefined) ?? null;

/** Runs a valid document with one operation on any schema: with its engine, or with graphql-js. Subscriptions are not supported. */
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

/** The operation with that name, or the only operation of the document. Null: there is none. */
export function operationIn({ definitions }: DocumentNode, operationName: string | null = null): OperationDefinitionNode | null {
  const operations = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  return (operationName === null ? operations[0] : operations.find(({ name }) => name?.value === operationName)) ?? null;
}

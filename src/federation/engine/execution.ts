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

const extension = 'fieldgate:run';

export function withEngine(schema: GraphQLSchema, run: RunOperation): void {
  schema.extensions = { ...schema.extensions, [extension]: run };
}

/** Null: operations on the schema are graphql-js's to run. */
export const engineIn = ({ extensions }: GraphQLSchema): RunOperation | null => (extensions[extension] as RunOperation | undefined) ?? null;

/** Runs a valid document with one operation on any schema: with its engine, or with graphql-js. Not for subscriptions. */
export async function runOn({ schema, document, variableValues, contextValue }: ExecutionArgs): Promise<ExecutionResult> {
  const run = engineIn(schema);
  const operation = operationIn(document);
  if (run === null || operation === null) return execute({ schema, document, variableValues: variableValues ?? null, contextValue });
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  if (errors !== undefined) return { errors };
  const result = await run({ document, operation, variables: coerced, context: contextValue });
  if (Symbol.asyncIterator in result) throw new Error('The operation has a stream of results.');
  return result;
}

/** The only operation of a document, or the one of that name; null: there is none. */
export function operationIn({ definitions }: DocumentNode, operationName: string | null = null): OperationDefinitionNode | null {
  const operations = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  return (operationName === null ? operations[0] : operations.find(({ name }) => name?.value === operationName)) ?? null;
}

/** Runs an operation on the schema of a graph as the server does: with the engine that the schema has, else with graphql-js. */
import { type ExecutionArgs, type ExecutionResult, execute, getVariableValues, OperationTypeNode, subscribe } from 'graphql';
import { engineIn, operationIn } from '../../src/federation/engine/execution.ts';
import { exactPath } from '../../src/federation/engine/place-errors.ts';
import { loadPlanner, type OpenPlanner } from '../../src/federation/engine/plan/planner.ts';

export async function runOperation(args: ExecutionArgs): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> {
  const { schema, document, contextValue, operationName, variableValues } = args;
  const engine = engineIn(schema);
  const operation = operationIn(document, operationName ?? null);
  if (engine === null || operation === null)
    return operation?.operation === OperationTypeNode.SUBSCRIPTION
      ? ((await subscribe(args)) as ExecutionResult | AsyncIterable<ExecutionResult>)
      : execute(args);
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  return errors === undefined ? engine.run({ document, operation, variables: coerced, context: contextValue }) : { errors };
}

/** Fails where the subscription does. */
export async function subscribeTo(args: ExecutionArgs): Promise<AsyncGenerator<ExecutionResult>> {
  const events = await runOperation(args);
  if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events.errors));
  return events[Symbol.asyncIterator]() as AsyncGenerator<ExecutionResult>;
}

/** The planner of this machine: the tests of federation need it. */
export async function planner(): Promise<OpenPlanner> {
  const open = await loadPlanner();
  if (open === null) throw new Error('The query planner does not load on this machine.');
  return open;
}

/** What tests run on both: the planner of this machine, and null for stitching. */
export const engines = [
  ['planner', planner],
  ['stitching', () => Promise.resolve(null)],
] as const;

/** As a client sees it: exact error paths, and nothing but JSON. */
export function asJson({ data, errors }: ExecutionResult): ExecutionResult {
  const formatted = errors?.map((error) => ({ ...error.toJSON(), path: exactPath(error) }));
  return JSON.parse(JSON.stringify({ data, ...(formatted === undefined ? {} : { errors: formatted }) })) as ExecutionResult;
}

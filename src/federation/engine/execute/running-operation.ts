/** One operation while it runs: what its queries, mutations, events and deferred parts share. */
import { type ExecutionResult, execute, type GraphQLError } from 'graphql';
import type { GatewayError } from '../../../core/errors.ts';
import { throwIfAborted } from '../../../core/turns/abort.ts';
import type { Authorize, Requirement } from '../../authorization.ts';
import type { UnplannedOperation } from '../engine-options.ts';
import type { OperationToRun, RunOperation } from '../execution.ts';
import { objectBudget } from '../merge/object-allowance.ts';
import type { GraphSchemas } from '../plan/graph-schemas.ts';
import type { Planner, PlanOptions } from '../plan/planner.ts';
import type { PreparedOperation } from '../plan/prepare-operation.ts';
import type { StepsSource } from '../steps/subgraph-request.ts';
import { completeRoot, type PendingPart } from './complete-response.ts';
import { startSteps } from './run-plan.ts';
import type { Execution } from './subgraph-call.ts';

export interface PlannedEngineOptions extends Pick<Execution, 'target' | 'maxObjects' | 'tell'> {
  readonly steps: StepsSource;
  /** Names of fields that are required with arguments. */
  readonly apart: ReadonlySet<string>;
  /** Runs an operation that the planner cannot plan. */
  readonly runUnplanned: RunOperation;
  readonly onUnplanned: (operation: UnplannedOperation) => void;
  readonly planner: Planner;
  readonly schemas: GraphSchemas;
  readonly requirements: ReadonlyMap<string, Requirement>;
  readonly authorize: Authorize;
  readonly drawOverrides: () => PlanOptions;
  readonly signal: (context: unknown) => AbortSignal | null;
}

/** One operation with everything that its parts need. */
export interface Running {
  readonly operation: OperationToRun;
  readonly prepared: PreparedOperation;
  readonly rootType: string;
  readonly denied: ReadonlyMap<string, GatewayError> | null;
  readonly signal: AbortSignal | null;
  readonly options: PlannedEngineOptions;
}

/** Runs the fields of a mutation one after another: each ends, with everything requested for it, before the next begins. */
export async function runFields({ prepared, rootType, operation, signal }: Running, execution: Execution): Promise<void> {
  for (const { responseKey } of prepared.shape(operation.variables).of(rootType).fields) {
    const part = prepared.parts.find((one) => one.responseKey === responseKey);
    if (part === undefined) continue;
    if (signal !== null) throwIfAborted(signal);
    await Promise.all(startSteps(execution, part, signal));
  }
}

export function openExecution({ operation, options }: Running): Execution {
  const { schemas, target, maxObjects, tell } = options;
  const { context, variables, exact = variables } = operation;
  return { schema: schemas.whole, target, context, variables, exact, data: {}, budget: objectBudget(maxObjects), maxObjects, tell };
}

/** Builds the response from the data that is there. `pending` receives the parts that come later. */
export async function completed(running: Running, { data }: Execution, pending: PendingPart[]): Promise<ExecutionResult> {
  const { prepared, rootType, denied, operation, options } = running;
  const { client } = options.schemas;
  const { introspection } = prepared;
  const answered =
    introspection === null
      ? null
      : await execute({ schema: operation.schema ?? client, document: introspection, variableValues: operation.variables });
  const errors: GraphQLError[] = [...(answered?.errors ?? [])];
  const completion = { schema: client, denied, errors, pending, introspected: answered?.data ?? null };
  const response = completeRoot(completion, prepared.shape(operation.variables), rootType, data);
  return errors.length === 0 ? { data: response } : { errors, data: response };
}

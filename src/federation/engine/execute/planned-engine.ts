/**
 * Runs whole operations on a supergraph by plans of the planner: calls the subgraphs and builds the response.
 *
 * What the caller may not have is removed before the operation is planned, so it is never requested.
 */
import { type ExecutionResult, Kind, OperationTypeNode } from 'graphql';
import type { GatewayError } from '../../../core/errors.ts';
import { throwIfAborted } from '../../../core/turns/abort.ts';
import { metIn, type Requirement } from '../../authorization.ts';
import type { OperationEngine, OperationToRun } from '../execution.ts';
import type { Written } from '../plan/written-operation.ts';
import { describeSteps } from '../steps/describe-steps.ts';
import { deliverDeferred } from './deliver-deferred.ts';
import { followEvents } from './follow-events.ts';
import { keptPlans } from './kept-plans.ts';
import { startSteps } from './run-plan.ts';
import { completed, openExecution, type PlannedEngineOptions, type Running, runFields } from './running-operation.ts';

export function plannedEngine(options: PlannedEngineOptions): OperationEngine {
  const { planner, steps, apart, drawOverrides, onUnplanned, schemas, target } = options;
  const { client, whole } = schemas;
  const plans = keptPlans({ planner, client, steps, apart, drawOverrides, onUnplanned });
  const deniedOf = denying(options);
  return {
    async run(operation) {
      const written = writtenIn(operation);
      const denied = deniedOf(written, operation.context);
      const made = plans.of(written, operation.variables, denied);
      const prepared = made instanceof Promise ? await made : made;
      const signal = options.signal(operation.context);
      if (signal !== null) throwIfAborted(signal);
      if (prepared === null) return options.runUnplanned(operation);
      const rootType = client.getRootType(operation.operation.operation)?.name ?? '';
      const running: Running = { operation, prepared, rootType, denied, signal, options };
      if (operation.operation.operation === OperationTypeNode.SUBSCRIPTION) return followEvents(running);
      return runOnce(running);
    },
    async describe(operation) {
      const written = writtenIn(operation);
      const denied = operation.context === null ? null : deniedOf(written, operation.context);
      const prepared = await plans.of(written, operation.variables, denied);
      if (prepared === null) return null;
      return describeSteps(prepared.parts, { schema: whole, isLocal: (name) => target(name).isLocal });
    },
    recent: plans.recent,
    makeAhead: plans.makeAhead,
  };
}

/** A query or mutation. */
async function runOnce(running: Running): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> {
  const { prepared, operation, signal } = running;
  const execution = openExecution(running);
  const shape = prepared.shape(operation.variables);
  if (shape.below().isDeferring) return deliverDeferred(running, execution, shape);
  if (operation.operation.operation === OperationTypeNode.MUTATION) await runFields(running, execution);
  else await Promise.all(prepared.parts.flatMap((part) => startSteps(execution, part, signal)));
  return completed(running, execution, []);
}

const writtenOf = new WeakMap<object, Written>();

function writtenIn({ operation, document }: OperationToRun): Written {
  const known = writtenOf.get(operation);
  if (known !== undefined) return known;
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const written = { operation, fragments: new Map(fragments.map((one) => [one.name.value, one])) };
  writtenOf.set(operation, written);
  return written;
}

/** Denied coordinates with their reasons. Null: the caller may have everything. */
function denying({ requirements, schemas, authorize }: PlannedEngineOptions) {
  const met = new WeakMap<Written, readonly Requirement[]>();
  return (written: Written, context: unknown): ReadonlyMap<string, GatewayError> | null => {
    if (requirements.size === 0) return null;
    let asked = met.get(written);
    if (asked === undefined) {
      asked = metIn(schemas.client, { operation: written.operation, fragments: Object.fromEntries(written.fragments) }, requirements);
      met.set(written, asked);
    }
    const denied = asked.flatMap((requirement): readonly (readonly [string, GatewayError])[] => {
      const error = authorize(context, requirement);
      return error === null ? [] : [[requirement.coordinate, error]];
    });
    return denied.length === 0 ? null : new Map(denied);
  };
}

/** Runs a subscription by a plan. One subgraph sends the events; each event is an execution of its own that adds the data of other subgraphs. */
import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, mapStream } from '../../../core/stream.ts';
import type { SubgraphResult } from '../../subgraphs/engine-request.ts';
import { startSteps } from './run-plan.ts';
import { completed, openExecution, type Running } from './running-operation.ts';
import { mergeResult } from './subgraph-call.ts';

/** Returns a result without data when there is nothing to subscribe to. */
export async function followEvents(running: Running): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> {
  const { prepared, operation, signal, options } = running;
  const [part] = prepared.parts;
  const [source] = part?.steps ?? [];
  if (part === undefined || source === undefined) {
    const { errors = [] } = await completed(running, openExecution(running), []);
    return { errors };
  }
  const { context } = operation;
  const target = options.target(source.subgraph);
  const variables = target.isLocal ? operation.variables : (operation.exact ?? operation.variables);
  const events = await target.execute({
    document: source.document,
    text: source.text,
    variables: Object.fromEntries(source.variables.flatMap((name) => (Object.hasOwn(variables, name) ? [[name, variables[name]]] : []))),
    operationType: source.operationType,
    context,
    isUnsettled: true,
    entityPaths: () => [],
  });
  const resultOf = async (event: SubgraphResult): Promise<ExecutionResult> => {
    const execution = openExecution(running);
    mergeResult(execution, source, event, []);
    await Promise.all(startSteps(execution, part, signal, 1));
    return completed(running, execution, []);
  };
  if (isAsyncIterable(events)) return mapStream(events as AsyncIterable<SubgraphResult>, resultOf);
  const { errors = [] } = await resultOf(events);
  return { errors };
}

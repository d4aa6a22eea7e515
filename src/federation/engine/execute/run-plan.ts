/** Runs the steps of a plan. A step starts as soon as the steps that it reads from are done. */
import { throwIfAborted } from '../../../core/turns/abort.ts';
import type { PlanSteps, Step } from '../steps/plan-steps.ts';
import { callSubgraph, type Execution } from './subgraph-call.ts';

/** Returns a promise per step. The first `done` steps are already done. After an abort, the steps that wait reject. */
export function startSteps(
  execution: Execution,
  { steps }: Pick<PlanSteps, 'steps'>,
  signal: AbortSignal | null,
  done = 0,
): readonly Promise<void>[] {
  const running: Promise<void>[] = [];
  const start = async (step: Step): Promise<void> => {
    await Promise.all(step.after.flatMap((index) => running[index] ?? []));
    if (signal !== null) throwIfAborted(signal);
    await callSubgraph(execution, step);
  };
  for (const [index, step] of steps.entries()) {
    if (index < done) running.push(Promise.resolve());
    else running.push(step.after.length === 0 ? callSubgraph(execution, step) : start(step));
  }
  return running;
}

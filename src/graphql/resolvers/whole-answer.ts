/** The two ways to read a run that a field has started: to its end, or as it comes. */
import type { RunEvent, RunState } from '../../runs/run.ts';
import type { Asker } from '../call.ts';
import type { PreparedRun } from '../completion-run.ts';
import { following } from '../delivery.ts';
import { type FailureName, type FailureView, failureAsData } from '../errors.ts';
import type { StreamDelivery } from '../generated.ts';

/** The answer, or why there is none; where the union has no member for it, OtherFailure. */
export async function wholeAnswer<Name extends FailureName>(
  prepared: PreparedRun,
  { services, context }: Asker,
  members: readonly Name[],
): Promise<RunState | Extract<FailureView, { readonly __typename: Name | 'OtherFailure' }>> {
  try {
    const run = await prepared.start(false);
    const state = await run.ended(context.signal);
    return state.failure === null ? state : await failureAsData(state.failure, members, services, context.principal);
  } catch (error) {
    return failureAsData(error, members, services, context.principal);
  }
}

export function answerEvents(
  prepared: PreparedRun,
  { context }: Asker,
  after: string | null | undefined,
  delivery: StreamDelivery,
): AsyncIterableIterator<RunEvent> {
  return following({
    open: () => prepared.start(false),
    after: after ?? null,
    delivery,
    signal: context.signal,
    id: crypto.randomUUID(),
    route: prepared.route,
  });
}

/** Answers a field in one of two ways: at once, or event by event from the run that it has started. */
import { newCallId } from '../../core/call/call-id.ts';
import { GatewayError } from '../../core/errors.ts';
import { turnIfLarge } from '../../core/turns/large-value.ts';
import type { OperationContext } from '../../operations/context.ts';
import type { Run, RunEvent, RunState } from '../../runs/run.ts';
import { placeOf } from '../../runs/run-cursor.ts';
import type { Asker } from '../call/asker.ts';
import type { PreparedRun } from '../call/completion-run.ts';
import { followEvents } from '../call/delivery.ts';
import { inFieldTurn } from '../call/field-turns.ts';
import type { StreamDelivery } from '../generated.ts';
import { type FailureName, type FailureView, failureAsData } from '../graphql-errors.ts';
import type { Services } from '../services.ts';

/** The input of a field, and how it becomes a run. */
export interface Asked {
  readonly input: object;
  prepare(): PreparedRun | Promise<PreparedRun>;
}

/** The answer, or a failure as data: OtherFailure when the union has no member for it. A refusal of `prepare` is also a failure as data. */
export async function wholeAnswer<Name extends FailureName>(
  { input, prepare }: Asked,
  { services, context }: Asker,
  members: readonly Name[],
): Promise<RunState | Extract<FailureView, { readonly __typename: Name | 'OtherFailure' }>> {
  try {
    const preparing = inFieldTurn(context.usage, input, prepare);
    const prepared = preparing instanceof Promise ? await preparing : preparing;
    return await prepared.answer();
  } catch (error) {
    return failureAsData(error, members, services, context.principal);
  }
}

/**
 * A reader that returns with a cursor follows the run that the cursor names, and never starts and pays for a second one. A refusal of `prepare` is
 * the only event of the stream.
 */
export function answerEvents(
  { input, prepare }: Asked,
  { services, context }: Asker,
  given: string | null | undefined,
  delivery: StreamDelivery,
): AsyncIterableIterator<RunEvent> {
  const after = cursorFrom(given, context);
  let route: string | null = null;
  return followEvents({
    async open() {
      if (after !== null) return followRun(placeOf(after).completionId, services, context);
      const turn = turnIfLarge(input);
      if (turn !== null) await turn;
      const prepared = await prepare();
      route = prepared.route;
      return prepared.start({ live: true });
    },
    after,
    delivery,
    signal: context.delivery ?? context.signal,
    id: newCallId(),
    route: () => route,
  });
}

/** The cursor from the argument, or the one that a client sends when it reconnects over SSE. */
export const cursorFrom = (given: string | null | undefined, context: OperationContext): string | null =>
  given ?? context.lastEventId ?? null;

export async function followRun(id: string, services: Services, { principal }: OperationContext): Promise<Run> {
  const run = await services.runs.find(id, principal);
  if (run !== null) return run;
  throw new GatewayError('RESUME_EXPIRED', `You have no completion "${id}", or it is no longer kept. completionStream starts one.`);
}

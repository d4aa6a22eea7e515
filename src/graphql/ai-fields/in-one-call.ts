/**
 * Joins equal requests of one operation while a call for them is waiting or in flight.
 *
 * Entities of one list are resolved in one tick and asked together (`together.ts`). The same entity may also occur elsewhere
 * in the operation: under another alias, behind a slower subgraph, in a deferred part. It then arrives by its own
 * `_entities` fetch, in a later tick, perhaps for another field with the same prompt. It joins the present call and bears
 * its share of the cost. After a call is settled, its rows are in the ledger; a later use gets the answer from the pipeline
 * (`onceInOperation`), costs nothing, and reports what it saved.
 */

import type { OperationContext } from '../../operations/context.ts';
import type { Asking, JoinableCall } from '../../operations/field-call.ts';

export interface Ongoing<Answer> extends Pick<JoinableCall, 'join'> {
  readonly answer: Promise<Answer>;
}

const ongoingOf = new WeakMap<OperationContext, Map<string, Ongoing<unknown>>>();

/** The answer that the operation is waiting for under that name, while others can still join its call. Null otherwise. */
export function joinCall<Answer>(context: OperationContext, name: string, askers: readonly Asking[]): Promise<Answer> | null {
  const known = ongoingOf.get(context)?.get(name) as Ongoing<Answer> | undefined;
  return known?.join(askers) ? known.answer : null;
}

/** Lets other fields of the operation join under that name until the answer is there. */
export function beginCall<Answer>(context: OperationContext, name: string, fresh: Ongoing<Answer>): Promise<Answer> {
  const ongoing = ongoingOf.get(context) ?? new Map<string, Ongoing<unknown>>();
  ongoingOf.set(context, ongoing);
  ongoing.set(name, fresh);
  const ended = (): void => {
    if (ongoing.get(name) === fresh) ongoing.delete(name);
  };
  fresh.answer.then(ended, ended);
  return fresh.answer;
}

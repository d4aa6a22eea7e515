import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from './abort.ts';

/** Lets all others have their turn of the event loop. Throws as `throwIfAborted` does: nobody may want what comes next any more. */
export async function othersFirst(signal?: AbortSignal): Promise<void> {
  await nextTurn();
  if (signal !== undefined) throwIfAborted(signal);
}

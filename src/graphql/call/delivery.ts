/**
 * Delivers the events of a run to a subscriber: starts with the first pull, ends at once when the subscriber leaves, and
 * always ends with an event that says how the run ended.
 *
 * These are iterator objects, not generators, because a generator that waits for upstream does not see `return()` until
 * upstream sends something.
 */

import { type Completion, emptyCompletion } from '../../core/chunk.ts';
import { asGatewayError, type GatewayError } from '../../core/errors.ts';
import { pullStream, type Stream } from '../../core/pull-stream.ts';
import { interruptible, mapStream, withTimeout } from '../../core/stream.ts';
import { abortError } from '../../core/turns/abort.ts';
import type { Run, RunEvent, RunState } from '../../runs/run.ts';
import type { StreamDelivery } from '../generated.ts';

/** Milliseconds between two snapshots: at most ten a second. */
const snapshotMs = 100;
/**
 * A snapshot repeats everything, so the next one waits until the answer has grown by this share. All snapshots together are then at most 17 times
 * as long as the last one.
 */
const growthShare = 1 / 16;

export interface Following {
  /** Starts or finds the run. Called at the first pull. */
  readonly open: (signal: AbortSignal) => Promise<Run>;
  readonly after: string | null;
  readonly delivery: StreamDelivery;
  /** The operation's signal. It fires when the client leaves, and when the client's token expires. */
  readonly signal: AbortSignal;
  /** Id and route that the last event shows when the completion was never started. */
  readonly id: string;
  readonly route: () => string | null;
}

/** Never throws. An error becomes the last event, unless the reader has left or has already seen the end of the run. */
export function followEvents({ open, after, delivery, signal, id, route }: Following): Stream<RunEvent> {
  let run: Run | null = null;
  let last: RunEvent | null = null;

  async function opened(stop: AbortSignal): Promise<AsyncIterable<RunEvent>> {
    const found = await open(stop);
    run = found;
    const all = found.events(after, stop);
    return delivery === 'SNAPSHOT' ? snapshotEvents(all, () => found.state()) : all;
  }

  function failed(error: GatewayError): RunEvent {
    const state = run?.state() ?? failedState(id, route(), error);
    return { type: 'failed', seq: (last?.seq ?? 0) + 1, cursor: '', completionId: state.id, state, failure: error };
  }

  return mapStream(
    interruptible(opened, { signal }),
    (event) => {
      last = event;
      return event;
    },
    (error) => (leftBy(signal) || isEnd(last) ? null : failed(asGatewayError(error))),
  );
}

const isEnd = (event: RunEvent | null): boolean => event?.type === 'finished' || event?.type === 'failed';

/** Wraps events under the name of their subscription field. The field has no resolver of its own, so its rule is checked before it. */
export function nameEvents<Name extends string, T>(name: Name, events: AsyncIterable<T>): Stream<Record<Name, T>> {
  return mapStream(events, (event) => ({ [name]: event }) as Record<Name, T>);
}

/** Whether the client has left, so that nobody reads a last event. After a deadline the client still reads. */
const leftBy = (signal: AbortSignal): boolean => signal.aborted && abortError(signal).code === 'CANCELLED';

function failedState(id: string, route: string | null, failure: GatewayError): RunState {
  return { id, status: 'FAILED', completion: emptyCompletion, failure, settlement: null, route };
}

/** Replaces deltas by snapshots of the whole completion so far. The first and the last event stay as they are. */
export function snapshotEvents(
  source: AsyncIterable<RunEvent>,
  state: () => RunState,
  everyMs = snapshotMs,
  now: () => number = () => performance.now(),
): Stream<RunEvent> {
  const events = source[Symbol.asyncIterator]();
  let arriving: Promise<IteratorResult<RunEvent>> | null = null;
  let newest: RunEvent | null = null;
  let shownAt = Number.NEGATIVE_INFINITY;
  let shownLetters = 0;
  let newLetters = 0;

  async function next(): Promise<IteratorResult<RunEvent>> {
    for (;;) {
      arriving ??= events.next();
      const grown = newLetters >= shownLetters * growthShare;
      const arrived = newest === null || !grown ? await arriving : await withTimeout(arriving, shownAt + everyMs - now(), null);
      if (arrived === null && newest !== null) {
        const { seq, cursor, completionId } = newest;
        newest = null;
        shownAt = now();
        const shown = state();
        shownLetters = lettersOf(shown.completion);
        newLetters = 0;
        return { done: false, value: { type: 'snapshot', seq, cursor, completionId, state: shown } };
      }
      arriving = null;
      if (arrived === null || arrived.done === true) return { done: true, value: undefined };
      if ('state' in arrived.value) return arrived;
      newest = arrived.value;
      newLetters += lettersIn(arrived.value);
    }
  }

  return pullStream(next, { leave: () => events.return?.() });
}

/** Number of characters that a snapshot shows. A structured answer shows none before its end. */
function lettersOf({ parts, citations }: Completion): number {
  return [...parts, ...citations].reduce((sum, part) => sum + ('text' in part ? part.text.length : JSON.stringify(part).length), 0);
}

/** Number of characters that an event adds. */
function lettersIn(event: RunEvent): number {
  if (event.type === 'text' || event.type === 'reasoning') return event.text.length;
  if (event.type === 'tool-call') return JSON.stringify(event.call).length;
  return event.type === 'citation' ? JSON.stringify(event.citation).length : 0;
}

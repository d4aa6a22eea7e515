/** A run as it is stored: that it began and, after its end, its whole log, so that a cursor stays valid after a restart. */
import type { Settlement } from '../core/call/call.ts';
import { type Completion, emptyCompletion } from '../core/chunk.ts';
import { type ErrorCode, type ErrorDetails, GatewayError } from '../core/errors.ts';
import type { CompletionRecord, LostUsage } from '../storage/completions/completions.ts';
import { gatewayDied } from './endings.ts';
import { bodyAt, type LogContent, type RunLog, runLog } from './event-log.ts';
import type { Run, RunEvent, RunState, RunStatus } from './run.ts';
import { cursorOf, indexAfter } from './run-cursor.ts';

interface StoredFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly errorId: string;
}

interface StubBody {
  readonly route: string | null;
}

interface StoredState extends StubBody {
  readonly status: RunStatus;
  readonly completion: Completion;
  readonly failure: StoredFailure | null;
  readonly settlement: Settlement | null;
}

interface StoredBody extends StoredState {
  readonly log: LogContent;
}

/** What is known of a run before it begins. */
export const stubOf = (route: string | null): string => JSON.stringify({ route } satisfies StubBody);

export const routeOf = ({ body }: CompletionRecord): string | null => (JSON.parse(body) as StubBody).route;

export const bodyOf = (state: RunState, log: RunLog): string =>
  JSON.stringify({ ...storedState(state), log: log.content() } satisfies StoredBody);

/** The end of a run without its events, as JSON text. */
export const stateAsText = (state: RunState): string => JSON.stringify(storedState(state));

export const stateFromText = (id: string, text: string): RunState => stateOf(id, JSON.parse(text) as StoredState);

/** The end of a run of which nothing was kept, because its process died. */
export const stateOfDied = (id: string): RunState => ({
  ...{ id, status: 'FAILED', completion: emptyCompletion, failure: gatewayDied(id), settlement: null, route: null },
});

function storedState({ status, completion, failure, settlement, route }: RunState): StoredState {
  return {
    ...{ status, completion, settlement, route },
    failure: failure === null ? null : { code: failure.code, message: failure.message, details: failure.details, errorId: failure.errorId },
  };
}

function stateOf(id: string, { status, completion, failure, settlement, route }: StoredState): RunState {
  const known = failure && new GatewayError(failure.code, failure.message, failure.details, { errorId: failure.errorId });
  return { id, status, completion, failure: known, settlement, route };
}

/** Reads the record of a completion that has ended or was cut. */
export function openStoredRun(record: CompletionRecord): Run {
  const { state, log, cursors } = record.progress === 'cut' ? cutOff(record) : ended(record);
  const { id } = state;
  // The event is as its first readers saw it: an event never changes.
  const started: RunState = { ...state, status: 'RUNNING', completion: emptyCompletion, failure: null, settlement: null };
  async function* events(after: string | null): AsyncGenerator<RunEvent, undefined> {
    for (let index = indexAfter(after, id, cursors); index < log.length(); index += 1) {
      const logged = log.read(index);
      if (logged === null) continue;
      const seq = index + 1;
      yield { seq, cursor: cursorOf({ completionId: id, seq }), completionId: id, ...bodyAt(logged, started, () => state) };
    }
  }
  return { id, state: () => state, events, ended: async () => state, cancel: async () => state };
}

interface Told {
  readonly state: RunState;
  readonly log: RunLog;
  /** How many events of the log, from the first, have cursors that a reader may resume behind. */
  readonly cursors: number;
}

function ended({ id, body: text }: CompletionRecord): Told {
  const body = JSON.parse(text) as StoredBody;
  const log = runLog(Number.POSITIVE_INFINITY, body.log);
  return { state: stateOf(id, body), log, cursors: log.length() };
}

/**
 * The events of this run died with their process. What is known is that it failed, and what it cost. The process may have sent another
 * second event, so a cursor behind that one has expired: its reader would get neither the rest nor an end.
 */
function cutOff(record: CompletionRecord): Told {
  const { id, lost } = record;
  const log = runLog(Number.POSITIVE_INFINITY);
  log.mark('started');
  log.mark('failed');
  const settlement = lost === null ? null : settlementOf(lost);
  return {
    state: { id, status: 'FAILED', completion: emptyCompletion, failure: gatewayDied(id), settlement, route: routeOf(record) },
    log,
    cursors: 1,
  };
}

function settlementOf({ attempts: _, ...lost }: LostUsage): Settlement {
  return { ...lost, savedCost: 0, cache: 'BYPASS', attempts: [], outcome: 'LOST', latencyMs: 0, timeToFirstTokenMs: null };
}

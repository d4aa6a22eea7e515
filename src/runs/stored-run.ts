/** A run that has ended, as it is stored: its whole log, so that a cursor means the same after a restart. */
import type { Settlement } from '../core/call.ts';
import { type Completion, emptyCompletion } from '../core/chunk.ts';
import { type ErrorCode, type ErrorDetails, GatewayError } from '../core/errors.ts';
import { cursorOf, indexAfter } from './cursor.ts';
import { type LogContent, type RunLog, runLog } from './log.ts';
import type { Run, RunEvent, RunState, RunStatus } from './run.ts';

interface StoredFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly errorId: string;
}

interface StoredBody {
  readonly status: RunStatus;
  readonly completion: Completion;
  readonly failure: StoredFailure | null;
  readonly settlement: Settlement | null;
  readonly route: string | null;
  readonly log: LogContent;
}

/** Entries that carry the state are stored without it: it is put back when the run is read. */
export function bodyOf(state: RunState, log: RunLog): string {
  const { failure } = state;
  const content = log.content();
  const body: StoredBody = {
    status: state.status,
    completion: state.completion,
    failure: failure === null ? null : { code: failure.code, message: failure.message, details: failure.details, errorId: failure.errorId },
    settlement: state.settlement,
    route: state.route,
    log: { ...content, entries: content.entries.filter((entry) => !('state' in entry)) },
  };
  return JSON.stringify(body);
}

export function storedRun(id: string, text: string): Run {
  const body = JSON.parse(text) as StoredBody;
  const failure =
    body.failure === null
      ? null
      : new GatewayError(body.failure.code, body.failure.message, body.failure.details, { errorId: body.failure.errorId });
  const state: RunState = { id, status: body.status, completion: body.completion, failure, settlement: body.settlement, route: body.route };
  // As its first readers saw it: an event never changes.
  const started: RunState = { ...state, status: 'RUNNING', completion: emptyCompletion, failure: null, settlement: null };
  const log = runLog(Number.POSITIVE_INFINITY, {
    ...body.log,
    entries: [
      { type: 'started', state: started },
      ...body.log.entries,
      failure === null ? { type: 'finished', state } : { type: 'failed', state, failure },
    ],
  });
  async function* events(after: string | null): AsyncGenerator<RunEvent, undefined> {
    for (let index = indexAfter(after, id, log.length); index < log.length; index += 1) {
      const event = log.read(index);
      if (event !== null) yield { seq: index + 1, cursor: cursorOf({ completionId: id, seq: index + 1 }), completionId: id, ...event };
    }
  }
  return { id, state: () => state, events, ended: async () => state, cancel: async () => state };
}

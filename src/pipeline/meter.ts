/**
 * The outermost step: records usage and writes the ledger rows of every call, however it ends, and enforces the deadline.
 *
 * It adds up the facts that the inner steps report and passes them on. The ledger rows are written before the stream ends, or the answer is
 * given.
 */

import type { Batch } from '../core/batch.ts';
import type { Call, CallProgress, CallWatch, Handler, Settlement, Step, WholeHandler } from '../core/call/call.ts';
import type { Answer } from '../core/call/collect-answer.ts';
import { tally } from '../core/call/tally.ts';
import { asGatewayError, type ErrorCode, GatewayError } from '../core/errors.ts';
import type { ModelRequest } from '../core/request/request.ts';
import { callDeadline, type Deadline } from '../core/stream.ts';
import { abortError, throwIfAborted } from '../core/turns/abort.ts';
import { monotonicMs as monotonic } from '../core/turns/monotonic.ts';
import type { Ledger } from '../storage/ledger/ledger.ts';
import type { Log } from '../telemetry/log.ts';
import { leavable, leavableAnswer } from './leavable.ts';
import { isContent } from './route/content.ts';
import { endedRows } from './rows.ts';

export interface MeterOptions {
  readonly ledger: Pick<Ledger, 'append' | 'writable'>;
  readonly log: Log;
  /** Default: nobody watches. */
  readonly watch?: CallWatch;
  readonly now?: () => number;
  /** A clock for durations that is never set back. */
  readonly monotonicMs?: () => number;
}

export function metered(options: MeterOptions): Step {
  return {
    stream: (next) => (request, call) => ({ [Symbol.asyncIterator]: () => meteredStream(next, request, call, options) }),
    whole: (next) => (request, call) => meteredAnswer(next, request, call, options),
  };
}

function meteredStream(next: Handler, request: ModelRequest, call: Call, options: MeterOptions) {
  const books = meterBooks(call, options);
  let firstContentMs: number | null = null;
  let finished = false;
  const shown = call.shown ?? (() => call.live === true && firstContentMs !== null);
  return leavable<Batch>({
    begin() {
      const { deadline, metered } = books.begin();
      return { deadline, stream: started(next, request, { ...metered, shown }) };
    },
    saw(batch) {
      const type = batch[0]?.type;
      if (type === 'restart') firstContentMs = null;
      else if (type === 'finish') finished = true;
      else if (firstContentMs === null && batch.some(isContent)) firstContentMs = books.sinceMs();
    },
    ended(failure) {
      // A reader who leaves after the last batch has had the whole answer.
      return books.settle(finished && failure?.code === 'CANCELLED' ? null : failure, firstContentMs);
    },
  });
}

/** Meters a whole answer. Nobody is shown anything before its end, so it has no time to the first token. */
async function meteredAnswer(next: WholeHandler, request: ModelRequest, call: Call, options: MeterOptions): Promise<Answer> {
  const books = meterBooks(call, options);
  const { deadline, metered } = books.begin();
  try {
    throwIfAborted(deadline.signal);
    const answer = await leavableAnswer(next(request, { ...metered, shown: () => false }), deadline.signal);
    await books.settle(null, null);
    return answer;
  } catch (error) {
    const failure = deadline.signal.aborted ? abortError(deadline.signal) : asGatewayError(error);
    await books.settle(failure, null);
    throw failure;
  } finally {
    deadline.end();
  }
}

interface MeterBooks {
  /** Throws MODEL_UNAVAILABLE, settled, while usage cannot be recorded. */
  begin(): { readonly deadline: Deadline; readonly metered: Call };
  sinceMs(): number;
  /**
   * Settles the call; `null` means that it went well. Resolves when the rows are kept, and the answer does not end before. Never rejects.
   */
  settle(failure: GatewayError | null, firstContentMs: number | null): void | Promise<void>;
}

function meterBooks(call: Call, { ledger, log, watch, now = Date.now, monotonicMs = monotonic }: MeterOptions): MeterBooks {
  const facts = tally();
  let began = 0;
  let beganMs = 0;
  let settled = false;
  let progress: CallProgress | null = null;
  const sinceMs = (): number => Math.round(monotonicMs() - beganMs);

  const report: Call['report'] = (fact) => {
    if (settled && fact.type !== 'settled') log.warn('a fact came after its call was settled', { callId: call.id, fact: fact.type });
    facts.add(fact);
    try {
      call.report(fact);
    } catch (cause) {
      log.error('whoever made a call could not take a fact of it', { callId: call.id, fact: fact.type, cause });
    }
  };

  const settle = (failure: GatewayError | null, firstContentMs: number | null, append: Ledger['append']): void | Promise<void> => {
    settled = true;
    const settlement = facts.settled(failure?.code ?? 'OK', sinceMs(), firstContentMs);
    if (progress !== null) watch?.end(progress, settlement);
    const kept = append(endedRows(call, began, settlement, failure));
    if (failure !== null) logFailure(log, call, failure, settlement);
    report({ type: 'settled', callId: call.id, settlement });
    return kept;
  };

  return {
    sinceMs,
    begin() {
      began = now();
      beganMs = monotonicMs();
      progress = watch?.begin(call) ?? null;
      if (!ledger.writable()) {
        const failure = new GatewayError(
          'MODEL_UNAVAILABLE',
          'Usage cannot be recorded at the moment, so no new calls are made. Try again in a moment; /health/ready says what is the matter.',
          { about: 'gateway', retryAfterMs: 1_000 },
        );
        void settle(failure, null, () => {});
        throw failure;
      }
      const allowedMs = call.deadlineMs - beganMs;
      const deadline = callDeadline(call, allowedMs, () => tooLate(allowedMs));
      const metered = { ...call, signal: deadline.signal, report };
      return { deadline, metered: progress === null ? metered : { ...metered, progress } };
    },
    settle: (failure, firstContentMs) => settle(failure, firstContentMs, (rows) => ledger.append(rows)),
  };
}

/** A step that throws instead of returning a stream makes a stream that throws: it is settled like any other. */
function started(next: Handler, request: ModelRequest, call: Call): AsyncIterable<Batch> {
  try {
    return next(request, call);
  } catch (error) {
    return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
  }
}

const tooLate = (allowedMs: number): GatewayError =>
  new GatewayError(
    'TIMEOUT',
    `The call was stopped at its deadline, ${Math.max(0, Math.round(allowedMs))} ms after it began. A shorter answer or a later deadline would fit.`,
  );

const providerFaults: ReadonlySet<ErrorCode> = new Set(['MODEL_UNAVAILABLE', 'INVALID_OUTPUT', 'TIMEOUT', 'STREAM_STALLED']);

function levelOf(code: ErrorCode): keyof Log {
  if (code === 'INTERNAL') return 'error';
  if (code === 'CANCELLED') return 'debug';
  return providerFaults.has(code) ? 'warn' : 'info';
}

/** The one place where failed calls are logged: the cause stays here, the caller gets the errorId. */
function logFailure(log: Log, call: Call, failure: GatewayError, settlement: Settlement): void {
  log[levelOf(failure.code)]('a call failed', {
    errorId: failure.errorId,
    code: failure.code,
    callId: call.id,
    coordinate: call.uses[0]?.coordinate,
    principal: call.principal.id,
    route: call.route,
    attempts: settlement.attempts,
    latencyMs: settlement.latencyMs,
    cause: failure.cause,
  });
}

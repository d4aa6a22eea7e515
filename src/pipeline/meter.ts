/**
 * The outermost step: records usage and writes the ledger rows of every call, however it ends, and enforces the deadline.
 *
 * It adds up the facts that the inner steps report and passes them on. The ledger rows are written before the stream ends, or the answer is
 * given.
 */

import type { Batch } from '../core/batch.ts';
import type { Call, CallProgress, CallWatch, Fact, Handler, Settlement, Step, WholeHandler } from '../core/call/call.ts';
import type { Answer } from '../core/call/collect-answer.ts';
import { tally } from '../core/call/tally.ts';
import { asGatewayError, type ErrorCode, GatewayError } from '../core/errors.ts';
import type { ModelRequest } from '../core/request/request.ts';
import { callDeadline, type Deadline } from '../core/stream.ts';
import { abortError, throwIfAborted } from '../core/turns/abort.ts';
import { monotonicMs as monotonic } from '../core/turns/monotonic.ts';
import type { Ledger } from '../storage/ledger/ledger.ts';
import type { Log } from '../telemetry/log.ts';
import { LeavableStream, leavableAnswer } from './leavable.ts';
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
    stream: (next) => (request, call) => ({ [Symbol.asyncIterator]: () => new MeteredStream(next, request, call, options) }),
    whole: (next) => (request, call) => meteredAnswer(next, request, call, options),
  };
}

/** A class, since a thousand streams are open at once: its methods are made once. */
class MeteredStream extends LeavableStream<Batch> {
  readonly #next: Handler;
  readonly #request: ModelRequest;
  readonly #call: Call;
  readonly #books: MeterBooks;
  #firstContentMs: number | null = null;
  #hasFinished = false;

  constructor(next: Handler, request: ModelRequest, call: Call, options: MeterOptions) {
    super();
    this.#next = next;
    this.#request = request;
    this.#call = call;
    this.#books = new MeterBooks(call, options);
  }

  protected begin(): { readonly stream: AsyncIterable<Batch>; readonly deadline: Deadline } {
    const { deadline, metered } = this.#books.begin();
    const shown = this.#call.shown ?? ((): boolean => this.#call.live === true && this.#firstContentMs !== null);
    return { deadline, stream: started(this.#next, this.#request, { ...metered, shown }) };
  }

  protected saw(batch: Batch): void {
    const type = batch[0]?.type;
    if (type === 'restart') this.#firstContentMs = null;
    else if (type === 'finish') this.#hasFinished = true;
    else if (this.#firstContentMs === null && batch.some(isContent)) this.#firstContentMs = this.#books.sinceMs();
  }

  protected ended(failure: GatewayError | null): void | Promise<void> {
    // A reader who leaves after the last batch has had the whole answer.
    return this.#books.settle(this.#hasFinished && failure?.code === 'CANCELLED' ? null : failure, this.#firstContentMs);
  }
}

/** Meters a whole answer. Nobody is shown anything before its end, so it has no time to the first token. */
async function meteredAnswer(next: WholeHandler, request: ModelRequest, call: Call, options: MeterOptions): Promise<Answer> {
  const books = new MeterBooks(call, options);
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

/** The facts of one call, and its rows. A class, since each call has one: its methods are made once. */
class MeterBooks {
  readonly #call: Call;
  readonly #options: MeterOptions;
  readonly #facts = tally();
  #began = 0;
  #beganMs = 0;
  #isSettled = false;
  #progress: CallProgress | null = null;

  constructor(call: Call, options: MeterOptions) {
    this.#call = call;
    this.#options = options;
  }

  /** Throws MODEL_UNAVAILABLE, settled, while usage cannot be recorded. */
  begin(): { readonly deadline: Deadline; readonly metered: Call } {
    const { ledger, now = Date.now } = this.#options;
    this.#began = now();
    this.#beganMs = this.#nowMs();
    this.#progress = this.#options.watch?.begin(this.#call) ?? null;
    if (!ledger.writable()) {
      const failure = new GatewayError(
        'MODEL_UNAVAILABLE',
        'Usage cannot be recorded at the moment, so no new calls are made. Try again in a moment; /health/ready says what is the matter.',
        { about: 'gateway', retryAfterMs: 1_000 },
      );
      void this.#settle(failure, null, () => {});
      throw failure;
    }
    const allowedMs = this.#call.deadlineMs - this.#beganMs;
    const deadline = callDeadline(this.#call, allowedMs, () => tooLate(allowedMs));
    const report: Call['report'] = (fact) => this.#report(fact);
    const { signal } = deadline;
    const progress = this.#progress;
    return { deadline, metered: progress === null ? { ...this.#call, signal, report } : { ...this.#call, signal, report, progress } };
  }

  sinceMs(): number {
    return Math.round(this.#nowMs() - this.#beganMs);
  }

  /**
   * Settles the call; `null` means that it went well. Resolves when the rows are kept, and the answer does not end before. Never rejects.
   */
  settle(failure: GatewayError | null, firstContentMs: number | null): void | Promise<void> {
    return this.#settle(failure, firstContentMs, (rows) => this.#options.ledger.append(rows));
  }

  #settle(failure: GatewayError | null, firstContentMs: number | null, append: Ledger['append']): void | Promise<void> {
    this.#isSettled = true;
    const settlement = this.#facts.settled(failure?.code ?? 'OK', this.sinceMs(), firstContentMs);
    if (this.#progress !== null) this.#options.watch?.end(this.#progress, settlement);
    const kept = append(endedRows(this.#call, this.#began, settlement, failure));
    if (failure !== null) logFailure(this.#options.log, this.#call, failure, settlement);
    this.#report({ type: 'settled', callId: this.#call.id, settlement });
    return kept;
  }

  #report(fact: Fact): void {
    const { log } = this.#options;
    const { id: callId } = this.#call;
    if (this.#isSettled && fact.type !== 'settled') log.warn('a fact came after its call was settled', { callId, fact: fact.type });
    this.#facts.add(fact);
    try {
      this.#call.report(fact);
    } catch (cause) {
      log.error('whoever made a call could not take a fact of it', { callId, fact: fact.type, cause });
    }
  }

  #nowMs(): number {
    return (this.#options.monotonicMs ?? monotonic)();
  }
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

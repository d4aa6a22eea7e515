/**
 * Adds timeouts and immediate cancellation to a provider's stream, or to its whole answer.
 *
 * A generator that waits for upstream does not see `return()` until upstream sends something. This iterator does: leaving
 * it, the caller's signal and a stall all abort the one signal that the work below was given.
 */

import { isBatch, type Said } from '../../core/batch.ts';
import { GatewayError } from '../../core/errors.ts';
import { type AbortableWaits, abortableWaits, abortError, throwIfAborted, untilAborted } from '../../core/turns/abort.ts';
import { MovingTimer } from './moving-timer.ts';

type Phase = 'before-content' | 'mid-stream';

export interface Timing {
  readonly signal: AbortSignal;
  /** Milliseconds until the first chunk of content; warnings are not content. */
  readonly firstChunkMs: number;
  /** Milliseconds between two chunks. Time in which nobody pulls does not count. */
  readonly idleMs: number;
}

/** Gives the pull that is under way this many milliseconds from now on, whatever its own limit is. */
export type Extend = (ms: number) => void;

/**
 * What `open` says, which is called at the first `next()`. Throws what the signal says, STREAM_STALLED, or the
 * translation of what `open` throws; each with its phase.
 */
export function limitTime(
  open: (signal: AbortSignal, extend: Extend) => AsyncIterable<Said>,
  timing: Timing,
  translated: (error: unknown) => GatewayError,
): AsyncIterable<Said> {
  return { [Symbol.asyncIterator]: () => new TimedStream(open, timing, translated) };
}

/** A class, since a thousand streams are open at once: its methods are made once. */
class TimedStream implements AsyncIterator<Said> {
  readonly #open: (signal: AbortSignal, extend: Extend) => AsyncIterable<Said>;
  readonly #timing: Timing;
  readonly #translated: (error: unknown) => GatewayError;
  readonly #upstream = new AbortController();
  readonly #patience: MovingTimer;
  readonly #waits: AbortableWaits;
  #chunks: AsyncIterator<Said> | null = null;
  #phase: Phase = 'before-content';
  #hasEnded = false;

  constructor(
    open: (signal: AbortSignal, extend: Extend) => AsyncIterable<Said>,
    timing: Timing,
    translated: (error: unknown) => GatewayError,
  ) {
    this.#open = open;
    this.#timing = timing;
    this.#translated = translated;
    this.#patience = new MovingTimer(() => this.#upstream.abort(stalled(this.#phase)));
    this.#waits = abortableWaits(this.#upstream.signal);
  }

  async next(): Promise<IteratorResult<Said>> {
    if (this.#hasEnded) return { done: true, value: undefined };
    const { firstChunkMs, idleMs, signal } = this.#timing;
    this.#patience.setTo(this.#phase === 'before-content' ? firstChunkMs : idleMs);
    try {
      this.#chunks ??= this.#opened();
      const next = await this.#waits.until(this.#chunks.next());
      if (next.done === true) this.#end();
      else if (this.#phase === 'before-content' && !isWarning(next.value)) this.#phase = 'mid-stream';
      return next;
    } catch (error) {
      this.#end();
      const failure = failureOf(error, signal, this.#upstream.signal, this.#translated);
      this.#upstream.abort(failure);
      throw withPhase(failure, this.#phase);
    } finally {
      this.#patience.pause();
    }
  }

  async return(): Promise<IteratorResult<Said>> {
    if (!this.#hasEnded) {
      this.#end();
      this.#upstream.abort(new GatewayError('CANCELLED', 'The reader left before the answer ended.'));
    }
    this.#chunks?.return?.().catch(() => {});
    return { done: true, value: undefined };
  }

  /** The caller's signal has fired. */
  handleEvent(): void {
    this.#upstream.abort(abortError(this.#timing.signal));
  }

  #opened(): AsyncIterator<Said> {
    const { signal } = this.#timing;
    if (signal.aborted) throw abortError(signal);
    signal.addEventListener('abort', this, { once: true });
    const extend = (ms: number): void => {
      if (!this.#hasEnded) this.#patience.setTo(ms);
    };
    return this.#open(this.#upstream.signal, extend)[Symbol.asyncIterator]();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#patience.end();
    this.#timing.signal.removeEventListener('abort', this);
  }
}

const isWarning = (said: Said): boolean => (isBatch(said) ? said : [said]).every(({ type }) => type === 'warning');

/** The same for an answer that comes at once: what `open` resolves to, within a time. It has one phase, since nothing is shown before. */
export async function timedAnswer<T>(
  open: (signal: AbortSignal, extend: Extend) => Promise<T>,
  { signal, withinMs }: { readonly signal: AbortSignal; readonly withinMs: number },
  translated: (error: unknown) => GatewayError,
): Promise<T> {
  const upstream = new AbortController();
  const patience = new MovingTimer(() => upstream.abort(stalled('before-content')));
  const leave = (): void => upstream.abort(abortError(signal));
  try {
    throwIfAborted(signal);
    signal.addEventListener('abort', leave, { once: true });
    patience.setTo(withinMs);
    return await untilAborted(
      open(upstream.signal, (ms) => patience.setTo(ms)),
      upstream.signal,
    );
  } catch (error) {
    const failure = failureOf(error, signal, upstream.signal, translated);
    upstream.abort(failure);
    throw withPhase(failure, 'before-content');
  } finally {
    patience.end();
    signal.removeEventListener('abort', leave);
  }
}

/** The signals first: SDKs report an abort with a reason of ours as an HTTP error with status 200. */
function failureOf(error: unknown, signal: AbortSignal, upstream: AbortSignal, translated: (error: unknown) => GatewayError): GatewayError {
  if (signal.aborted) return abortError(signal);
  if (upstream.aborted) return abortError(upstream);
  return error instanceof GatewayError ? error : translated(error);
}

/** The same for what was asked within a time of its own. */
export const answerFailure = (error: unknown, signal: AbortSignal, translated: (error: unknown) => GatewayError): GatewayError =>
  withPhase(failureOf(error, signal, signal, translated), 'before-content');

export function stalled(phase: Phase): GatewayError {
  const what = phase === 'before-content' ? 'The model did not begin to answer in time.' : 'The model stopped in the middle of its answer.';
  return new GatewayError('STREAM_STALLED', `${what} Asking again may help.`, { phase });
}

function withPhase(error: GatewayError, phase: Phase): GatewayError {
  if (error.details.phase !== undefined) return error;
  return new GatewayError(error.code, error.message, { ...error.details, phase }, { cause: error.cause });
}

/**
 * Adds timeouts and immediate cancellation to a provider's stream, or to its whole answer.
 *
 * A generator that waits for upstream does not see `return()` until upstream sends something. This iterator does: leaving
 * it, the caller's signal and a stall all abort the one signal that the work below was given.
 */

import { isBatch, type Said } from '../../core/batch.ts';
import { GatewayError } from '../../core/errors.ts';
import { abortableWaits, abortError, throwIfAborted, untilAborted } from '../../core/turns/abort.ts';
import { monotonicMs } from '../../core/turns/monotonic.ts';

/** The longest delay that a timer can have. */
const longestTimerMs = 2 ** 31 - 1;
/** A timer that is so late tells that this process did not run, as when it was suspended. */
const lateMs = 1_000;

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
  { signal, firstChunkMs, idleMs }: Timing,
  translated: (error: unknown) => GatewayError,
): AsyncIterable<Said> {
  return {
    [Symbol.asyncIterator]() {
      const upstream = new AbortController();
      let chunks: AsyncIterator<Said> | null = null;
      let phase: Phase = 'before-content';
      let ended = false;
      const patience = movingTimer(() => upstream.abort(stalled(phase)));
      const waits = abortableWaits(upstream.signal);
      const within = (ms: number): void => {
        if (!ended) patience.setTo(ms);
      };
      const leave = (): void => upstream.abort(abortError(signal));
      const end = (): void => {
        ended = true;
        patience.end();
        signal.removeEventListener('abort', leave);
      };
      const opened = (): AsyncIterator<Said> => {
        if (signal.aborted) throw abortError(signal);
        signal.addEventListener('abort', leave, { once: true });
        return open(upstream.signal, within)[Symbol.asyncIterator]();
      };
      return {
        async next() {
          if (ended) return { done: true, value: undefined };
          within(phase === 'before-content' ? firstChunkMs : idleMs);
          try {
            chunks ??= opened();
            const next = await waits.until(chunks.next());
            if (next.done === true) end();
            else if (phase === 'before-content' && !isWarning(next.value)) phase = 'mid-stream';
            return next;
          } catch (error) {
            end();
            const failure = failureOf(error, signal, upstream.signal, translated);
            upstream.abort(failure);
            throw withPhase(failure, phase);
          } finally {
            patience.pause();
          }
        },
        async return() {
          if (!ended) {
            end();
            upstream.abort(new GatewayError('CANCELLED', 'The reader left before the answer ended.'));
          }
          chunks?.return?.().catch(() => {});
          return { done: true, value: undefined };
        },
      };
    },
  };
}

const isWarning = (said: Said): boolean => (isBatch(said) ? said : [said]).every(({ type }) => type === 'warning');

interface MovingTimer {
  /** Rings in so many milliseconds from now. */
  setTo(ms: number): void;
  /** Does not ring until it is set again. */
  pause(): void;
  end(): void;
}

/**
 * A time that moves with each chunk, most often to a later one: the timer below is set anew when it has rung too soon. What came while
 * this process did not run lies unread, and has a moment to be read first.
 */
function movingTimer(ring: () => void): MovingTimer {
  let timer: NodeJS.Timeout | undefined;
  let waitMs = 0;
  let ringsAt = Number.POSITIVE_INFINITY;
  let dueAt = Number.POSITIVE_INFINITY;

  function arm(ms: number): void {
    clearTimeout(timer);
    ringsAt = dueAt;
    timer = setTimeout(rung, Math.min(Math.ceil(ms), longestTimerMs));
  }

  function rung(): void {
    timer = undefined;
    if (dueAt === Number.POSITIVE_INFINITY) return;
    const leftMs = dueAt - monotonicMs();
    if (leftMs > 0) arm(leftMs);
    else if (leftMs > -lateMs) ring();
    else setTo(Math.min(waitMs, lateMs));
  }

  function setTo(ms: number): void {
    waitMs = ms;
    dueAt = monotonicMs() + ms;
    if (timer === undefined || dueAt < ringsAt) arm(ms);
  }

  return {
    setTo,
    pause() {
      dueAt = Number.POSITIVE_INFINITY;
    },
    end() {
      clearTimeout(timer);
    },
  };
}

/** Calls `ring` once, after so long. Returns how to cancel it. */
export function afterRunning(ms: number, ring: () => void): () => void {
  const timer = movingTimer(ring);
  timer.setTo(ms);
  return timer.end;
}

/** The same for an answer that comes at once: what `open` resolves to, within a time. It has one phase, since nothing is shown before. */
export async function timedAnswer<T>(
  open: (signal: AbortSignal, extend: Extend) => Promise<T>,
  { signal, withinMs }: { readonly signal: AbortSignal; readonly withinMs: number },
  translated: (error: unknown) => GatewayError,
): Promise<T> {
  const upstream = new AbortController();
  const patience = movingTimer(() => upstream.abort(stalled('before-content')));
  const leave = (): void => upstream.abort(abortError(signal));
  try {
    throwIfAborted(signal);
    signal.addEventListener('abort', leave, { once: true });
    patience.setTo(withinMs);
    return await untilAborted(open(upstream.signal, patience.setTo), upstream.signal);
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

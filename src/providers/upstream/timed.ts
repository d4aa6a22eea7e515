/**
 * Adds timeouts and immediate cancellation to a provider's stream, or to its whole answer.
 *
 * A generator that waits for upstream does not see `return()` until upstream sends something. This iterator does: leaving
 * it, the caller's signal and a stall all abort the one signal that the work below was given.
 */

import type { Chunk } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import { abortError, throwIfAborted, untilAborted } from '../../core/turns/abort.ts';
import { monotonicMs } from '../../core/turns/monotonic.ts';

/** The longest delay that a timer can have. */
const longestTimerMs = 2 ** 31 - 1;
/** A timer that is so late tells that this process did not run, as when it was suspended. */
const lateMs = 1_000;

/** Calls `ring` after so long. What came while this process did not run lies unread, and has a moment to be read first. Returns how to cancel it. */
function afterRunning(ms: number, ring: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (delayMs: number): void => {
    const dueMs = monotonicMs() + delayMs;
    timer = setTimeout(() => {
      if (monotonicMs() - dueMs < lateMs) ring();
      else wait(Math.min(ms, lateMs));
    }, delayMs);
  };
  wait(Math.min(ms, longestTimerMs));
  return () => clearTimeout(timer);
}

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
 * The chunks of `open`, which is called at the first `next()`. Throws what the signal says, STREAM_STALLED, or the
 * translation of what `open` throws; each with its phase.
 */
export function limitTime(
  open: (signal: AbortSignal, extend: Extend) => AsyncIterable<Chunk>,
  { signal, firstChunkMs, idleMs }: Timing,
  translated: (error: unknown) => GatewayError,
): AsyncIterable<Chunk> {
  return {
    [Symbol.asyncIterator]() {
      const upstream = new AbortController();
      let chunks: AsyncIterator<Chunk> | null = null;
      let phase: Phase = 'before-content';
      let ended = false;
      let stopTimer = (): void => {};
      const within = (ms: number): void => {
        stopTimer();
        if (!ended) stopTimer = afterRunning(ms, () => upstream.abort(stalled(phase)));
      };
      const leave = (): void => upstream.abort(abortError(signal));
      const end = (): void => {
        ended = true;
        signal.removeEventListener('abort', leave);
      };
      const opened = (): AsyncIterator<Chunk> => {
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
            const next = await untilAborted(chunks.next(), upstream.signal);
            if (next.done === true) end();
            else if (next.value.type !== 'warning') phase = 'mid-stream';
            return next;
          } catch (error) {
            end();
            const failure = failureOf(error, signal, upstream.signal, translated);
            upstream.abort(failure);
            throw withPhase(failure, phase);
          } finally {
            stopTimer();
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

/** The same for an answer that comes at once: what `open` resolves to, within a time. It has one phase, since nothing is shown before. */
export async function timedAnswer<T>(
  open: (signal: AbortSignal, extend: Extend) => Promise<T>,
  { signal, withinMs }: { readonly signal: AbortSignal; readonly withinMs: number },
  translated: (error: unknown) => GatewayError,
): Promise<T> {
  const upstream = new AbortController();
  let stopTimer = (): void => {};
  const within = (ms: number): void => {
    stopTimer();
    stopTimer = afterRunning(ms, () => upstream.abort(stalled('before-content')));
  };
  const leave = (): void => upstream.abort(abortError(signal));
  try {
    throwIfAborted(signal);
    signal.addEventListener('abort', leave, { once: true });
    within(withinMs);
    return await untilAborted(open(upstream.signal, within), upstream.signal);
  } catch (error) {
    const failure = failureOf(error, signal, upstream.signal, translated);
    upstream.abort(failure);
    throw withPhase(failure, 'before-content');
  } finally {
    stopTimer();
    signal.removeEventListener('abort', leave);
  }
}

/** The signals first: SDKs report an abort with a reason of ours as an HTTP error with status 200. */
function failureOf(error: unknown, signal: AbortSignal, upstream: AbortSignal, translated: (error: unknown) => GatewayError): GatewayError {
  if (signal.aborted) return abortError(signal);
  if (upstream.aborted) return abortError(upstream);
  return error instanceof GatewayError ? error : translated(error);
}

function stalled(phase: Phase): GatewayError {
  const what = phase === 'before-content' ? 'The model did not begin to answer in time.' : 'The model stopped in the middle of its answer.';
  return new GatewayError('STREAM_STALLED', `${what} Asking again may help.`, { phase });
}

function withPhase(error: GatewayError, phase: Phase): GatewayError {
  if (error.details.phase !== undefined) return error;
  return new GatewayError(error.code, error.message, { ...error.details, phase }, { cause: error.cause });
}

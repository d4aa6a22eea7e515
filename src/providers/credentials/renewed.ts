/**
 * Keeps what a function gets (an access token, access keys) until shortly before it expires. Callers who wait at the same time share one
 * question.
 */
import { untilAborted } from '../../core/turns/abort.ts';
import { monotonicMs as monotonic } from '../../core/turns/monotonic.ts';

export interface Renewed<T> {
  /** Throws what the function throws, or the reason of the signal. */
  get(signal: AbortSignal): Promise<T>;
  /** Call it when the kept value was refused: the next caller gets a new one. */
  forget(): void;
}

export interface RenewedOptions<T> {
  /** Its signal fires when nobody waits any longer, and after 30 s. */
  readonly ask: (signal: AbortSignal) => T | PromiseLike<T>;
  /** Milliseconds since 1970; null: every caller asks for a new value. */
  readonly expiresAt: (value: T) => number | null;
  /**
   * The system time, read when the value comes. Its lifetime is counted from then on by the monotonic clock, so that setting the system
   * time does not change it.
   */
  readonly now?: () => number;
  readonly monotonicMs?: () => number;
}

/** How long before the end of a value a new one is asked for, in milliseconds. */
const renewedBeforeMs = 60_000;
const maxAskMs = 30_000;

interface Question<T> {
  readonly answer: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

export function keepRenewed<T>({ ask, expiresAt, now = Date.now, monotonicMs = monotonic }: RenewedOptions<T>): Renewed<T> {
  /** `until` is a time of the monotonic clock. */
  let kept: { readonly value: T; readonly until: number } | null = null;
  let question: Question<T> | null = null;

  function asked(): Question<T> {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(maxAskMs)]);
    const answer = untilAborted(
      (async () => ask(signal))().then((value) => {
        const until = expiresAt(value);
        kept = until === null ? null : { value, until: monotonicMs() + until - now() };
        return value;
      }),
      signal,
    ).finally(() => {
      if (question === made) question = null;
    });
    const made: Question<T> = { answer, controller, waiting: 0 };
    return made;
  }

  async function answered(signal: AbortSignal): Promise<T> {
    question ??= asked();
    const mine = question;
    mine.waiting += 1;
    try {
      return await untilAborted(mine.answer, signal);
    } finally {
      mine.waiting -= 1;
      if (mine.waiting === 0) {
        if (question === mine) question = null;
        mine.controller.abort();
      }
    }
  }

  return {
    async get(signal) {
      if (kept !== null && monotonicMs() < kept.until - renewedBeforeMs) return kept.value;
      try {
        return await answered(signal);
      } catch (error) {
        // The kept value is valid to its end, also where no new one can be had.
        if (kept === null || signal.aborted || monotonicMs() >= kept.until) throw error;
        return kept.value;
      }
    },
    forget() {
      kept = null;
    },
  };
}

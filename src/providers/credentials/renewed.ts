/** Keeps what a function gets (an access token, access keys) until shortly before it expires. Callers who wait at the same time share one question. */
import { untilAborted } from '../../core/turns/abort.ts';
import { monotonicMs as monotonic } from '../../core/turns/monotonic.ts';

export interface Renewed<T> {
  /** Throws what the function throws, or what the signal says. */
  get(signal: AbortSignal): Promise<T>;
  /** What is kept was refused: the next caller gets a new one. */
  forget(): void;
}

export interface RenewedOptions<T> {
  /** Its signal fires when nobody waits any longer, and after 30 s. */
  readonly ask: (signal: AbortSignal) => T | PromiseLike<T>;
  /** Milliseconds since 1970; null: it is asked for again by every caller. */
  readonly expiresAt: (value: T) => number | null;
  /** Read when the value comes: for how long it is good is counted from then on, also where the system time is set. */
  readonly now?: () => number;
  readonly monotonicMs?: () => number;
}

/** Milliseconds before its end from which something new is asked for. */
const renewedBeforeMs = 60_000;
const maxAskMs = 30_000;

interface Question<T> {
  readonly answer: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

export function keepRenewed<T>({ ask, expiresAt, now = Date.now, monotonicMs = monotonic }: RenewedOptions<T>): Renewed<T> {
  /** `until`: by the monotonic clock. */
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
        // What is kept is good to its end, also where nothing new is to be had.
        if (kept === null || signal.aborted || monotonicMs() >= kept.until) throw error;
        return kept.value;
      }
    },
    forget() {
      kept = null;
    },
  };
}

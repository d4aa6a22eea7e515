/** Repeats what lost its connection, until it is through, is refused, or nobody wants it any more. */
import { asRequestError, type RequestError } from './transport/request-error.ts';

const firstWaitMs = 250;
const maxWaitMs = 8_000;
/** Of what has never worked: a wrong address looks like a gateway that is down. */
const maxFirstAttempts = 6;

export interface Trying {
  readonly signal: AbortSignal;
  /** Rises with each sign of life: waits then begin anew with the shortest. */
  readonly progress: () => number;
  /** A connection is gone; it will be tried again. */
  readonly onDrop: (error: RequestError) => void;
}

/**
 * Resolves when `attempt` does, or when the signal fires. Rejects with what cannot be repeated: a refusal; a second refusal of the token
 * in a row; a gateway that is not reached at the first six attempts, unless the device is offline.
 */
export async function keepTrying(attempt: () => Promise<void>, { signal, progress, onDrop }: Trying): Promise<void> {
  let failures = 0;
  let renewed = false;
  for (;;) {
    const before = progress();
    try {
      await attempt();
      return;
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asRequestError(thrown);
      if (progress() > before) {
        failures = 0;
        renewed = false;
      }
      if (error.code === 'UNAUTHENTICATED') {
        if (renewed) throw error;
        renewed = true;
        onDrop(error);
        continue;
      }
      const begun = progress() > 0;
      const again = error.code === 'UNREACHABLE' || (begun && error.retryable);
      if (!again || (!begun && failures >= maxFirstAttempts - 1 && isOnline())) throw error;
      onDrop(error);
      await waitToReconnect(error.retryAfterMs, backOffMs(failures), signal);
      failures += 1;
    }
  }
}

const isOnline = (): boolean => globalThis.navigator?.onLine !== false;

/** 0.25 s, doubled up to 8 s; a random half of it, so that the clients of a gateway that comes back do not come together. */
const backOffMs = (failures: number): number => Math.min(maxWaitMs, firstWaitMs * 2 ** failures) * (0.5 + Math.random() / 2);

/** Whether the page is one that nobody sees: its timers are late and its frames are not drawn. */
export const isHidden = (): boolean => globalThis.document?.visibilityState === 'hidden';

/**
 * Resolves after the time that the gateway asked for; without one, after the back-off, or when the network is back or the page is looked at
 * again. The signal ends both.
 */
function waitToReconnect(askedMs: number | null, backOffMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const waiting = new AbortController();
    const once = { signal: waiting.signal };
    const over = (): void => {
      clearTimeout(timer);
      waiting.abort();
      resolve();
    };
    const timer = setTimeout(over, Math.max(askedMs ?? 0, backOffMs));
    signal.addEventListener('abort', over, once);
    if (askedMs !== null) return;
    globalThis.addEventListener?.('online', over, once);
    globalThis.document?.addEventListener('visibilitychange', () => isHidden() || over(), once);
  });
}

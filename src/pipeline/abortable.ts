/** Makes streams and waits end as soon as a signal fires, even while the layer below is silent. */
import { abortError } from '../core/turns/abort.ts';

/**
 * The stream, ended by the signal even when it is blocked: `next()` then rejects at once with {@link abortError}, and
 * the stream below is returned without being waited for. One listener per stream, not one per chunk.
 */
export function abortable<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncIterableIterator<T> {
  const below = stream[Symbol.asyncIterator]();
  let fail: ((error: unknown) => void) | null = null;
  let over = false;
  const leave = (): void => {
    if (over) return;
    over = true;
    signal.removeEventListener('abort', onAbort);
    Promise.resolve(below.return?.()).catch(() => {});
  };
  const onAbort = (): void => {
    leave();
    fail?.(abortError(signal));
  };
  const end = (): void => {
    over = true;
    signal.removeEventListener('abort', onAbort);
  };
  if (!signal.aborted) signal.addEventListener('abort', onAbort, { once: true });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          leave();
          reject(abortError(signal));
          return;
        }
        if (over) {
          resolve({ done: true, value: undefined });
          return;
        }
        fail = reject;
        below.next().then(
          (result) => {
            if (result.done === true) end();
            resolve(result);
          },
          (error: unknown) => {
            end();
            reject(error);
          },
        );
      }),
    return: async () => {
      leave();
      return { done: true, value: undefined };
    },
  };
}

/** Waits for a value that must be given back. When the signal fires first, the value is given back as soon as it comes. */
export function takeUntilAborted<T>(taking: Promise<T>, signal: AbortSignal, giveBack: (taken: T) => Promise<void>): Promise<T> {
  return new Promise((resolve, reject) => {
    let left = false;
    const onAbort = (): void => {
      left = true;
      reject(abortError(signal));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    taking.then(
      (taken) => {
        if (left) {
          giveBack(taken).catch(() => {});
          return;
        }
        signal.removeEventListener('abort', onAbort);
        resolve(taken);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(error);
      },
    );
  });
}

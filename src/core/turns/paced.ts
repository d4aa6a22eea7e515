import type { Turns } from './turns.ts';

/**
 * Long work on the event loop, written as one function: it yields what must be awaited before it goes on.
 *
 * ```ts
 * function* count(texts: readonly string[], turns: Turns): Paced<number> {
 *   let letters = 0;
 *   for (const text of texts) {
 *     letters += text.length;
 *     const wait = turns.spend(text.length);
 *     if (wait !== null) yield wait;
 *   }
 *   return letters;
 * }
 * ```
 */
export type Paced<T> = Generator<Promise<void>, T, void>;

/** The result of the work: at once where it waited for nothing, so that short work costs no promise. */
export function finishPaced<T>(work: Paced<T>): T | Promise<T> {
  const first = work.next();
  return first.done === true ? first.value : afterWaits(work, first.value);
}

/** Counts nothing and waits for nothing. */
const noTurns: Turns = { spend: () => null, taken: () => 0 };

/** The result of the work in one turn of the event loop, for callers that cannot wait. */
export function finishedAtOnce<T>(work: (turns: Turns) => Paced<T>): T {
  const { done, value } = work(noTurns).next();
  if (done !== true) throw new Error('Work that is done at once waits for something else than turns.');
  return value;
}

/** The value, once that is over. */
export function* afterWait<T>(wait: Promise<void>, value: T): Paced<T> {
  yield wait;
  return value;
}

/** What another step of the work makes, which may have to wait as well. */
export function* awaited<T>(value: T | Promise<T>): Paced<T> {
  if (!(value instanceof Promise)) return value;
  const settled: { value?: T } = {};
  yield value.then((found) => {
    settled.value = found;
  });
  return settled.value as T;
}

async function afterWaits<T>(work: Paced<T>, firstWait: Promise<void>): Promise<T> {
  let wait = firstWait;
  for (;;) {
    await wait;
    const next = work.next();
    if (next.done === true) return next.value;
    wait = next.value;
  }
}

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

async function afterWaits<T>(work: Paced<T>, firstWait: Promise<void>): Promise<T> {
  let wait = firstWait;
  for (;;) {
    await wait;
    const next = work.next();
    if (next.done === true) return next.value;
    wait = next.value;
  }
}

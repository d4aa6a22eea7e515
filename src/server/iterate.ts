export const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** An iterator whose `return` reaches the source at once, also while a `next` is waiting: an async generator would queue it. */
export function mapped<A, B>(source: AsyncIterable<A>, change: (value: A) => Promise<B> | B): AsyncIterableIterator<B> {
  const inner = source[Symbol.asyncIterator]();
  const iterator: AsyncIterableIterator<B> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      const step = await inner.next();
      if (step.done === true) return { done: true, value: undefined };
      try {
        return { done: false, value: await change(step.value) };
      } catch (error) {
        void inner.return?.();
        throw error;
      }
    },
    async return() {
      await inner.return?.();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

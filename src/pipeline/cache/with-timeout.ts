/**
 * Resolves with the promise's value, or with `otherwise` when the promise fails or takes longer than `ms`. The timer does
 * not keep the process alive.
 */
export function withTimeout<T, U>(ms: number, promise: Promise<T>, otherwise: U): Promise<T | U> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), ms);
    timer.unref();
    promise.then(resolve, () => resolve(otherwise)).finally(() => clearTimeout(timer));
  });
}

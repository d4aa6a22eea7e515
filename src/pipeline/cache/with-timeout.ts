/** The promise's value, or `otherwise` when it has none after `ms` or fails. The timer does not keep the process alive. */
export function within<T, U>(ms: number, promise: Promise<T>, otherwise: U): Promise<T | U> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), ms);
    timer.unref();
    promise.then(resolve, () => resolve(otherwise)).finally(() => clearTimeout(timer));
  });
}

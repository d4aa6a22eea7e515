/**
 * Milliseconds of the monotonic clock, which nobody can set. Durations, rates and leases use it; times that are stored or
 * shown come from `Date.now()`.
 */
export const monotonicMs = (): number => performance.now();

/**
 * Milliseconds of the monotonic clock, which does not change when the time of day is set. Durations, rates and leases use it; times that are stored or
 * shown come from `Date.now()`.
 */
export const monotonicMs = (): number => performance.now();

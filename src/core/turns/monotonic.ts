/**
 * Milliseconds of a clock that nobody sets: durations, rates and leases are taken from it. What is stored or shown as a time
 * comes from `Date.now()`.
 */
export const monotonicMs = (): number => performance.now();

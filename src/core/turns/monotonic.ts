/**
 * Milliseconds of the monotonic clock, which does not change when the time of day is set. Durations, rates and leases use it; times that are stored or
 * shown come from `Date.now()`.
 */
export const monotonicMs = (): number => performance.now();

/**
 * The same of the whole machine: times that processes on one state folder compare. It begins anew when the machine is started, so a time that
 * lies further ahead than anything waits is of before.
 */
export const machineMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);

/** The same in microseconds. */
export const machineMicros = (): number => Number(process.hrtime.bigint() / 1_000n);

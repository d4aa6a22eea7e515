/** How long a source waits for conditions that pass by themselves: a used-up rate, or a provider that is unavailable. */
import type { GatewayError } from '../../core/errors.ts';
import { maxWaitMs } from '../../storage/jobs/jobs.ts';

const maxWaitsForLimits = 60;
const maxWaitsForProviders = 2;

/** Milliseconds until the next try; null when no try would help. `waits` counts those that this source had already. */
export function waitMsAfter(error: GatewayError, waits: number): number | null {
  const limited = error.code === 'RATE_LIMITED' || error.code === 'CONCURRENCY_LIMITED';
  const away = error.code === 'MODEL_UNAVAILABLE' || error.code === 'STREAM_STALLED' || error.code === 'TIMEOUT';
  if (!error.retryable || !(limited || away) || waits >= (limited ? maxWaitsForLimits : maxWaitsForProviders)) return null;
  return Math.min(error.details.retryAfterMs ?? 500 * 4 ** waits, maxWaitMs);
}

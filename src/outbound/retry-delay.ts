const firstMs = 250;
const ceilingMs = 8_000;

/**
 * Delay before the next attempt, in milliseconds: what the provider asked for, else up to 250 × 2ⁿ with full jitter,
 * never more than 8 s. `failures`: how often the deployment has failed this call, from 1.
 */
export function retryDelayMs(failures: number, retryAfterMs: number | undefined, random: () => number): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  return Math.round(random() * Math.min(ceilingMs, firstMs * 2 ** (failures - 1)));
}

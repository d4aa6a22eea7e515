/** How long to wait before a request is sent again. */

const firstMs = 250;
const ceilingMs = 8_000;
const maxRetryAfterMs = 60 * 60_000;

/**
 * Delay before the next attempt, in milliseconds: what the server asked for, else up to 250 × 2ⁿ with full jitter, never more
 * than 8 s. `failures`: how many attempts have failed so far, from 1.
 */
export function retryDelayMs(failures: number, retryAfterMs: number | undefined, random: () => number): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  return Math.round(random() * Math.min(ceilingMs, firstMs * 2 ** (failures - 1)));
}

/**
 * Milliseconds that a server asks to wait, at most an hour; null when it asks for nothing. `Retry-After` is seconds or a date
 * (RFC 9110 §10.2.3); OpenAI and Azure send `retry-after-ms` too, which is finer.
 */
export function retryAfterMs(headers: Readonly<Record<string, unknown>>): number | null {
  const after = headers['retry-after'];
  const candidates = [
    Number(headers['retry-after-ms'] ?? Number.NaN),
    1000 * Number(after ?? Number.NaN),
    typeof after === 'string' ? Date.parse(after) - serverNow(headers) : Number.NaN,
  ];
  const ms = candidates.find((candidate) => Number.isFinite(candidate));
  return ms === undefined ? null : acceptableRetryMs(ms);
}

/** Whole milliseconds between 0 and an hour: a server that asks for more is asked again after an hour. */
export const acceptableRetryMs = (ms: number): number => Math.min(Math.max(0, Math.round(ms)), maxRetryAfterMs);

/** A date in `Retry-After` is read on the server's clock (`Date`), which need not agree with ours. */
function serverNow({ date }: Readonly<Record<string, unknown>>): number {
  const sent = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isFinite(sent) ? sent : Date.now();
}

/** Repeats an attempt at a subgraph that got no answer. */
import { sleep } from '../../../core/turns/abort.ts';
import { retryDelayMs } from '../../../outbound/retry-delay.ts';
import type { Attempt } from './subgraph-attempt.ts';

const never = new AbortController().signal;

/**
 * The first answer, or the last failure, whose error says when to ask again where the subgraph did. Between attempts it waits for what
 * the subgraph asked for (`Retry-After`), else up to 250 ms × 2ⁿ. It does not wait longer than `maxWaitMs`, nor when the operation is over.
 */
export async function retried<T>(
  attempts: number,
  maxWaitMs: number,
  signal: AbortSignal | null,
  random: () => number,
  attempt: () => Promise<Attempt<T>>,
): Promise<Attempt<T>> {
  let last = await attempt();
  for (let failures = 1; failures < attempts && !last.ok; failures += 1) {
    if (last.error.extensions['retryable'] !== true || last.outcome === 'resting' || signal?.aborted === true) break;
    const waitMs = retryDelayMs(failures, last.retryAfterMs ?? undefined, random);
    if (waitMs > maxWaitMs) break;
    const waited = await sleep(waitMs, signal ?? never).then(
      () => true,
      () => false,
    );
    if (!waited) break;
    const next = await attempt();
    // The failure that opened the circuit says more than the rest that follows it.
    if (!next.ok && next.outcome === 'resting') break;
    last = next;
  }
  if (!last.ok && last.retryAfterMs !== null) last.error.extensions['retryAfterMs'] = Math.ceil(last.retryAfterMs);
  return last;
}

/** Concurrency slots: leased like money, a slot at a time. A slot ends with its process, at the latest when another recovers it. */
import type { Limit } from '../../core/call/hold.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Want } from './lease-rooms.ts';

export type ConcurrencyLimit = Extract<Limit, { kind: 'concurrency' }>;

/** Slots are freed by calls that end at any moment: a second is a guess that does no harm. */
const retryAfterMs = 1_000;

/** One slot of each; of each name once, at its smallest number. */
export function slotsWanted(limits: readonly ConcurrencyLimit[]): readonly Want[] {
  const smallest = new Map<string, ConcurrencyLimit>();
  for (const limit of limits)
    if (limit.most < (smallest.get(limit.name)?.most ?? Number.POSITIVE_INFINITY)) smallest.set(limit.name, limit);
  return [...smallest.values()].map(({ name, most }) => ({
    account: { name, per: 'slots', start: 0 },
    limit: most,
    amount: 1,
    refusal: () =>
      new GatewayError(
        'CONCURRENCY_LIMITED',
        `"${name}" may run ${most} calls at a time, and they are running. Another is accepted when one of them ends.`,
        { limit: name, retryAfterMs },
      ),
    // All of them while nobody else could need one.
    ahead: (free, owners) => (owners === 1 ? free : 0),
  }));
}

/** Concurrency slots, leased like money, one slot at a time. The slots of a dead process are freed when another process recovers it. */
import type { Limit } from '../../core/call/hold.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Want } from './lease-rooms.ts';

export type ConcurrencyLimit = Extract<Limit, { kind: 'concurrency' }>;

/** Calls end at any moment, so a second is a reasonable guess. */
const retryAfterMs = 1_000;

/** One slot per name, with the smallest number among limits of the same name. */
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
    // Everything is leased while this process is alone.
    ahead: (free, owners) => (owners === 1 ? free : 0),
  }));
}

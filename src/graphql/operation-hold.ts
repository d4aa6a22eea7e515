import type { Hold, Limit } from '../core/hold.ts';
import type { NanoUsd } from '../core/money.ts';
import type { Limits } from '../storage/limits.ts';

/** The Hold of an operation, opened when it is known what the operation can cost: context first, document second. */
export interface OperationHold extends Hold {
  /** Opens it with so much set aside; BUDGET_EXCEEDED when the budgets have less. At most once, before any draw. */
  reserve(most: NanoUsd): Promise<void>;
}

/** A hold that is never reserved opens empty at its first draw. A draw after `release` takes from the budgets directly. */
export function operationHold(limits: Pick<Limits, 'hold'>, of: readonly Limit[]): OperationHold {
  let opened: Promise<Hold> | null = null;
  const hold = (): Promise<Hold> => {
    opened ??= limits.hold(of, 0);
    return opened;
  };
  return {
    budgeted: of.some(({ kind }) => kind === 'budget'),
    async reserve(most) {
      const reserved = await limits.hold(of, most);
      opened = Promise.resolve(reserved);
    },
    draw: async (attempt) => (await hold()).draw(attempt),
    async giveBack(amount) {
      if (opened !== null) await (await opened).giveBack(amount);
    },
    async release() {
      if (opened !== null) await (await opened).release();
    },
  };
}

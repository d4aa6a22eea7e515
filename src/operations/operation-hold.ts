import type { Draw, Hold, Limit } from '../core/call/hold.ts';
import { GatewayError } from '../core/errors.ts';
import { decimalOf, type NanoUsd } from '../core/money.ts';
import type { Limits } from '../storage/limits/limits.ts';

/** The Hold of an operation, opened when it is known what the operation can cost: context first, document second. */
export interface OperationHold extends Hold {
  /** Opens it with so much set aside; BUDGET_EXCEEDED when the budgets have less. At most once, before any draw. */
  reserve(most: NanoUsd): Promise<void>;
}

/**
 * A hold that is never reserved opens empty at its first draw. A draw after `release` takes from the budgets directly.
 *
 * `most`: what one operation may cost. Its quote was judged by it, but assumes lengths of lists that nothing declares; so the
 * draws are judged by what they add up to. Throws COST_LIMIT_EXCEEDED.
 */
export function operationHold(limits: Pick<Limits, 'hold'>, of: readonly Limit[], most: NanoUsd | null = null): OperationHold {
  let opened: Promise<Hold> | null = null;
  /** What was settled, and the ceilings of what still runs. */
  let taken: NanoUsd = 0;
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
    async draw(attempt) {
      if (most !== null && taken + attempt.most > most) throw beyond(taken, attempt.most, most);
      taken += attempt.most;
      try {
        return counted(await (await hold()).draw(attempt), (cost) => {
          taken += cost - attempt.most;
        });
      } catch (error) {
        taken -= attempt.most;
        throw error;
      }
    },
    async checkRoom(least) {
      if (most !== null && taken + least > most) throw beyond(taken, least, most);
      await (await hold()).checkRoom?.(least);
    },
    async giveBack(amount) {
      if (opened !== null) await (await opened).giveBack(amount);
    },
    async release() {
      // One that could not be opened has nothing to give back; whoever opened it was told.
      const held = await opened?.catch(() => null);
      await held?.release();
    },
  };
}

function counted(draw: Draw, settled: (cost: NanoUsd) => void): Draw {
  let done = false;
  return {
    ...(draw.id === undefined ? {} : { id: draw.id }),
    settle(cost) {
      if (!done) settled(cost);
      done = true;
      return draw.settle(cost);
    },
  };
}

const beyond = (taken: NanoUsd, more: NanoUsd, most: NanoUsd): GatewayError =>
  new GatewayError(
    'COST_LIMIT_EXCEEDED',
    `This can cost up to ${decimalOf(more)} USD beside the ${decimalOf(taken)} USD that the operation has taken, and one operation may cost ${decimalOf(most)} USD. A list was longer than its arguments or @listSize say, a model had to be asked again, or a subscription has had many events. Ask for fewer at a time, or subscribe anew.`,
  );

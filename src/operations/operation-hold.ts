/**
 * The money of one operation: its Hold is opened when it is known what the operation can cost.
 *
 * It wraps the hold that storage keeps, and adds two things: a limit on what one operation may cost, and a count of what each part of
 * the operation draws. The README of this folder draws the chain.
 */
import type { Draw, DrawnAttempt, Hold, Limit } from '../core/call/hold.ts';
import { GatewayError } from '../core/errors.ts';
import { decimalOf, type NanoUsd } from '../core/money.ts';
import type { Limits } from '../storage/limits/limits.ts';

export interface OperationHold extends Hold {
  /** Opens the hold with so much set aside; BUDGET_EXCEEDED when the budgets have less. At most once, before any draw. */
  reserve(amount: NanoUsd): Promise<void>;
  /** The same hold for one part of the operation, with a count of its own. */
  share(): HoldShare;
}

export interface HoldShare {
  readonly hold: Hold;
  /** The sum of the ceilings that were drawn through this share. */
  drawn(): NanoUsd;
}

/**
 * Without `reserve` the hold opens empty at its first draw. A draw after `release` takes from the budgets directly.
 *
 * `maxCost`: what one operation may cost. The quote was judged by it before, but a quote assumes the lengths of lists that nothing
 * declares; so the sum of the draws is judged too. Throws COST_LIMIT_EXCEEDED.
 */
export function operationHold(limits: Pick<Limits, 'hold'>, of: readonly Limit[], maxCost: NanoUsd | null = null): OperationHold {
  let opened: Promise<Hold> | null = null;
  /** Costs that are settled, and the ceilings of attempts that still run. */
  let taken: NanoUsd = 0;
  const budgeted = of.some(({ kind }) => kind === 'budget');

  const open = (): Promise<Hold> => {
    opened ??= limits.hold(of, 0);
    return opened;
  };
  function checkLimit(more: NanoUsd): void {
    if (maxCost !== null && taken + more > maxCost) throw limitExceeded(taken, more, maxCost);
  }
  async function draw(attempt: DrawnAttempt): Promise<Draw> {
    checkLimit(attempt.most);
    taken += attempt.most;
    try {
      const drawn = await (await open()).draw(attempt);
      return onFirstSettle(drawn, (cost) => {
        taken += cost - attempt.most;
      });
    } catch (error) {
      taken -= attempt.most;
      throw error;
    }
  }
  const hold: Hold = {
    budgeted,
    draw,
    async checkRoom(least) {
      checkLimit(least);
      await (await open()).checkRoom?.(least);
    },
    async giveBack(amount) {
      if (opened !== null) await (await opened).giveBack(amount);
    },
    async release() {
      // A hold that could not be opened has nothing to give back. Its opener got the reason.
      const held = await opened?.catch(() => null);
      await held?.release();
    },
  };
  return {
    ...hold,
    async reserve(amount) {
      const reserved = await limits.hold(of, amount);
      opened = Promise.resolve(reserved);
    },
    share() {
      let drawn: NanoUsd = 0;
      return {
        drawn: () => drawn,
        hold: {
          ...hold,
          async draw(attempt) {
            const taking = await draw(attempt);
            drawn += attempt.most;
            return taking;
          },
        },
      };
    },
  };
}

function onFirstSettle(draw: Draw, settled: (cost: NanoUsd) => void): Draw {
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

const limitExceeded = (taken: NanoUsd, more: NanoUsd, maxCost: NanoUsd): GatewayError =>
  new GatewayError(
    'COST_LIMIT_EXCEEDED',
    `This can cost up to ${decimalOf(more)} USD beside the ${decimalOf(taken)} USD that the operation has taken, and one operation may cost ${decimalOf(maxCost)} USD. A list was longer than its arguments or @listSize say, a model had to be asked again, or a subscription has had many events. Ask for fewer at a time, or subscribe anew.`,
  );

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
export const operationHold = (limits: Pick<Limits, 'hold'>, of: readonly Limit[], maxCost: NanoUsd | null = null): OperationHold =>
  new HoldOfOperation(limits, of, maxCost);

/** A class, since each operation and each call has one: its methods are made once. */
class HoldOfOperation implements OperationHold {
  readonly budgeted: boolean;
  readonly #limits: Pick<Limits, 'hold'>;
  readonly #of: readonly Limit[];
  readonly #maxCost: NanoUsd | null;
  #opening: Promise<Hold> | null = null;
  #held: Hold | null = null;
  /** Costs that are settled, and the ceilings of attempts that still run. */
  #taken: NanoUsd = 0;

  constructor(limits: Pick<Limits, 'hold'>, of: readonly Limit[], maxCost: NanoUsd | null) {
    this.budgeted = of.some(({ kind }) => kind === 'budget');
    this.#limits = limits;
    this.#of = of;
    this.#maxCost = maxCost;
  }

  async draw(attempt: DrawnAttempt): Promise<Draw> {
    this.#checkLimit(attempt.most);
    this.#taken += attempt.most;
    try {
      const held = this.#held ?? (await this.#open());
      const drawn = await held.draw(attempt);
      return onFirstSettle(drawn, (cost) => {
        this.#taken += cost - attempt.most;
      });
    } catch (error) {
      this.#taken -= attempt.most;
      throw error;
    }
  }

  async checkRoom(least: NanoUsd): Promise<void> {
    this.#checkLimit(least);
    const held = this.#held ?? (await this.#open());
    await held.checkRoom?.(least);
  }

  async giveBack(amount: NanoUsd): Promise<void> {
    if (this.#opening !== null) await (await this.#opening).giveBack(amount);
  }

  release(): Promise<void> | void {
    if (this.#held !== null) return this.#held.release();
    // A hold that could not be opened has nothing to give back. Its opener got the reason.
    return this.#opening?.then(
      (held) => held.release(),
      () => {},
    );
  }

  async reserve(amount: NanoUsd): Promise<void> {
    this.#held = await this.#limits.hold(this.#of, amount);
    this.#opening = Promise.resolve(this.#held);
  }

  share(): HoldShare {
    return new ShareOfHold(this);
  }

  async #open(): Promise<Hold> {
    this.#opening ??= this.#limits.hold(this.#of, 0);
    this.#held = await this.#opening;
    return this.#held;
  }

  #checkLimit(more: NanoUsd): void {
    if (this.#maxCost !== null && this.#taken + more > this.#maxCost) throw limitExceeded(this.#taken, more, this.#maxCost);
  }
}

/** It is the hold of its part, too. */
class ShareOfHold implements HoldShare, Hold {
  readonly budgeted: boolean;
  readonly #whole: Hold;
  #drawn: NanoUsd = 0;

  constructor(whole: Hold) {
    this.budgeted = whole.budgeted;
    this.#whole = whole;
  }

  get hold(): Hold {
    return this;
  }

  drawn(): NanoUsd {
    return this.#drawn;
  }

  async draw(attempt: DrawnAttempt): Promise<Draw> {
    const taking = await this.#whole.draw(attempt);
    this.#drawn += attempt.most;
    return taking;
  }

  async checkRoom(least: NanoUsd): Promise<void> {
    await this.#whole.checkRoom?.(least);
  }

  giveBack(amount: NanoUsd): Promise<void> {
    return this.#whole.giveBack(amount);
  }

  release(): Promise<void> | void {
    return this.#whole.release();
  }
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

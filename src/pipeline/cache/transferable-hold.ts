/**
 * The hold of a shared call. Exactly one reader pays at a time, in the ledger and in the budgets: an attempt is booked for
 * the reader that pays when the attempt is reported and settled.
 *
 * When the payer leaves, unsettled draws are moved to the next payer in one transaction, so that a crash cannot book them
 * twice. A reader whose budget has no room for them does not become the payer.
 */
import type { Call } from '../../core/call/call.ts';
import type { Draw, Hold } from '../../core/call/hold.ts';
import { asGatewayError, GatewayError } from '../../core/errors.ts';
import { rowsPaidBy } from '../rows.ts';

type Attempt = Parameters<Hold['draw']>[0];

export interface PayersHold extends Hold {
  payer(): Call;
  /**
   * Makes the reader pay from now on; null when it does. Returns why not, and nothing has changed, when its budget refuses.
   * When `over` by then, the payer has paid for all of it, and stays the payer.
   */
  passTo(next: Call, over: () => boolean): Promise<GatewayError | null>;
}

interface Open {
  readonly attempt: Attempt;
  draw: Draw;
}

export const payersHold = (opener: Call): PayersHold => new HoldOfPayer(opener);

/** A class, since each call of a model has one: its methods are made once. */
class HoldOfPayer implements PayersHold {
  readonly #opener: Call;
  readonly #open = new Set<Open>();
  #payer: Call;
  #last: Promise<void> = Promise.resolve();
  #inLine = 0;

  constructor(opener: Call) {
    this.#opener = opener;
    this.#payer = opener;
  }

  payer(): Call {
    return this.#payer;
  }

  get budgeted(): boolean {
    return this.#payer.hold.budgeted;
  }

  draw(attempt: Attempt): Promise<Draw> {
    return this.#inTurn(() => this.#draw(attempt));
  }

  passTo(next: Call, over: () => boolean): Promise<GatewayError | null> {
    return this.#inTurn(() => this.#passNow(next, over));
  }

  async giveBack(): Promise<void> {}

  async release(): Promise<void> {}

  /** No draw is made while the payer changes, and the payer does not change while one is made. At once, where nobody is in line. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#inLine === 0 ? work() : this.#last.then(work);
    this.#inLine += 1;
    const leave = (): void => {
      this.#inLine -= 1;
    };
    this.#last = turn.then(leave, leave);
    return turn;
  }

  async #draw(attempt: Attempt): Promise<Draw> {
    const one: Open = { attempt, draw: await this.#payer.hold.draw(this.#inNameOf(this.#payer, attempt)) };
    this.#open.add(one);
    return {
      settle: (cost) => {
        this.#open.delete(one);
        return one.draw.settle(cost);
      },
    };
  }

  #inNameOf(by: Call, attempt: Attempt): Attempt {
    return by === this.#opener ? attempt : { ...attempt, callId: by.id, rows: rowsPaidBy(by, attempt.rows) };
  }

  /** Draws it for the reader, in place of the draw that there is. One that ended meanwhile stays with its payer. */
  async #move(one: Open, to: Call): Promise<void> {
    const before = one.draw;
    const draw = await to.hold.draw({ ...this.#inNameOf(to, one.attempt), instead: before });
    const goesOn = this.#open.has(one);
    if (goesOn) one.draw = draw;
    await (goesOn ? before : draw).settle(0);
  }

  async #passNow(next: Call, over: () => boolean): Promise<GatewayError | null> {
    const moved: Open[] = [];
    try {
      for (const one of this.#open) {
        if (next.hold.budgeted && one.attempt.rows.some((row) => row.cost === null)) throw unpriced();
        await this.#move(one, next);
        moved.push(one);
      }
    } catch (error) {
      for (const one of moved) if (this.#open.has(one)) await this.#move(one, this.#payer).catch(() => {});
      return asGatewayError(error);
    }
    if (!over()) this.#payer = next;
    return null;
  }
}

const unpriced = (): GatewayError =>
  new GatewayError(
    'UNPRICED',
    'Whoever asked first has left, and the price of the deployment that answers is unknown, while your calls are under a budget. Asking again asks a deployment with a price, where the route has one.',
  );

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

export function payersHold(opener: Call): PayersHold {
  const open = new Set<Open>();
  let payer = opener;
  let last: Promise<void> = Promise.resolve();
  let inLine = 0;
  const leave = (): void => {
    inLine -= 1;
  };
  /** No draw is made while the payer changes, and the payer does not change while one is made. At once, where nobody is in line. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = inLine === 0 ? work() : last.then(work);
    inLine += 1;
    last = turn.then(leave, leave);
    return turn;
  };

  const inNameOf = (by: Call, attempt: Attempt): Attempt =>
    by === opener ? attempt : { ...attempt, callId: by.id, rows: rowsPaidBy(by, attempt.rows) };

  /** Draws it for the reader, in place of the draw that there is. One that ended meanwhile stays with its payer. */
  async function move(one: Open, to: Call): Promise<void> {
    const before = one.draw;
    const draw = await to.hold.draw({ ...inNameOf(to, one.attempt), instead: before });
    const goesOn = open.has(one);
    if (goesOn) one.draw = draw;
    await (goesOn ? before : draw).settle(0);
  }

  async function passNow(next: Call, over: () => boolean): Promise<GatewayError | null> {
    const moved: Open[] = [];
    try {
      for (const one of open) {
        if (next.hold.budgeted && one.attempt.rows.some((row) => row.cost === null)) throw unpriced();
        await move(one, next);
        moved.push(one);
      }
    } catch (error) {
      for (const one of moved) if (open.has(one)) await move(one, payer).catch(() => {});
      return asGatewayError(error);
    }
    if (!over()) payer = next;
    return null;
  }

  return {
    payer: () => payer,
    get budgeted() {
      return payer.hold.budgeted;
    },
    draw: (attempt) =>
      inTurn(async () => {
        const one: Open = { attempt, draw: await payer.hold.draw(inNameOf(payer, attempt)) };
        open.add(one);
        return {
          settle(cost) {
            open.delete(one);
            return one.draw.settle(cost);
          },
        };
      }),
    passTo: (next, over) => inTurn(() => passNow(next, over)),
    giveBack: async () => {},
    release: async () => {},
  };
}

const unpriced = (): GatewayError =>
  new GatewayError(
    'UNPRICED',
    'Whoever asked first has left, and the price of the deployment that answers is unknown, while your calls are under a budget. Asking again asks a deployment with a price, where the route has one.',
  );

/** Holds on leased accounts: what an operation has reserved of its budgets, and the draws on it. */
import type { BudgetLimit, Draw, DrawnAttempt, FieldShare, Hold } from '../../core/call/hold.ts';
import type { NanoUsd } from '../../core/money.ts';
import { refusedWith } from '../database/unavailable.ts';
import type { Owner } from '../state/owner.ts';
import type { Leases, Taken } from './account-leases.ts';
import { accountOf, exceeded } from './accounts.ts';
import type { Window } from './calendar.ts';
import type { Want } from './lease-rooms.ts';
import type { DrawPart, MakeDraw } from './make-draws.ts';
import { budgetsOf } from './smallest-budgets.ts';
import { windowOf } from './windows.ts';

export interface HoldsOptions {
  readonly leases: Leases;
  readonly makeDraw: MakeDraw;
  readonly owner: Pick<Owner, 'id' | 'mayDraw' | 'renew'>;
  /** Called with what a draw has cost, per budget. */
  readonly spent: (budget: BudgetLimit, window: Window, cost: NanoUsd) => void;
  readonly now: () => number;
}

/** What the hold has reserved of one budget in one window. It belongs to the name that the owner had at that time. */
interface Reserved {
  readonly budget: BudgetLimit;
  readonly window: Window;
  readonly leased: Taken['leased'];
  /** The part that is not drawn yet. */
  left: NanoUsd;
}

/** A part of a draw, with the reserve that it is taken from. */
interface HoldPart extends DrawPart {
  readonly from: Reserved | undefined;
  readonly budget: BudgetLimit;
  readonly window: Window;
}

interface Spent extends Partial<Pick<FieldShare, 'shareOf'>> {
  readonly budget: BudgetLimit;
  readonly window: Window;
}

/** When a budget has room for this number of draws or fewer, each is taken by itself, so that a refusal is exact. */
const lastDraws = 64;
const drawsAhead = 256;

/** How much to lease ahead: enough for `drawsAhead` draws, but all processes together at most a hundredth of what is free. */
const moneyAhead = (free: NanoUsd, owners: number, usual: NanoUsd): NanoUsd =>
  free < lastDraws * usual ? 0 : Math.min(drawsAhead * usual, free / 100 / owners);

export type OpenHold = (budgets: readonly BudgetLimit[], most: NanoUsd) => Promise<Hold>;

/** Budgets of the fields that an attempt serves. */
const ofFields = (fields: DrawnAttempt['fields'] = []): readonly FieldBudget[] =>
  fields.flatMap(({ limits, shareOf }) => budgetsOf(limits).map((budget) => ({ budget, shareOf })));

interface FieldBudget extends Pick<FieldShare, 'shareOf'> {
  readonly budget: BudgetLimit;
}

export function openHolds({ leases, makeDraw, owner, spent, now }: HoldsOptions): OpenHold {
  /** A draw that also reports its cost to the budget warnings. */
  const noticed = (draw: Draw, parts: readonly Spent[]): Draw => {
    const watched = parts.filter(({ budget: { warnAt } }) => warnAt !== undefined);
    if (watched.length === 0) return draw;
    return {
      ...draw,
      async settle(cost) {
        await draw.settle(cost);
        for (const { budget, window, shareOf } of watched) spent(budget, window, shareOf?.(cost) ?? cost);
      },
    };
  };
  const wantOf = (budget: BudgetLimit, window: Window, amount: NanoUsd): Want => ({
    account: accountOf(budget, window),
    limit: budget.most,
    amount,
    refusal: (state) => exceeded(budget, window, state, amount, now()),
    ahead: moneyAhead,
  });
  const unreserved = new WeakMap<BudgetLimit, HoldPart>();
  /** A part of a draw without a reserve. It is the same object while the window lasts. */
  const unreservedOf = (budget: BudgetLimit, window: Window): HoldPart => {
    const known = unreserved.get(budget);
    if (known?.window === window) return known;
    const want = (amount: NanoUsd): Want => wantOf(budget, window, amount);
    const part = { account: accountOf(budget, window), reserved: 0, want, from: undefined, budget, window };
    unreserved.set(budget, part);
    return part;
  };
  /** A process that was stopped for long may have been taken for dead, so it asks before it goes on. */
  const inForce = async (): Promise<void> => {
    if (!owner.mayDraw()) await owner.renew();
  };
  const reserve = async (budgets: readonly BudgetLimit[], amount: NanoUsd): Promise<readonly Reserved[]> => {
    const parts = budgets.map((budget) => ({ budget, window: windowOf(budget, now()) }));
    await inForce();
    const taken = await leases.take(parts.map(({ budget, window }) => wantOf(budget, window, amount)));
    return taken.flatMap(({ leased }, index) => {
      const part = parts[index];
      return part === undefined ? [] : [{ ...part, leased, left: amount }];
    });
  };

  return async (budgets, most) => {
    const reserved = budgets.length === 0 || most === 0 ? [] : await refusing(() => reserve(budgets, most));
    let released = false;
    const reserveOf = (budget: BudgetLimit, window: Window): Reserved | undefined =>
      reserved.find((part) => part.budget === budget && part.window.start === window.start && part.leased.owner === owner.id());
    const giveBack = (amount: NanoUsd): void => {
      for (const part of reserved) {
        const freed = Math.min(part.left, amount);
        part.left -= freed;
        leases.free({ leased: part.leased, amount: freed });
      }
    };
    return {
      budgeted: budgets.length > 0,
      async draw(attempt) {
        if (!owner.mayDraw()) await refusing(inForce);
        const parts = budgets.map((budget) => {
          const window = windowOf(budget, now());
          const from = reserved.length === 0 ? undefined : reserveOf(budget, window);
          if (from === undefined) return unreservedOf(budget, window);
          const fromReserve = Math.min(from.left, attempt.most);
          from.left -= fromReserve;
          return { ...unreservedOf(budget, window), reserved: fromReserve, from };
        });
        const fieldParts = ofFields(attempt.fields).map(({ budget, shareOf }) => {
          const window = windowOf(budget, now());
          const want = (amount: NanoUsd): Want => wantOf(budget, window, amount);
          return { account: accountOf(budget, window), reserved: 0, want, from: undefined, budget, window, shareOf };
        });
        const all = fieldParts.length === 0 ? parts : [...parts, ...fieldParts];
        try {
          return noticed(await makeDraw(all, attempt), all);
        } catch (error) {
          for (const { from, reserved: amount } of parts) if (from !== undefined) from.left += amount;
          if (released) giveBack(Number.POSITIVE_INFINITY);
          throw refusal(error);
        }
      },
      async checkRoom(least) {
        const wants = budgets.map((budget) => {
          const window = windowOf(budget, now());
          return wantOf(budget, window, Math.max(0, least - (reserveOf(budget, window)?.left ?? 0)));
        });
        await refusing(async () => leases.check(wants));
      },
      async giveBack(amount) {
        giveBack(amount);
      },
      async release() {
        released = true;
        giveBack(Number.POSITIVE_INFINITY);
      },
    };
  };
}

/** A failure that is not a GatewayError becomes one. */
const refusing = <T>(work: () => Promise<T>): Promise<T> =>
  work().catch((error: unknown) => {
    throw refusal(error);
  });

export const refusal = (error: unknown): unknown =>
  refusedWith('What this call may cost cannot be recorded at the moment, so it was not made.', error);

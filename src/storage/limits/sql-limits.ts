/**
 * Limits in the database: budgets, draws and slots; rates in memory or in the database (`rates.ts`).
 *
 * Held money is counted per account and process, so that a hold needs no row of its own and the holds of a dead process are
 * released at once. Each draw has a row before its attempt is dispatched, with or without a budget, so that no call is lost.
 */

import type { Draw, Hold, Limit } from '../../core/call/hold.ts';
import type { NanoUsd } from '../../core/money.ts';
import { monotonicMs as monotonic } from '../../core/turns/monotonic.ts';
import type { Database } from '../database/database.ts';
import { groupCommit, type Work } from '../database/group-commit.ts';
import { refusedWith } from '../database/unavailable.ts';
import type { DeadOwner } from '../journal/adopt-journals.ts';
import type { Owner } from '../state/owner.ts';
import { accountOf, balanceOf, checkRoom, forgetAccounts, free, type Reservation, reserve } from './accounts.ts';
import { insertDraw, openDraw, type StoredDraw, settleDraw } from './draws.ts';
import type { Limits } from './limits.ts';
import { endOwner } from './lost-calls.ts';
import { forgetLostDraws, freeLostHolds } from './lost-draws.ts';
import type { RateLimit } from './rate-buckets.ts';
import { openRates } from './rates.ts';
import { type ConcurrencyLimit, freeSlots, takeSlots } from './slots.ts';
import { type BudgetLimit, windowOf } from './windows.ts';

const tryAgainEveryMs = 1_000;
const atOnce = 500;
/** Windows of budgets are kept for 400 days. */
const accountsKeptMs = 400 * 24 * 3_600_000;
const forgetEveryMs = 3_600_000;

export interface LimitsOptions {
  readonly database: Database;
  /** Books what dead owners left in their journals. */
  readonly adopt: () => Promise<readonly DeadOwner[]>;
  readonly owner: Owner;
  readonly now?: () => number;
  /** For rates. */
  readonly monotonicMs?: () => number;
  /** How long the rest of a lost call's ceiling stays held, milliseconds; 0: not at all. Default: a day. */
  readonly lostHoldMs?: number;
}

export function openLimits(options: LimitsOptions): Limits {
  const { database, adopt, owner, now = Date.now, monotonicMs = monotonic, lostHoldMs = 24 * 3_600_000 } = options;
  const commit = groupCommit(database);
  const rates = openRates({ database, commit, owner, monotonicMs });
  const owed: Work<void>[] = [];
  /** What must be booked sooner or later: a database that fails now is asked again. */
  const owe = async (work: Work<void>): Promise<void> => {
    await commit(work).catch(() => owed.push(work));
  };
  const payOwed = async (): Promise<void> => {
    for (const work of owed.splice(0)) await owe(work);
  };
  const timer = setInterval(() => void payOwed(), tryAgainEveryMs);
  timer.unref();
  let forgottenAtMs = Number.NEGATIVE_INFINITY;
  const forgetOld = async (): Promise<void> => {
    if (monotonicMs() - forgottenAtMs < forgetEveryMs) return;
    await database.tx(async (tx) => {
      await forgetAccounts(tx, now() - accountsKeptMs);
      await forgetLostDraws(tx, now());
    });
    forgottenAtMs = monotonicMs();
  };

  const holdOn = (budgets: readonly BudgetLimit[], reserved: Reserved[], heldBy: string): Hold => {
    let released = false;
    /** Takes from the reserve what it has for this window; the rest is topped up. */
    const take = (budget: BudgetLimit, most: NanoUsd, drawnBy: string) => {
      const window = windowOf(budget.per, now());
      const from = heldBy === drawnBy ? reserved.find((part) => part.budget === budget && part.window.start === window.start) : undefined;
      const taken = Math.min(from?.left ?? 0, most);
      if (from !== undefined) from.left -= taken;
      return { budget, window, taken, amount: most - taken, from };
    };
    const freeReserved = (part: Reserved, amount: NanoUsd): Promise<void> =>
      owe((tx) => free(tx, heldBy, accountOf(part.budget, part.window), amount));
    const giveBack = async (amount: NanoUsd): Promise<void> => {
      for (const part of reserved) {
        const freed = Math.min(part.left, amount);
        part.left -= freed;
        if (freed > 0) await freeReserved(part, freed);
      }
    };
    return {
      budgeted: budgets.length > 0,
      async draw({ callId, most, inputCost = most, rows, instead }) {
        const drawnBy = owner.id();
        const parts = budgets.map((budget) => take(budget, most, drawnBy));
        const accounts = parts.map(({ budget, window }) => accountOf(budget, window));
        const draw: StoredDraw = { id: crypto.randomUUID(), owner: drawnBy, callId, most, inputCost, cost: null, accounts, rows };
        try {
          await commit(async (tx) => {
            const before = instead?.id === undefined ? null : await openDraw(tx, instead.id);
            await reserve(tx, drawnBy, parts, now(), before === null ? null : { accounts: before.accounts, amount: before.most });
            if (before !== null) await settleDraw(tx, before, 0);
            await insertDraw(tx, draw, now());
          });
        } catch (error) {
          for (const { from, taken } of parts) {
            if (from === undefined || taken === 0) continue;
            if (released) await freeReserved(from, taken);
            else from.left += taken;
          }
          throw refusal(error);
        }
        return drawOn(draw, owe);
      },
      async checkRoom(most) {
        const wanted = budgets.map((budget) => {
          const window = windowOf(budget.per, now());
          const part =
            heldBy === owner.id() ? reserved.find((kept) => kept.budget === budget && kept.window.start === window.start) : undefined;
          return { budget, window, amount: most - Math.min(part?.left ?? 0, most) };
        });
        await checkRoom(database, wanted, now());
      },
      giveBack,
      async release() {
        if (released) return;
        released = true;
        await giveBack(Number.POSITIVE_INFINITY);
      },
    };
  };

  return {
    async admit(limits) {
      const counted = limits.filter((limit): limit is RateLimit => limit.kind === 'requests' || limit.kind === 'calls');
      const slots = limits.filter((limit): limit is ConcurrencyLimit => limit.kind === 'concurrency');
      await rates.take(counted).catch((error: unknown) => {
        throw refusal(error);
      });
      if (slots.length === 0) return { release: async () => {} };
      const id = crypto.randomUUID();
      try {
        await commit((tx) => takeSlots(tx, slots, { id, owner: owner.id(), host: owner.host, now: now() }));
      } catch (error) {
        await rates.giveBack(counted);
        throw refusal(error);
      }
      let released: Promise<void> | null = null;
      return {
        release() {
          released ??= owe((tx) => freeSlots(tx, slots, id));
          return released;
        },
      };
    },

    async hold(limits, most) {
      const budgets = budgetsOf(limits);
      const heldBy = owner.id();
      const parts = budgets.map((budget) => ({ budget, window: windowOf(budget.per, now()), amount: most, left: most }));
      if (parts.length > 0 && most > 0) {
        await commit((tx) => reserve(tx, heldBy, parts, now())).catch((error: unknown) => {
          throw refusal(error);
        });
      }
      return holdOn(budgets, parts, heldBy);
    },

    budgets: (limits) =>
      Promise.all(
        budgetsOf(limits).map(async (budget) => {
          const window = windowOf(budget.per, now());
          const balance = await balanceOf(database, accountOf(budget, window));
          return { name: budget.name, limit: budget.most, ...balance, resetsAt: window.end };
        }),
      ),

    async recover() {
      await payOwed();
      let lost = 0;
      for (const { id, discard } of await adopt()) {
        lost += await endOwner(database, id, { now, holdMs: lostHoldMs });
        discard();
      }
      for (let freed = atOnce; freed === atOnce; ) freed = await database.tx((tx) => freeLostHolds(tx, now(), atOnce));
      await forgetOld();
      return lost;
    },

    async close() {
      clearInterval(timer);
      rates.close();
      await payOwed();
    },
  };
}

interface Reserved extends Reservation {
  /** Not yet drawn. */
  left: NanoUsd;
}

function drawOn(draw: StoredDraw, owe: (work: Work<void>) => Promise<void>): Draw {
  let settled: Promise<void> | null = null;
  return {
    id: draw.id,
    settle(cost) {
      settled ??= owe((tx) => settleDraw(tx, draw, Number.isFinite(cost) ? Math.max(0, Math.round(cost)) : draw.most));
      return settled;
    },
  };
}

/** Each account once, at its smallest amount. */
function budgetsOf(limits: readonly Limit[]): readonly BudgetLimit[] {
  const budgets = new Map<string, BudgetLimit>();
  for (const limit of limits) {
    if (limit.kind !== 'budget') continue;
    const id = `${limit.per} ${limit.name}`;
    const known = budgets.get(id);
    if (known === undefined || limit.most < known.most) budgets.set(id, limit);
  }
  return [...budgets.values()];
}

const refusal = (error: unknown): unknown =>
  refusedWith('What this call may cost cannot be recorded at the moment, so it was not made.', error);

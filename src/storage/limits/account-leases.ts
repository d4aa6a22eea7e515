/**
 * Leases of this process on accounts, in memory. Calls take from a lease and give back without the database, which knows only the sum.
 *
 * The database's holding of an account is: what is left of the lease, plus what holds and draws use, plus what was settled but is not booked yet.
 * So money is held before it is used, and a budget is never overspent, whatever other processes do. When a lease is used up, the database is asked
 * for more (`lease-rooms.ts`): all requests of one turn are served in one transaction, in their order. A call that arrives while others wait for an
 * account waits behind them. Before a call is refused, other processes are asked for what is left of their leases (`lease-recalls.ts`).
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import type { Commit } from '../database/group-commit.ts';
import { leaseHasEnded } from '../database/unavailable.ts';
import type { Owner } from '../state/owner.ts';
import { type Account, forgetHolding, holdingOf, holdMore, idOf, isInForce } from './accounts.ts';
import { answerMs } from './lease-recalls.ts';
import { type Asked, type Balance, type LeasedAccount, planRooms, type Room, type Want } from './lease-rooms.ts';

/**
 * A lease that was not used for this time is given back when other processes are alive. A lease that was taken ahead of need stays for
 * `unusedBlockMs`.
 */
const unusedMs = 250;
const unusedBlockMs = 2_000;
/** The same time while this process is alone. An unused account is forgotten after it too. */
const aloneMs = 3_600_000;
/** How often to check whether other processes have given something back. */
const askEveryMs = 10;
const maxAsks = answerMs / askEveryMs;
/** An account that another process asked for is not leased ahead for this time. */
const scarceMs = 2_000;

export interface Taken {
  readonly leased: LeasedAccount;
  readonly amount: number;
}

export interface Leases {
  /** Takes all wants or none; rejects with the refusal of the first want that has no room. Returns at once when the leases suffice. */
  take(wants: readonly Want[]): readonly Taken[] | Promise<readonly Taken[]>;
  /** Rejects like `take`, but takes nothing. */
  check(wants: readonly Want[]): void | Promise<void>;
  /** Returns what was taken to the lease. */
  free(taken: Taken): void;
  /** Settles what was taken: `cost` of it was spent, and the rest returns to the lease. A cost above the taken amount is taken from the account. */
  settle(taken: Taken, cost: number): void;
  /** The amounts spent and held, including what is not booked yet. What is left of leases is not counted as held. */
  balanceOf(account: Account): Promise<Balance>;
  /** Gives leases back to the database, where other processes find them: all, or only those that were not used for a while. */
  giveBack(what: 'all' | 'unused'): Promise<void>;
  /** Gives back what is left of these accounts, because other processes need it. */
  recall(accounts: readonly Account[]): void;
}

export interface LeasesOptions {
  readonly database: Database;
  readonly commit: Commit;
  readonly owner: Pick<Owner, 'id' | 'renew'>;
  readonly monotonicMs: () => number;
  /** Number of other living processes, as far as is known. */
  readonly others: () => number;
  /** Asks the other processes that hold some of the account to give back what is left. False: no other process can help. */
  readonly ask: (account: Account) => Promise<boolean>;
}

interface Waiting extends Asked {
  readonly taken: PromiseWithResolvers<readonly Taken[]>;
  asks: number;
}

export function openLeases({ database, commit, owner, monotonicMs, others, ask }: LeasesOptions): Leases {
  let accounts = new Map<string, LeasedAccount>();
  let name = owner.id();
  let queue: Waiting[] = [];
  /** Number of waiting requests per account. */
  const waiting = new Map<string, number>();
  const scarceUntilMs = new Map<string, number>();
  let serving = false;

  const leasedOf = (account: Account): LeasedAccount => {
    if (owner.id() !== name) accounts = new Map();
    name = owner.id();
    const known = accounts.get(idOf(account));
    if (known !== undefined) return known;
    const nothing = { limit: 0, left: 0, block: 0, used: 0, settled: 0, freed: 0, isOverrun: false, usual: 0 };
    const fresh: LeasedAccount = { account, owner: name, ...nothing, usedAtMs: monotonicMs() };
    accounts.set(idOf(account), fresh);
    return fresh;
  };
  const isScarce = (account: Account): boolean => scarceUntilMs.size > 0 && (scarceUntilMs.get(idOf(account)) ?? 0) > performance.now();
  const isLeft = ({ account, limit, amount }: Want): boolean => {
    const leased = leasedOf(account);
    if (amount === 0) return true;
    const isWaitedFor = waiting.size > 0 && waiting.has(idOf(account));
    return !leased.isOverrun && leased.left >= amount && limit >= leased.limit && !isWaitedFor;
  };
  const use = (want: Want, left: number): Taken => {
    const leased = leasedOf(want.account);
    const { amount } = want;
    leased.left -= left;
    leased.used += amount;
    leased.usedAtMs = monotonicMs();
    if (amount > 0) leased.usual += (amount - leased.usual) / (leased.usual === 0 ? 1 : 8);
    if (leased.left < leased.block / 4) leaseAhead(leased, want);
    return { leased, amount };
  };
  /** Called when a quarter of the block is left, so that no call has to wait for more. */
  const leaseAhead = (leased: LeasedAccount, want: Want): void => {
    leased.block = 0;
    const taken = Promise.withResolvers<readonly Taken[]>();
    // No call waits for this lease. A call that needs it will ask again.
    taken.promise.catch(() => {});
    queue.push({ wants: [{ ...want, amount: 0 }], purpose: 'ahead', taken, asks: maxAsks });
    void serve();
  };
  const wait = ({ wants, purpose }: Waiting, by: 1 | -1): void => {
    if (purpose === 'ahead') return;
    for (const { account } of wants) {
      const count = (waiting.get(idOf(account)) ?? 0) + by;
      if (count === 0) waiting.delete(idOf(account));
      else waiting.set(idOf(account), count);
    }
  };
  const askFor = (wants: readonly Want[], purpose: 'take' | 'check'): Promise<readonly Taken[]> => {
    for (const { account, amount } of wants) if (leasedOf(account).usual === 0) leasedOf(account).usual = amount;
    const asked: Waiting = { wants, purpose, taken: Promise.withResolvers<readonly Taken[]>(), asks: 0 };
    queue.push(asked);
    wait(asked, 1);
    void serve();
    return asked.taken.promise;
  };
  const serve = async (): Promise<void> => {
    if (serving) return;
    serving = true;
    while (queue.length > 0) await serveAll(queue.splice(0));
    serving = false;
  };
  const serveAll = async (asked: readonly Waiting[]): Promise<void> => {
    const holder = owner.id();
    try {
      const plan = await commit(async (tx) =>
        (await isInForce(tx, holder)) ? planRooms(tx, asked, { holder, leasedOf, owners: 1 + others(), isScarce }) : null,
      );
      if (plan === null) await owner.renew();
      if (plan === null && owner.id() === holder) throw leaseHasEnded();
      // Amounts that were granted to a name which was then taken for dead are freed with everything of that name.
      if (plan === null || owner.id() !== holder) queue = [...asked, ...queue];
      else {
        for (const room of plan.rooms) enter(room);
        for (const [index, one] of asked.entries()) await end(one, plan.refused[index] ?? null);
      }
    } catch (error) {
      for (const one of asked) {
        wait(one, -1);
        one.taken.reject(error);
      }
    }
  };
  const enter = ({ leased, overrun, limit, granted, fromLeft, extra }: Room): void => {
    leased.isOverrun &&= overrun > 0;
    leased.left += extra - fromLeft;
    if (extra > 0) leased.block = leased.left;
    if (granted + fromLeft > 0 || extra !== 0) leased.limit = leased.left > 0 && leased.limit > 0 ? Math.min(leased.limit, limit) : limit;
  };
  const end = async (one: Waiting, refused: { readonly want: Want; readonly refusal: unknown } | null): Promise<void> => {
    if (refused !== null && one.asks < maxAsks && (one.asks > 0 || (await hopeFor(refused.want.account)))) {
      one.asks += 1;
      void pause(askEveryMs).then(() => {
        queue.push(one);
        return serve();
      });
      return;
    }
    wait(one, -1);
    if (refused !== null) one.taken.reject(refused.refusal);
    else one.taken.resolve(one.purpose === 'take' ? one.wants.map((want) => use(want, 0)) : []);
  };
  const hopeFor = (account: Account): Promise<boolean> => ask(account).catch(() => false);

  const isUnused = ({ account, block, usedAtMs }: LeasedAccount): boolean => {
    if (waiting.has(idOf(account))) return false;
    const keptMs = others() === 0 ? aloneMs : block > 0 ? unusedBlockMs : unusedMs;
    return monotonicMs() - usedAtMs >= keptMs;
  };
  const giveBack = async (all: readonly LeasedAccount[]): Promise<void> => {
    const given = all.filter(({ left, owner: its }) => left > 0 && its === owner.id()).map((leased) => ({ leased, amount: leased.left }));
    if (given.length === 0) return;
    const holder = name;
    for (const { leased, amount } of given) {
      leased.left -= amount;
      leased.block = 0;
    }
    try {
      await commit(async (tx) => {
        if (!(await isInForce(tx, holder))) return;
        for (const { leased, amount } of given) await holdMore(tx, holder, leased.account, -amount);
      });
    } catch (error) {
      for (const { leased, amount } of given) leased.left += amount;
      throw error;
    }
  };
  /**
   * Forgets accounts of past windows, and of keys that nobody uses, once everything is booked. A call that needs such an account starts again with
   * the database.
   */
  const forget = async (): Promise<void> => {
    const idle = [...accounts.values()].filter(
      (leased) => leased.left === 0 && leased.used === 0 && monotonicMs() - leased.usedAtMs >= aloneMs,
    );
    for (const leased of idle) {
      accounts.delete(idOf(leased.account));
      const gone = await commit((tx) => forgetHolding(tx, leased.owner, leased)).catch(() => false);
      if (gone || leased.owner !== owner.id()) continue;
      const fresh = accounts.get(idOf(leased.account));
      if (fresh === undefined) accounts.set(idOf(leased.account), leased);
      else {
        fresh.settled += leased.settled;
        fresh.freed += leased.freed;
      }
    }
  };

  return {
    take: (wants) => (wants.every(isLeft) ? wants.map((want) => use(want, want.amount)) : askFor(wants, 'take')),
    check: (wants) => (wants.every(isLeft) ? undefined : askFor(wants, 'check').then(() => {})),
    free({ leased, amount }) {
      leased.used -= amount;
      leased.left += amount;
      if (isScarce(leased.account)) void giveBack([leased]).catch(() => {});
    },
    settle({ leased, amount }, cost) {
      const freed = Math.min(amount, cost);
      leased.used -= amount;
      leased.left += amount - freed;
      leased.settled += cost;
      leased.freed += freed;
      leased.isOverrun ||= cost > amount;
      if (isScarce(leased.account)) void giveBack([leased]).catch(() => {});
    },
    async balanceOf(account) {
      const { spent, held, amount, booked } = await holdingOf(database, owner.id(), account);
      const leased = owner.id() === name ? accounts.get(idOf(account)) : undefined;
      if (leased === undefined) return { spent, held: held - amount };
      return { spent: spent + leased.settled - booked, held: held - amount + leased.used };
    },
    async giveBack(what) {
      const all = [...accounts.values()];
      await giveBack(what === 'all' ? all : all.filter(isUnused));
      if (what === 'unused') await forget();
    },
    recall(recalled) {
      for (const [id, untilMs] of scarceUntilMs) if (untilMs < performance.now()) scarceUntilMs.delete(id);
      for (const account of recalled) scarceUntilMs.set(idOf(account), performance.now() + scarceMs);
      const here = recalled.flatMap((account) => accounts.get(idOf(account)) ?? []);
      void giveBack(here.filter(({ account }) => !waiting.has(idOf(account)))).catch(() => {});
    },
  };
}

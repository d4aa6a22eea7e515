/**
 * What this process holds of accounts, in memory: calls take of it and give back without the database, which knows the sum.
 *
 * The database's holding of an account is what is left here, plus what is used by holds and draws, plus what was settled and is not booked
 * yet. What is taken is therefore held before it is used, and a budget is never overspent, whatever other processes do. What is not left
 * here is asked of the database: all who ask in one turn are served in one transaction, in their order, and whoever comes while others
 * wait for an account waits behind them.
 */
import type { GatewayError } from '../../core/errors.ts';
import type { Database, Statements } from '../database/database.ts';
import type { Commit } from '../database/group-commit.ts';
import type { Owner } from '../state/owner.ts';
import { type Account, holdingOf, holdMore, idOf } from './accounts.ts';

/** What has not been used for so long goes back to the others. */
const unusedMs = 250;

/** So much of an account, whose holders together may have no more than its limit. */
export interface Want {
  readonly account: Account;
  readonly limit: number;
  readonly amount: number;
  /** What the caller is told when there is no room. */
  refusal(state: { readonly spent: number; readonly held: number }): GatewayError;
}

export interface LeasedAccount {
  readonly account: Account;
  readonly owner: string;
  /** The smallest limit that what is left was leased under: whoever has a smaller one asks the database. */
  limit: number;
  left: number;
  /** By holds and open draws. */
  used: number;
  /** Since this owner began: the database knows how much of that is booked. */
  settled: number;
  /** Something was settled beyond its draw, and may not be booked yet: the database's sums are then asked before anything is taken. */
  isOverrun: boolean;
  usedAtMs: number;
}

export interface Taken {
  readonly leased: LeasedAccount;
  readonly amount: number;
}

export interface Balance {
  readonly spent: number;
  readonly held: number;
}

export interface Leases {
  /** All, or none: rejects with the refusal of the first that has no room. Of what is left here it takes at once. */
  take(wants: readonly Want[]): readonly Taken[] | Promise<readonly Taken[]>;
  /** Rejects as `take` would, and takes nothing. */
  check(wants: readonly Want[]): void | Promise<void>;
  /** Used no longer. */
  free(taken: Taken): void;
  /** Used no longer, `cost` of it because it was spent: more than that is freed of the account, less goes back. */
  settle(taken: Taken, cost: number): void;
  /** What is spent and held, whatever of it waits to be booked, and without what is only left here. */
  balanceOf(account: Account): Promise<Balance>;
  /** Gives what is left here, or only what has not been used for a while, back to the database, where others find it. */
  giveBack(what: 'all' | 'unused'): Promise<void>;
}

export interface LeasesOptions {
  readonly database: Database;
  readonly commit: Commit;
  readonly owner: Pick<Owner, 'id'>;
  readonly monotonicMs: () => number;
}

interface Asked {
  readonly wants: readonly Want[];
  readonly isCheck: boolean;
  readonly taken: PromiseWithResolvers<readonly Taken[]>;
}

/** An account in one transaction: what the database says, and what has been granted of it and of what is left. */
interface Room {
  readonly leased: LeasedAccount;
  readonly spent: number;
  readonly held: number;
  /** Settled beyond its draws, and not booked yet. */
  readonly overrun: number;
  limit: number;
  granted: number;
  fromLeft: number;
  excess: number;
}

export function openLeases({ database, commit, owner, monotonicMs }: LeasesOptions): Leases {
  let accounts = new Map<string, LeasedAccount>();
  let name = owner.id();
  let queue: Asked[] = [];
  /** How many wait for each account. */
  const waiting = new Map<string, number>();
  let refilling = false;

  const leasedOf = (account: Account): LeasedAccount => {
    if (owner.id() !== name) accounts = new Map();
    name = owner.id();
    const known = accounts.get(idOf(account));
    if (known !== undefined) return known;
    const fresh: LeasedAccount = {
      account,
      owner: name,
      limit: 0,
      left: 0,
      used: 0,
      settled: 0,
      isOverrun: false,
      usedAtMs: monotonicMs(),
    };
    accounts.set(idOf(account), fresh);
    return fresh;
  };
  const isLeft = ({ account, limit, amount }: Want): boolean => {
    const leased = leasedOf(account);
    return amount === 0 || (!leased.isOverrun && leased.left >= amount && limit >= leased.limit && !waiting.has(idOf(account)));
  };
  const use = ({ account, amount }: Want, left: number = amount): Taken => {
    const leased = leasedOf(account);
    leased.left -= left;
    leased.used += amount;
    leased.usedAtMs = monotonicMs();
    return { leased, amount };
  };
  const wait = (wants: readonly Want[], by: 1 | -1): void => {
    for (const { account } of wants) {
      const count = (waiting.get(idOf(account)) ?? 0) + by;
      if (count === 0) waiting.delete(idOf(account));
      else waiting.set(idOf(account), count);
    }
  };
  const ask = (wants: readonly Want[], isCheck: boolean): Promise<readonly Taken[]> => {
    const taken = Promise.withResolvers<readonly Taken[]>();
    queue.push({ wants, isCheck, taken });
    wait(wants, 1);
    void refill();
    return taken.promise;
  };
  const refill = async (): Promise<void> => {
    if (refilling) return;
    refilling = true;
    while (queue.length > 0) await serve(queue.splice(0));
    refilling = false;
  };
  const serve = async (asked: readonly Asked[]): Promise<void> => {
    const holder = owner.id();
    try {
      const { refusals, rooms } = await commit((tx) => plan(tx, holder, asked));
      if (owner.id() !== holder) return again(asked);
      for (const room of rooms) leave(room);
      for (const { wants } of asked) wait(wants, -1);
      for (const [index, { wants, isCheck, taken }] of asked.entries()) {
        const refusal = refusals[index] ?? null;
        if (refusal !== null) taken.reject(refusal);
        else taken.resolve(isCheck ? [] : wants.map((want) => use(want, 0)));
      }
    } catch (error) {
      for (const { wants, taken } of asked) {
        wait(wants, -1);
        taken.reject(error);
      }
    }
  };
  /** It was granted to a name that is dead by now. */
  const again = (asked: readonly Asked[]): void => {
    queue = [...asked, ...queue];
  };
  const leave = ({ leased, limit, overrun, fromLeft, excess }: Room): void => {
    leased.isOverrun &&= overrun > 0;
    leased.left -= fromLeft + excess;
    if (limit < Number.POSITIVE_INFINITY) leased.limit = leased.left > 0 ? Math.min(leased.limit, limit) : limit;
  };
  const plan = async (tx: Statements, holder: string, asked: readonly Asked[]) => {
    const rooms = new Map<string, Room>();
    const roomOf = async ({ account }: Want): Promise<Room> => {
      const known = rooms.get(idOf(account));
      if (known !== undefined) return known;
      const { spent, held, amount, booked } = await holdingOf(tx, holder, account);
      const leased = leasedOf(account);
      const overrun = leased.isOverrun ? Math.max(0, leased.left + leased.used + leased.settled - booked - amount) : 0;
      const room = { leased, spent, held, overrun, limit: Number.POSITIVE_INFINITY, granted: 0, fromLeft: 0, excess: 0 };
      rooms.set(idOf(account), room);
      return room;
    };
    const refusals: (GatewayError | null)[] = [];
    for (const { wants, isCheck } of asked) {
      const places = await Promise.all(wants.map(async (want) => ({ want, room: await roomOf(want) })));
      const refused = places.find(({ want, room }) => want.amount > 0 && roomIn(room, want.limit) < want.amount);
      refusals.push(refused === undefined ? null : refused.want.refusal(stateOf(refused.room)));
      if (refused === undefined && !isCheck) for (const { want, room } of places) grant(room, want);
    }
    for (const room of rooms.values()) {
      room.excess = excessOf(room);
      await holdMore(tx, holder, room.leased.account, room.granted - room.excess);
    }
    return { refusals, rooms: [...rooms.values()] };
  };

  return {
    take: (wants) => (wants.every(isLeft) ? wants.map((want) => use(want)) : ask(wants, false)),
    check: (wants) => (wants.every(isLeft) ? undefined : ask(wants, true).then(() => {})),
    free({ leased, amount }) {
      leased.used -= amount;
      leased.left += amount;
    },
    settle({ leased, amount }, cost) {
      leased.used -= amount;
      leased.left += amount - Math.min(amount, cost);
      leased.settled += cost;
      leased.isOverrun ||= cost > amount;
    },
    async balanceOf(account) {
      const { spent, held, amount, booked } = await holdingOf(database, owner.id(), account);
      const leased = owner.id() === name ? accounts.get(idOf(account)) : undefined;
      if (leased === undefined) return { spent, held: held - amount };
      return { spent: spent + leased.settled - booked, held: held - amount + leased.used };
    },
    async giveBack(what) {
      const before = what === 'all' ? Number.POSITIVE_INFINITY : monotonicMs() - unusedMs;
      const unused = [...accounts.values()].filter(
        (leased) => leased.left > 0 && leased.usedAtMs <= before && !waiting.has(idOf(leased.account)),
      );
      const given = unused.map((leased) => ({ leased, amount: leased.left }));
      for (const { leased, amount } of given) leased.left -= amount;
      const holder = name;
      try {
        if (given.length > 0 && owner.id() === holder)
          await commit(async (tx) => {
            for (const { leased, amount } of given) await holdMore(tx, holder, leased.account, -amount);
          });
      } catch (error) {
        for (const { leased, amount } of given) leased.left += amount;
        throw error;
      }
    },
  };
}

/** What the account has for whoever has this limit: what nobody holds, and what is left here. */
const roomIn = ({ leased, spent, held, overrun, granted, fromLeft }: Room, limit: number): number =>
  leased.left - fromLeft + limit - spent - held - overrun - granted;

const stateOf = ({ leased, spent, held, overrun, granted, fromLeft }: Room): Balance => ({
  spent: spent + overrun,
  held: held + granted - (leased.left - fromLeft),
});

function grant(room: Room, { amount, limit }: Want): void {
  if (amount === 0) return;
  const fromLeft = Math.max(0, Math.min(room.leased.left - room.fromLeft, amount));
  room.fromLeft += fromLeft;
  room.granted += amount - fromLeft;
  room.limit = Math.min(room.limit, limit);
}

/** Of what is left here, what is beyond a limit that was lowered. */
const excessOf = ({ leased, spent, held, limit, granted, fromLeft }: Room): number =>
  Math.max(0, Math.min(leased.left - fromLeft, spent + held + granted - limit));

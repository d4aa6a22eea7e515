/** Plans one transaction that serves all requests for more than the leases have: who gets what of each account, and how much is leased ahead. */
import type { GatewayError } from '../../core/errors.ts';
import type { Statements } from '../database/database.ts';
import { type Account, holdingOf, holdMore, idOf } from './accounts.ts';

/** An amount of an account. The holders of the account together may have no more than the limit. */
export interface Want {
  readonly account: Account;
  readonly limit: number;
  readonly amount: number;
  /** The refusal when there is no room. */
  refusal(state: Balance): GatewayError;
  /** How much to lease ahead of need. `free`: the free amount; `owners`: living processes; `usual`: what this process takes at a time. */
  ahead(free: number, owners: number, usual: number): number;
}

export interface Balance {
  readonly spent: number;
  readonly held: number;
}

export interface LeasedAccount {
  readonly account: Account;
  readonly owner: string;
  /** The smallest limit under which the rest of the lease was granted. A call with a smaller limit asks the database. */
  limit: number;
  left: number;
  /** What was left after the last lease ahead. 0: only what is needed is leased. */
  block: number;
  /** Amount used by holds and open draws. */
  used: number;
  /** What was settled since this owner began, and what that frees. The database knows how much of both is booked. */
  settled: number;
  freed: number;
  /** A draw cost more than was taken, and that may not be booked yet. The database is then asked before anything is taken. */
  isOverrun: boolean;
  /** Average amount that is taken at a time. */
  usual: number;
  usedAtMs: number;
}

/** `check`: take nothing. `ahead`: lease ahead only. */
export interface Asked {
  readonly wants: readonly Want[];
  readonly purpose: 'take' | 'check' | 'ahead';
}

/** An account within one transaction. */
export interface Room {
  readonly leased: LeasedAccount;
  readonly spent: number;
  readonly held: number;
  /** Cost beyond the draws that is not booked yet. */
  readonly overrun: number;
  limit: number;
  ahead: Want['ahead'] | null;
  /** Granted of what no process held. */
  granted: number;
  /** Taken of what was left of the lease. */
  fromLeft: number;
  /** Amount leased ahead. Negative: given back, because a limit was lowered. */
  extra: number;
}

export interface Plan {
  readonly rooms: readonly Room[];
  /** One entry per request. Null: the request was served. */
  readonly refused: readonly ({ readonly want: Want; readonly refusal: GatewayError } | null)[];
}

export interface PlanOptions {
  readonly holder: string;
  readonly leasedOf: (account: Account) => LeasedAccount;
  /** Number of living processes, this one included. */
  readonly owners: number;
  /** Another process has asked for what is left of the account, so nothing is leased ahead. */
  readonly isScarce: (account: Account) => boolean;
}

/** Changes the database only; the leases in memory change after the commit. May be run again. */
export async function planRooms(tx: Statements, asked: readonly Asked[], options: PlanOptions): Promise<Plan> {
  const { holder, leasedOf, owners, isScarce } = options;
  const rooms = new Map<string, Room>();
  const roomOf = async ({ account }: Want): Promise<Room> => {
    const known = rooms.get(idOf(account));
    if (known !== undefined) return known;
    const { spent, held, booked, freed } = await holdingOf(tx, holder, account);
    const leased = leasedOf(account);
    const overrun = leased.settled - booked - (leased.freed - freed);
    const none = { limit: Number.POSITIVE_INFINITY, ahead: null, granted: 0, fromLeft: 0, extra: 0 };
    const room = { leased, spent, held, overrun, ...none };
    rooms.set(idOf(account), room);
    return room;
  };
  const refused: Plan['refused'][number][] = [];
  for (const { wants, purpose } of asked) {
    const places: { readonly want: Want; readonly room: Room }[] = [];
    for (const want of wants) places.push({ want, room: await roomOf(want) });
    const without = places.find(({ want, room }) => want.amount > 0 && roomIn(room, want.limit) < want.amount);
    refused.push(without === undefined ? null : { want: without.want, refusal: without.want.refusal(stateOf(without.room)) });
    if (without === undefined && purpose !== 'check') for (const { want, room } of places) grant(room, want, purpose);
  }
  for (const room of rooms.values()) {
    room.extra = extraOf(room, owners, isScarce(room.leased.account));
    await holdMore(tx, holder, room.leased.account, room.granted + room.extra);
  }
  return { rooms: [...rooms.values()], refused };
}

/** Room of the account under this limit: what no process holds, and what is left of the own lease. */
const roomIn = ({ leased, spent, held, overrun, granted, fromLeft }: Room, limit: number): number =>
  leased.left - fromLeft + limit - spent - held - overrun - granted;

const stateOf = ({ leased, spent, held, overrun, granted, fromLeft }: Room): Balance => ({
  spent: spent + overrun,
  held: held + granted - (leased.left - fromLeft),
});

function grant(room: Room, { amount, limit, ahead }: Want, purpose: 'take' | 'ahead'): void {
  if (amount === 0 && purpose === 'take') return;
  const fromLeft = Math.max(0, Math.min(room.leased.left - room.fromLeft, amount));
  room.fromLeft += fromLeft;
  room.granted += amount - fromLeft;
  room.limit = Math.min(room.limit, limit);
  room.ahead = ahead;
}

function extraOf({ leased, spent, held, overrun, limit, ahead, granted, fromLeft }: Room, owners: number, isScarce: boolean): number {
  const left = leased.left - fromLeft;
  const free = limit - spent - held - overrun - granted;
  // What is only leased ahead may be needed by others.
  if (free < 0) return fromLeft + granted > 0 ? -Math.max(0, Math.min(left, -free)) : 0;
  if (ahead === null || isScarce) return 0;
  return Math.max(0, Math.floor(ahead(free, owners, leased.usual)) - Math.max(0, left));
}

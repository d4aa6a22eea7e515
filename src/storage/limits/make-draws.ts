/**
 * Makes draws on leased accounts. A draw is in the journal before its attempt is sent. Its cost is settled in memory and booked in the background.
 */
import type { Draw, DrawnAttempt } from '../../core/call/hold.ts';
import type { NanoUsd } from '../../core/money.ts';
import type { Journal } from '../journal/journal.ts';
import { drawId, ownerOf } from '../journal/journal-line.ts';
import type { Owner } from '../state/owner.ts';
import type { Leases, Taken } from './account-leases.ts';
import { type Account, idOf } from './accounts.ts';
import type { Want } from './lease-rooms.ts';

/** One account of a draw: what must be taken of it, and the reserve that has a part of it already. */
export interface DrawPart {
  readonly account: Account;
  readonly reserved: NanoUsd;
  want(amount: NanoUsd): Want;
  /** The account's share of a cost. Default: the whole cost. */
  readonly shareOf?: (cost: NanoUsd) => NanoUsd;
}

export interface DrawOptions {
  readonly leases: Leases;
  readonly journal: Pick<Journal, 'open' | 'settle'>;
  readonly owner: Pick<Owner, 'id'>;
}

/** A draw that is not settled. `isReplaced`: another draw has taken its place, so it is settled with 0 unless it costs something after all. */
interface OpenDraw {
  readonly id: string;
  readonly most: NanoUsd;
  /** Each account with the whole of `most`. */
  readonly parts: readonly OpenPart[];
  isReplaced: boolean;
}

interface OpenPart extends Taken, Pick<DrawPart, 'shareOf'> {}

interface Replacing {
  readonly taken: readonly Taken[];
  /** The draw that is replaced. Null: none. */
  readonly before: OpenDraw | null;
}

/** Rejects when it took nothing. What was reserved for the draw then belongs to the reserve again. */
export type MakeDraw = (parts: readonly DrawPart[], attempt: DrawnAttempt) => Promise<Draw>;

export function drawMaker({ leases, journal, owner }: DrawOptions): MakeDraw {
  const open = new Map<string, OpenDraw>();
  let made = 0;

  /** Null: the draw is settled, was replaced, or belongs to a name of this process that was taken for dead. */
  const openNow = (id: string | undefined): OpenDraw | null => {
    const draw = id === undefined ? undefined : open.get(id);
    return draw === undefined || draw.isReplaced || ownerOf(draw.id) !== owner.id() ? null : draw;
  };
  /** Takes what neither the reserve nor the replaced draw can give. */
  const take = (parts: readonly DrawPart[], most: NanoUsd, instead: string | undefined): Replacing | Promise<Replacing> => {
    const before = openNow(instead);
    const checked = (taken: readonly Taken[]): Replacing | Promise<Replacing> => {
      const isSame = openNow(instead) === before && taken.every(({ leased }) => leased.owner === owner.id());
      if (isSame) return { taken, before };
      for (const part of taken) leases.free(part);
      return take(parts, most, instead);
    };
    const taken = leases.take(
      parts.map(({ account, reserved, want }) => want(most - reserved - reusedOf(before, account, most - reserved))),
    );
    return taken instanceof Promise ? taken.then(checked) : checked(taken);
  };
  const settle = (draw: OpenDraw, cost: NanoUsd): void => {
    if (!open.delete(draw.id)) return;
    const { id, most, parts, isReplaced } = draw;
    if (isReplaced && cost === 0) return;
    const amount = isReplaced ? 0 : most;
    /** Accounts that bear only a part of the cost, by that part. */
    let others: Map<NanoUsd, Account[]> | null = null;
    const whole: Account[] = [];
    for (const { leased, shareOf } of parts) {
      const share = shareOf === undefined ? cost : shareOf(cost);
      leases.settle({ leased, amount }, share);
      if (share === cost) whole.push(leased.account);
      else {
        others ??= new Map();
        others.set(share, [...(others.get(share) ?? []), leased.account]);
      }
    }
    const freedOf = (share: NanoUsd): NanoUsd => Math.min(amount, share);
    journal.settle({ drawId: id, cost, freed: freedOf(cost), accounts: whole });
    // Each share is settled under a name of its own, because a draw is settled only once.
    for (const [share, accounts] of others ?? [])
      journal.settle({ drawId: `${id}-${share}`, cost: share, freed: freedOf(share), accounts });
  };
  /** Frees what the replaced draw held, except the part that the new draw takes over. */
  const replace = (before: OpenDraw, parts: readonly DrawPart[], most: NanoUsd): void => {
    before.isReplaced = true;
    for (const { leased, amount } of before.parts) {
      const part = parts.find(({ account }) => idOf(account) === idOf(leased.account));
      const reused = part === undefined ? 0 : reusedOf(before, part.account, most - part.reserved);
      leases.free({ leased, amount: amount - reused });
    }
  };
  /** Undoes a replacement whose new draw was not made. The part that it would have taken over is free. */
  const restore = (before: OpenDraw): void => {
    if (!open.has(before.id)) return;
    before.isReplaced = false;
    for (const { leased, amount } of before.parts) leases.free({ leased, amount: -amount });
  };

  return async (parts, { callId, most, inputCost = most, rows, instead }) => {
    const taking = take(parts, most, instead?.id);
    const { taken, before } = taking instanceof Promise ? await taking : taking;
    made += 1;
    const id = drawId(owner.id(), made);
    const draw: OpenDraw = { id, most, parts: taken.map(({ leased }, index) => openPart(leased, most, parts[index])), isReplaced: false };
    if (before !== null) replace(before, parts, most);
    open.set(id, draw);
    const accounts = parts.map(({ account }) => account);
    try {
      await journal.open({ id, callId, most, inputCost, accounts, rows, cost: null, instead: before?.id ?? null });
    } catch (error) {
      open.delete(id);
      for (const [index, { leased }] of draw.parts.entries()) leases.free({ leased, amount: most - (parts[index]?.reserved ?? 0) });
      if (before !== null) restore(before);
      throw error;
    }
    return {
      id,
      async settle(cost) {
        settle(draw, Number.isFinite(cost) ? Math.max(0, Math.round(cost)) : most);
      },
    };
  };
}

const openPart = (leased: Taken['leased'], amount: NanoUsd, part: DrawPart | undefined): OpenPart =>
  part?.shareOf === undefined ? { leased, amount } : { leased, amount, shareOf: part.shareOf };

/** The amount of an account that a new draw takes over from the draw that it replaces. */
const reusedOf = (before: OpenDraw | null, account: Account, amount: NanoUsd): NanoUsd =>
  before?.parts.some(({ leased }) => idOf(leased.account) === idOf(account)) === true ? Math.min(before.most, amount) : 0;

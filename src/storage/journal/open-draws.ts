/**
 * The open draws of this process: draws that are not settled, or whose call has no rows yet. A file with their entries must stay. When a new file
 * replaces a full one, the open draws are written again.
 */
import { type EntryText, type JournalDraw, openedEntry, ownerOf } from './journal-line.ts';

export interface OpenDraws {
  opened(draw: JournalDraw): void;
  settled(drawId: string, cost: number): void;
  withdrawn(drawId: string): void;
  /** Call it when the call's rows are written. */
  ended(callId: string): void;
  /** Call it when other processes have taken the owner for dead and end its draws. */
  forget(owner: string): void;
  size(): number;
  entries(): readonly EntryText[];
}

interface Open {
  readonly draw: JournalDraw;
  cost: number | null;
  hasRows: boolean;
}

export function openDraws(): OpenDraws {
  const open = new Map<string, Open>();
  const ofCall = new Map<string, Set<Open>>();
  const close = (one: Open): void => {
    open.delete(one.draw.id);
    const others = ofCall.get(one.draw.callId);
    others?.delete(one);
    if (others?.size === 0) ofCall.delete(one.draw.callId);
  };
  const settled = (drawId: string, cost: number): void => {
    const one = open.get(drawId);
    if (one === undefined) return;
    one.cost = (one.cost ?? 0) + cost;
    if (one.hasRows) close(one);
  };
  return {
    opened(draw) {
      const one: Open = { draw, cost: null, hasRows: false };
      open.set(draw.id, one);
      const others = ofCall.get(draw.callId);
      if (others === undefined) ofCall.set(draw.callId, new Set([one]));
      else others.add(one);
      if (draw.instead !== null) settled(draw.instead, 0);
    },
    settled,
    withdrawn(drawId) {
      const one = open.get(drawId);
      if (one !== undefined) close(one);
    },
    ended(callId) {
      for (const one of ofCall.get(callId) ?? []) {
        one.hasRows = true;
        if (one.cost !== null) close(one);
      }
    },
    forget(owner) {
      for (const one of open.values()) if (ownerOf(one.draw.id) === owner) close(one);
    },
    size: () => open.size,
    entries: () => [...open.values()].map(({ draw, cost }) => openedEntry({ ...draw, cost })),
  };
}

/**
 * The text of one line of a journal: its number, and the entries of one turn of the event loop, each with its kind in front. Entries are separated
 * by tabs, because JSON contains none. A row is a list of its values (`../ledger/row-values.ts`). Earlier versions wrote a row as an object, and
 * before that a line as one JSON list of rows without a number.
 */
import type { UsageRow } from '../../core/call/usage-row.ts';
import { type NanoUsd, noUsage } from '../../core/money.ts';
import { rowFrom, valuesOf } from '../ledger/row-values.ts';
import type { Account } from '../limits/accounts.ts';

/** An attempt that may be sent to a provider. Its id begins with its owner and a dot. */
export interface JournalDraw {
  readonly id: string;
  readonly callId: string;
  readonly most: NanoUsd;
  /** The part of `most` that is the input's. */
  readonly inputCost: NanoUsd;
  readonly accounts: readonly Account[];
  /** The ledger rows if the call costs the maximum. */
  readonly rows: readonly UsageRow[];
  /** What the draw had settled when it was copied into a later file. Null: nothing yet. */
  readonly cost: NanoUsd | null;
  /** The draw that this one replaces; it is settled with 0. Null: none. */
  readonly instead: string | null;
}

/** `cost` is spent from now on. `freed`, a part of what the owner held for the draw, is no longer held. */
export interface JournalSettlement {
  readonly drawId: string;
  readonly cost: NanoUsd;
  readonly freed: NanoUsd;
  readonly accounts: readonly Account[];
}

/** `rows`: the ledger rows of one call. `withdrawn`: a draw that was written but not made. */
export type JournalEntry =
  | { readonly kind: 'rows'; readonly rows: readonly UsageRow[] }
  | { readonly kind: 'opened'; readonly draw: JournalDraw }
  | { readonly kind: 'settled'; readonly settlement: JournalSettlement }
  | { readonly kind: 'withdrawn'; readonly drawId: string };

export interface JournalLine {
  /** Rises with each line of an owner. Null: an earlier version wrote the line. */
  readonly number: number | null;
  readonly entries: readonly JournalEntry[];
}

/** An entry as text, with its number of ledger rows and whether it must be booked in the database. */
export interface EntryText {
  readonly isBooked: boolean;
  readonly text: string;
  readonly rows: number;
}

const separator = '\t';

export const drawId = (owner: string, number: number): string => `${owner}.${number.toString(36)}`;
export const ownerOf = (id: string): string => id.slice(0, id.lastIndexOf('.'));

export const rowsEntry = (rows: readonly UsageRow[]): EntryText => ({
  text: `R${JSON.stringify(rows.map(valuesOf))}`,
  rows: rows.length,
  isBooked: true,
});

export const openedEntry = ({ id, callId, most, inputCost, cost, instead, accounts, rows }: JournalDraw): EntryText => ({
  text: `O${JSON.stringify([id, callId, most, inputCost, cost, instead, accounts.map(placeOf), rows.map(valuesOf)])}`,
  rows: 0,
  isBooked: false,
});

export const settledEntry = ({ drawId, cost, freed, accounts }: JournalSettlement): EntryText => ({
  text: `S${JSON.stringify([drawId, cost, freed, accounts.map(placeOf)])}`,
  rows: 0,
  isBooked: true,
});

export const withdrawnEntry = (id: string): EntryText => ({ text: `X${JSON.stringify([id])}`, rows: 0, isBooked: false });

type Place = [name: string, per: Account['per'], start: number];
const placeOf = ({ name, per, start }: Account): Place => [name, per, start];
const accountAt = ([name, per, start]: Place): Account => ({ name, per, start });

export const lineText = (number: number, entries: readonly EntryText[]): string =>
  [number.toString(), ...entries.map(({ text }) => text)].join(separator);

/** Reads the entries of a line that this process wrote. */
export const entriesIn = (text: string): readonly EntryText[] =>
  text
    .split(separator)
    .slice(1)
    .map((entry) => ({
      text: entry,
      rows: entry.startsWith('R') ? (listOf(entry.slice(1))?.length ?? 0) : 0,
      isBooked: entry.startsWith('R') || entry.startsWith('S'),
    }));

/** Null: the line is complete, but a newer version wrote it. */
export function lineOf(text: string): JournalLine | null {
  if (text.startsWith('[')) return joined(null, [rowsOf(text)]);
  const [number = '', ...entries] = text.split(separator);
  return /^\d+$/.test(number) ? joined(Number(number), entries.map(entryOf)) : null;
}

function joined(number: number | null, entries: readonly (JournalEntry | null)[]): JournalLine | null {
  const known = entries.filter((entry) => entry !== null);
  return known.length === entries.length ? { number, entries: known } : null;
}

function entryOf(text: string): JournalEntry | null {
  const rest = text.slice(1);
  if (text.startsWith('R')) return rowsOf(rest);
  if (text.startsWith('O')) return openedOf(rest);
  if (text.startsWith('S')) return settledOf(rest);
  return text.startsWith('X') ? withdrawnOf(rest) : null;
}

function rowsOf(text: string): JournalEntry | null {
  const rows = listOf(text)?.map(rowFrom);
  return rows?.every(isRow) === true ? { kind: 'rows', rows: rows as UsageRow[] } : null;
}

function openedOf(text: string): JournalEntry | null {
  const [id, callId, most, inputCost, cost, instead, accounts, lists] = listOf(text) ?? [];
  const rows = Array.isArray(lists) ? lists.map(rowFrom) : null;
  if (typeof id !== 'string' || typeof callId !== 'string' || typeof most !== 'number' || typeof inputCost !== 'number') return null;
  if (!isAmountOrNull(cost) || !isTextOrNull(instead) || !arePlaces(accounts) || rows?.every(isRow) !== true) return null;
  const draw = { id, callId, most, inputCost, cost, instead, accounts: accounts.map(accountAt), rows: rows as UsageRow[] };
  return { kind: 'opened', draw };
}

function settledOf(text: string): JournalEntry | null {
  const [drawId, cost, freed, accounts] = listOf(text) ?? [];
  if (typeof drawId !== 'string' || typeof cost !== 'number' || typeof freed !== 'number' || !arePlaces(accounts)) return null;
  return { kind: 'settled', settlement: { drawId, cost, freed, accounts: accounts.map(accountAt) } };
}

function withdrawnOf(text: string): JournalEntry | null {
  const [drawId] = listOf(text) ?? [];
  return typeof drawId === 'string' ? { kind: 'withdrawn', drawId } : null;
}

const isAmountOrNull = (value: unknown): value is NanoUsd | null => value === null || typeof value === 'number';
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string';
const arePlaces = (value: unknown): value is Place[] =>
  Array.isArray(value) && value.every((place) => Array.isArray(place) && typeof place[0] === 'string' && typeof place[2] === 'number');

function listOf(text: string): readonly unknown[] | null {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : null;
  } catch {
    return null;
  }
}

/** Fields and their types. The database would refuse a row without one of them, and with it the whole batch. */
const required: Partial<Record<keyof UsageRow, 'string' | 'number' | 'object'>> = {
  time: 'number',
  callId: 'string',
  use: 'number',
  coordinate: 'string',
  principal: 'string',
  route: 'string',
  usage: 'object',
  savedCost: 'number',
  cache: 'string',
  attempts: 'number',
  outcome: 'string',
  latencyMs: 'number',
  tags: 'object',
};

function isRow(row: unknown): boolean {
  if (typeof row !== 'object' || row === null) return false;
  const fields = row as Readonly<Record<string, unknown>>;
  return (
    Object.entries(required).every(([name, type]) => typeof fields[name] === type && fields[name] !== null) &&
    Object.keys(noUsage).every((name) => typeof (fields['usage'] as Readonly<Record<string, unknown>>)[name] === 'number')
  );
}

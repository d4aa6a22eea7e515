/**
 * The text of a journal's line: its number, and the entries of one turn of the event loop, each with its kind in front. JSON holds no tab, so
 * tabs stand between them. Older versions wrote one JSON list of rows a line, without a number.
 */
import type { UsageRow } from '../../core/call/usage-row.ts';
import { noUsage } from '../../core/money.ts';

/** `rows`: the ledger rows of one call. */
export type JournalEntry = { readonly kind: 'rows'; readonly rows: readonly UsageRow[] };

export interface JournalLine {
  /** Rises with each line of an owner; null: an older version wrote it. */
  readonly number: number | null;
  readonly entries: readonly JournalEntry[];
}

/** An entry as text, and how many rows of the ledger it has. */
export interface EntryText {
  readonly text: string;
  readonly rows: number;
}

const separator = '\t';

export const rowsEntry = (rows: readonly UsageRow[]): EntryText => ({ text: `R${JSON.stringify(rows)}`, rows: rows.length });

export const lineText = (number: number, entries: readonly EntryText[]): string =>
  [number.toString(), ...entries.map(({ text }) => text)].join(separator);

/** Null: whole, and nothing that this version wrote: a newer one did. */
export function lineOf(text: string): JournalLine | null {
  if (text.startsWith('[')) return joined(null, [rowsOf(text)]);
  const [number = '', ...entries] = text.split(separator);
  return /^\d+$/.test(number) ? joined(Number(number), entries.map(entryOf)) : null;
}

function joined(number: number | null, entries: readonly (JournalEntry | null)[]): JournalLine | null {
  const known = entries.filter((entry) => entry !== null);
  return known.length === entries.length ? { number, entries: known } : null;
}

const entryOf = (text: string): JournalEntry | null => (text.startsWith('R') ? rowsOf(text.slice(1)) : null);

function rowsOf(text: string): JournalEntry | null {
  try {
    const rows: unknown = JSON.parse(text);
    return Array.isArray(rows) && rows.every(isRow) ? { kind: 'rows', rows: rows as UsageRow[] } : null;
  } catch {
    return null;
  }
}

/** What the database would refuse, and with it the whole batch. */
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

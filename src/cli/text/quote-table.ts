/** What an operation can cost at most, as a table for people. */
import { decimalOf, type NanoUsd } from '../../core/money.ts';
import type { Quote } from '../../pricing/quote.ts';
import { formatTable } from './table.ts';

export function quoteTable({ fields, cost }: Pick<Quote, 'fields' | 'cost'>): string {
  if (fields.length === 0) return 'The operation asks no model: 0 USD.';
  const rows = fields.map(({ path, coordinate, calls, cost }) => [path, coordinate, String(calls), money(cost)]);
  const calls = fields.reduce((sum, field) => sum + field.calls, 0);
  return formatTable(['field', 'coordinate', 'calls', 'USD'], [...rows, ['at most', '', String(calls), money(cost)]]);
}

const money = (cost: NanoUsd | null): string => (cost === null ? 'unknown' : decimalOf(cost));

/** What the ledger knows of a field, from reports by field and by cache. */
import type { FieldSpendFragment, FieldsQuery } from './fields.generated.ts';

export interface FieldFigures {
  readonly spend: FieldSpendFragment | null;
  /** Of its calls, how many a cache or an equal call has answered, 0 to 1; null: it has none. */
  readonly cacheRate: number | null;
}

export function figuresOf(coordinate: string, { spent, caches }: Pick<FieldsQuery, 'spent' | 'caches'>): FieldFigures {
  const rows = (caches?.rows ?? []).filter((row) => row.coordinate === coordinate);
  const calls = rows.reduce((sum, row) => sum + row.calls, 0);
  const served = rows.reduce((sum, row) => sum + (row.cache === 'HIT' || row.cache === 'SHARED' ? row.calls : 0), 0);
  return {
    spend: (spent?.rows ?? []).find((row) => row.coordinate === coordinate) ?? null,
    cacheRate: calls === 0 ? null : served / calls,
  };
}

export const percent = (part: number | null): string => (part === null ? '–' : `${Math.round(part * 1_000) / 10} %`);

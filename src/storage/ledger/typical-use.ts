/** Typical values of one use of each AI field: medians over the last answers in the ledger. */
import type { Row, SqlValue, Statements } from '../database/database.ts';
import type { TypicalUse, UsageQuery } from './ledger.ts';
import { onlyOf } from './report/report-columns.ts';

/** Only the last rows of the ledger are read, so the cost does not grow with the ledger. */
const maxRows = 5_000;

/** By coordinate. Only answers of models count: kept answers and failures are not typical. */
export async function typicalUses(statements: Statements, only: UsageQuery['only']): Promise<ReadonlyMap<string, TypicalUse>> {
  const values: SqlValue[] = [maxRows];
  const bound = (value: SqlValue): string => `$${values.push(value)}`;
  const own = [onlyOf(only, bound), only?.user === undefined ? '' : `r.end_user = ${bound(only.user)}`].filter(
    (condition) => condition !== '',
  );
  const rows = await statements.all(
    `select k.coordinate, r.cost, r.input, r.output, r.latency_ms
     from (select key_id, cost, fresh_input + cache_read + cache_write as input, output + reasoning as output, latency_ms, end_user
       from usage_rows order by time desc limit $1) r join usage_keys k on k.id = r.key_id
     where ${["k.outcome = 'OK'", "k.cache in ('MISS', 'BYPASS')", ...own].join(' and ')}`,
    values,
  );
  return new Map([...Map.groupBy(rows, (row) => String(row['coordinate']))].map(([coordinate, uses]) => [coordinate, typicalOf(uses)]));
}

function typicalOf(uses: readonly Row[]): TypicalUse {
  const medianOf = (column: string): number | null => {
    const known = uses.flatMap((row) => (row[column] === null ? [] : [Number(row[column])])).sort((a, b) => a - b);
    return known[Math.floor(known.length / 2)] ?? null;
  };
  return {
    cost: medianOf('cost'),
    inputTokens: medianOf('input') ?? 0,
    outputTokens: medianOf('output') ?? 0,
    latencyMs: medianOf('latency_ms') ?? 0,
    uses: uses.length,
  };
}

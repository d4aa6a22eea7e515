/**
 * The roll-ups of the ledger: sums of its rows for each quarter of an hour, each eighth of a day and each day of UTC, by key. The transaction
 * that stores a row adds it to all three. Every time zone is whole quarters from UTC, so days of all zones are exact sums of quarters;
 * eighths stand in for twelve quarters each, since a day of a zone off UTC has no whole day of UTC in it.
 */
import type { UsageRow } from '../../core/call/usage-row.ts';
import type { Statements } from '../database/database.ts';
import { addTimes, countTimes, type TimeCounts, textOfTimes } from './time-classes.ts';

export const minuteMs = 60_000;
export const quarterMs = 15 * minuteMs;
export const hourMs = 60 * minuteMs;
export const eighthMs = 3 * hourMs;
export const dayMs = 24 * hourMs;

export const startOf = (time: number, lengthMs: number): number => Math.floor(time / lengthMs) * lengthMs;

/** Turns odd values into a number that every database accepts: a strange value must not lose a ledger row. */
export const whole = (value: number): number => (Number.isFinite(value) ? Math.round(value) : 0);

/**
 * `priced`: calls with a price. `counted`: rows of which it is known whether they count for an operation. `operations` and `field_operations` sum
 * the rows that count: see `UsageRow.countsAs`.
 */
export const sums = [
  'calls',
  'fresh_input',
  'cache_read',
  'cache_write',
  'output',
  'reasoning',
  'estimated',
  'priced',
  'cost',
  'saved_cost',
  'counted',
  'operations',
  'field_operations',
] as const;

const rollUps = [
  { table: 'usage_quarters', lengthMs: quarterMs },
  { table: 'usage_eighths', lengthMs: eighthMs },
  { table: 'usage_days', lengthMs: dayMs },
] as const;

interface RollUpSum {
  readonly table: (typeof rollUps)[number]['table'];
  readonly start: number;
  readonly keyId: bigint;
  readonly sums: number[];
  readonly times: TimeCounts;
}

export interface RollUpSums {
  /** `sign`: -1 subtracts the row again. */
  add(row: UsageRow, keyId: bigint, sign: 1 | -1): void;
  store(tx: Statements): Promise<void>;
}

export function rollUpSums(): RollUpSums {
  const all = new Map<string, RollUpSum>();
  return {
    add(row, keyId, sign) {
      const added = valuesOf(row);
      for (const { table, lengthMs } of rollUps) {
        const start = startOf(row.time, lengthMs);
        const id = `${table}:${start}:${keyId}`;
        const sum = all.get(id) ?? { table, start, keyId, sums: sums.map(() => 0), times: new Map() };
        all.set(id, sum);
        for (const [index, value] of added.entries()) sum.sums[index] = (sum.sums[index] ?? 0) + sign * value;
        countTimes(sum.times, row, sign);
      }
    },
    async store(tx) {
      for (const { table, start, keyId, sums: added, times } of all.values()) {
        const [known] = await tx.all(`select times from ${table} where start = $1 and key_id = $2`, [start, keyId]);
        if (known !== undefined) addTimes(times, String(known['times']));
        await tx.run(addTo[table], [start, keyId, textOfTimes(times), ...added]);
      }
    },
  };
}

const addSql = (table: RollUpSum['table']): string => `insert into ${table} (start, key_id, times, ${sums.join(', ')})
  values ($1, $2, $3, ${sums.map((_, index) => `$${index + 4}`).join(', ')})
  on conflict (start, key_id) do update set times = excluded.times, ${sums.map((sum) => `${sum} = ${table}.${sum} + excluded.${sum}`).join(', ')}`;

const addTo = {
  usage_quarters: addSql('usage_quarters'),
  usage_eighths: addSql('usage_eighths'),
  usage_days: addSql('usage_days'),
};

function valuesOf(row: UsageRow): readonly number[] {
  const { usage, countsAs } = row;
  return [
    1,
    usage.freshInputTokens,
    usage.cacheReadTokens,
    usage.cacheWriteTokens,
    usage.outputTokens,
    usage.reasoningTokens,
    row.estimated ? 1 : 0,
    row.cost === null ? 0 : 1,
    row.cost ?? 0,
    row.savedCost,
    countsAs === undefined ? 0 : 1,
    countsAs === 'operation' ? 1 : 0,
    countsAs === 'operation' || countsAs === 'field' ? 1 : 0,
  ].map(whole);
}

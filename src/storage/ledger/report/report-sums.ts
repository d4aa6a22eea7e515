/** Sums rows of the database to the total of one group. */
import { type NanoUsd, noUsage, totalTokensOf, type Usage } from '../../../core/money.ts';
import type { Row } from '../../database/database.ts';
import type { UsageDimension, UsageOrder, UsageQuery, UsageTotal } from '../ledger.ts';
import { addTimes, percentilesOf, type TimeCounts } from '../time-classes.ts';
import { dimensionsIn } from './report-columns.ts';

/** A total to which rows are added. */
export interface GroupSum {
  calls: number;
  readonly usage: { -readonly [Class in keyof Usage]: Usage[Class] };
  estimated: number;
  priced: number;
  cost: NanoUsd;
  savedCost: NanoUsd;
  counted: number;
  operations: number;
  fieldOperations: number;
  failures: number;
  failedCost: NanoUsd;
  readonly times: TimeCounts;
}

export const emptySum = (): GroupSum => ({
  calls: 0,
  usage: { ...noUsage },
  estimated: 0,
  priced: 0,
  cost: 0,
  savedCost: 0,
  counted: 0,
  operations: 0,
  fieldOperations: 0,
  failures: 0,
  failedCost: 0,
  times: new Map(),
});

export function addRow(sum: GroupSum, row: Row): void {
  sum.calls += Number(row['calls']);
  sum.usage.freshInputTokens += Number(row['fresh_input']);
  sum.usage.cacheReadTokens += Number(row['cache_read']);
  sum.usage.cacheWriteTokens += Number(row['cache_write']);
  sum.usage.outputTokens += Number(row['output']);
  sum.usage.reasoningTokens += Number(row['reasoning']);
  sum.estimated += Number(row['estimated']);
  sum.priced += Number(row['priced']);
  sum.cost += Number(row['cost']);
  sum.savedCost += Number(row['saved_cost']);
  sum.counted += Number(row['counted']);
  sum.operations += Number(row['operations']);
  sum.fieldOperations += Number(row['field_operations']);
  sum.failures += Number(row['failures']);
  sum.failedCost += Number(row['failed_cost']);
  const { times = null } = row;
  if (times !== null) addTimes(sum.times, String(times));
}

/** `groupBy`: the dimensions that divide the groups. It is empty for the total of the report. */
export function totalOf(
  sum: GroupSum,
  { key, from }: Pick<UsageTotal, 'key' | 'from'>,
  query: Pick<UsageQuery, 'groupBy' | 'tags' | 'where' | 'percentiles'>,
): UsageTotal {
  const { times, counted, priced, operations, fieldOperations, estimated, cost, ...sums } = sum;
  const by = countedBy(query);
  return {
    key,
    from,
    ...sums,
    estimated: estimated > 0,
    cost: priced === 0 ? null : cost,
    unpricedCalls: sum.calls - priced,
    operations: by === null || counted < sum.calls ? null : by === 'operation' ? operations : fieldOperations,
    ...(query.percentiles === true ? { latency: percentilesOf(times, 'l'), timeToFirstToken: percentilesOf(times, 'f') } : {}),
  };
}

/** Dimensions that have the same value in all calls of one operation. */
const ofOperations: ReadonlySet<UsageDimension> = new Set<UsageDimension>([
  'operation',
  'client',
  'principal',
  'team',
  'organisation',
  'user',
  'agent',
  'session',
]);

/** Which count of operations is right for each group. Null: none is, because calls of one operation are in several groups. */
function countedBy({ groupBy, tags = [], where = {} }: Pick<UsageQuery, 'groupBy' | 'tags' | 'where'>): 'operation' | 'field' | null {
  const divides = [...groupBy, ...dimensionsIn(where)].filter((dimension) => !ofOperations.has(dimension));
  if (tags.length > 0 || where.tags !== undefined || divides.some((dimension) => dimension !== 'coordinate')) return null;
  if (divides.length === 0) return 'operation';
  return groupBy.includes('coordinate') || where.values?.coordinate?.length === 1 ? 'field' : null;
}

/** The number by which groups are sorted, the largest first. 0 when they are sorted by name. */
export function measureOf(sum: GroupSum, order: UsageOrder): number {
  if (order === 'tokens') return totalTokensOf(sum.usage);
  return order === 'key' ? 0 : sum[order];
}

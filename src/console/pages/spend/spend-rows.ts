/** Rows of the page: those of the server, and sums of them for operations and fields of the tree. Money stays decimal text. */
import { addDecimal } from '../../../client/decimal.ts';
import type { SpendQuery, SpendRowFragment } from './spend.generated.ts';
import type { Metric, SpendState } from './spend-state.ts';

export type UsageFigures = Pick<SpendRowFragment, 'calls' | 'failures' | 'unpricedCalls' | 'usage' | 'savedCost' | 'failedCost'> & {
  readonly operations: number | null;
  readonly latency: SpendRowFragment['latency'];
};

export interface SpendRow extends UsageFigures {
  /** Unique on the page. */
  readonly id: string;
  readonly name: string | null;
  /** Beside the name, such as the id of a key. */
  readonly about: string | null;
  /** 0 for what is not in a tree. */
  readonly depth: number;
  readonly hasChildren: boolean;
  /** Operations that the cost is of: its own, or those of the operation that it is a part of. */
  readonly ofOperations: number | null;
  /** What filters to this row. */
  readonly narrows: readonly (readonly [name: string, value: string | null])[];
}

type Rows = readonly SpendRowFragment[];

/** Whether money says nothing: all that was asked for is free. */
const isFree = ({ usage, unpricedCalls }: Pick<UsageFigures, 'usage' | 'unpricedCalls'>): boolean =>
  unpricedCalls === 0 && !/[1-9]/.test(usage.cost?.amount ?? '0');

export const metricOf = (metric: SpendState['metric'], total: UsageFigures): Metric =>
  metric !== 'auto' ? metric : isFree(total) ? 'tokens' : 'cost';

/** As decimal text, by which shares are reckoned. */
export const measured = (row: UsageFigures, metric: Metric): string =>
  metric === 'cost' ? (row.usage.cost?.amount ?? '0') : String(metric === 'tokens' ? row.usage.totalTokens : row.calls);

export function rowsOf({ rows, screens }: Pick<SpendQuery, 'rows' | 'screens'>, state: SpendState, metric: Metric): readonly SpendRow[] {
  const { by, tag } = state;
  if (by === 'screens') return treeOf(rows.rows, screens.rows, state.open, metric);
  return rows.rows.map((row) => {
    const name = by === 'tag' ? (row.tags[0]?.value ?? null) : row[by];
    const shown = by === 'principal' ? (row.principalName ?? name) : by === 'user' ? (row.userName ?? name) : name;
    return {
      ...row,
      id: name ?? '',
      name: shown,
      about: shown === name ? null : name,
      depth: 0,
      hasChildren: false,
      ofOperations: row.operations,
      // A call without the tag cannot be filtered for.
      narrows: by === 'tag' && name === null ? [] : [[by === 'tag' ? `tag:${tag}` : by, name]],
    };
  });
}

function treeOf(rows: Rows, screens: Rows, open: readonly string[], metric: Metric): readonly SpendRow[] {
  const byOperation = Map.groupBy(rows, ({ operation }) => operation);
  const operations = screens.filter(({ operation }) => byOperation.has(operation));
  return sorted(operations, metric).flatMap((screen): readonly SpendRow[] => {
    const { operation } = screen;
    const id = `o:${operation ?? ''}`;
    const own: SpendRow = {
      ...screen,
      id,
      name: operation,
      about: null,
      depth: 0,
      hasChildren: true,
      ofOperations: screen.operations,
      narrows: [['operation', operation]],
    };
    if (!open.includes(id)) return [own];
    const fields = [...Map.groupBy(byOperation.get(operation) ?? [], ({ coordinate }) => coordinate)].map(([coordinate, of]) => ({
      coordinate,
      of,
      ...sumOf(of),
    }));
    return [own, ...sorted(fields, metric).flatMap(({ coordinate, of, ...sum }) => fieldRows(own, coordinate, of, sum, open, metric))];
  });
}

function fieldRows(
  { id: parent, narrows, ofOperations }: SpendRow,
  coordinate: string | null,
  of: Rows,
  sum: UsageFigures,
  open: readonly string[],
  metric: Metric,
): readonly SpendRow[] {
  const id = `${parent}>${coordinate ?? ''}`;
  const within: SpendRow['narrows'] = [...narrows, ['coordinate', coordinate]];
  const field: SpendRow = { ...sum, id, name: coordinate, about: null, depth: 1, hasChildren: true, ofOperations, narrows: within };
  if (!open.includes(id)) return [field];
  const models = sorted(of, metric).map(
    (row): SpendRow => ({
      ...row,
      id: `${id}>${row.model ?? ''}`,
      name: row.model,
      about: null,
      depth: 2,
      hasChildren: false,
      ofOperations,
      narrows: [...within, ['model', row.model]],
    }),
  );
  return [field, ...models];
}

function sumOf(rows: readonly UsageFigures[]): UsageFigures {
  const total = (of: (row: UsageFigures) => number): number => rows.reduce((sum, row) => sum + of(row), 0);
  const costs = rows.flatMap(({ usage }) => usage.cost?.amount ?? []);
  return {
    calls: total(({ calls }) => calls),
    failures: total(({ failures }) => failures),
    unpricedCalls: total(({ unpricedCalls }) => unpricedCalls),
    usage: { totalTokens: total(({ usage }) => usage.totalTokens), cost: costs.length === 0 ? null : { amount: addDecimal(...costs) } },
    savedCost: { amount: addDecimal('0', ...rows.map(({ savedCost }) => savedCost?.amount ?? '0')) },
    failedCost: { amount: addDecimal('0', ...rows.map(({ failedCost }) => failedCost.amount)) },
    operations: null,
    latency: null,
  };
}

function sorted<Row extends UsageFigures>(rows: readonly Row[], metric: Metric): readonly Row[] {
  return rows.toSorted((a, b) => (isMore(measured(a, metric), measured(b, metric)) ? -1 : 1));
}

const nanos = (amount: string): bigint => {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.slice(0, 9).padEnd(9, '0'));
};

const isMore = (a: string, b: string): boolean => nanos(a) > nanos(b);

/** What a thousand operations cost, as decimal text; null: it is not known. */
export function costOfThousand({ usage, ofOperations: operations }: Pick<SpendRow, 'usage' | 'ofOperations'>): string | null {
  if (operations === null || operations === 0 || usage.cost == null) return null;
  const cost = String((nanos(usage.cost.amount) * 1_000n) / BigInt(operations)).padStart(10, '0');
  return `${cost.slice(0, -9)}.${cost.slice(-9)}`.replace(/\.?0+$/, '');
}

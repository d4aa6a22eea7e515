/** `fieldgate usage`: what calls used and cost, added up as `aiUsage` does, from the state folder, also while a server runs. */
import { GatewayError } from '../../core/errors.ts';
import { decimalOf, totalTokensOf } from '../../core/money.ts';
import {
  type Ledger,
  type UsageDimension,
  type UsageFilter,
  type UsageOrder,
  type UsagePage,
  type UsageQuery,
  type UsageTotal,
  usageDimensions,
} from '../../storage/ledger/ledger.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { lastingStorage } from '../open-state.ts';
import { csvOf } from '../text/csv.ts';
import { formatTable } from '../text/table.ts';
import { timeIn } from '../text/written-values.ts';

const dayMs = 24 * 3_600_000;
const usualDays = 30;
const orders = { cost: 'cost', tokens: 'tokens', calls: 'calls', failures: 'failures', name: 'key' } as const satisfies Record<
  string,
  UsageOrder
>;
const intervals = ['minute', 'hour', 'day', 'month'] as const;

export async function usage(args: Arguments): Promise<void> {
  const query = queryOf(args);
  const { config, folder } = await soundConfig(args);
  const storage = await lastingStorage(config).open({ folder, now: Date.now, warn: () => {} });
  try {
    const { totals, total } = await allPages(storage.ledger, query);
    const headings = [...(query.interval === null ? [] : ['from']), ...columnsOf(query), ...measures];
    const rows = totals.map((row) => cellsOf(row, query));
    if (args.usage.csv) process.stdout.write(csvOf(headings, rows));
    else process.stdout.write(`${formatTable(headings, total === undefined ? rows : [...rows, cellsOf(total, query)])}\n`);
  } finally {
    await storage.close();
  }
}

const measures = ['calls', 'operations', 'failures', 'tokens', 'cost', 'failed cost', 'saved cost', 'unpriced calls'] as const;

/** The last row of the table, in its first column. */
const ofAll = 'total';

function queryOf({ usage, team: { timeZone } }: Arguments): UsageQuery {
  const { from, to, by, where, interval, order } = usage;
  const until = to === null ? Date.now() : timeIn('--to')(to);
  const names = (by ?? ['coordinate']).flatMap((list) => list.split(','));
  const tags = names.flatMap((name) => (name.startsWith('tag:') ? [name.slice(4)] : []));
  return {
    from: from === null ? until - usualDays * dayMs : timeIn('--from')(from),
    to: until,
    groupBy: [...new Set(names.flatMap((name) => (name.startsWith('tag:') ? [] : [dimensionIn('--by', name)])))],
    tags,
    where: filterOf(where ?? []),
    interval: oneOf('--interval', interval, intervals),
    timeZone: timeZone ?? 'UTC',
    orderBy: orders[oneOf('--order', order, Object.keys(orders) as (keyof typeof orders)[]) ?? 'cost'],
    total: true,
    first: 1_000,
    after: null,
    only: null,
  };
}

/** `client=web`, of one name several times; `client=` for calls without one; `tag:feature=search`. */
function filterOf(where: readonly string[]): UsageFilter {
  const values: Partial<Record<UsageDimension, (string | null)[]>> = {};
  const tags: Record<string, string> = {};
  for (const text of where) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? refuseWithoutValue(text);
    if (name.startsWith('tag:')) {
      const tag = name.slice(4);
      if (Object.hasOwn(tags, tag))
        throw new GatewayError('BAD_REQUEST', `--where has ${name} twice. A call has one value of a tag: give one.`);
      tags[tag] = value;
    } else {
      const dimension = dimensionIn('--where', name);
      values[dimension] = [...(values[dimension] ?? []), value === '' ? null : value];
    }
  }
  return { values, ...(Object.keys(tags).length === 0 ? {} : { tags }) };
}

/** The shell may have taken the value away: `--where client` is not `client=`. */
function refuseWithoutValue(text: string): never {
  throw new GatewayError(
    'BAD_REQUEST',
    `--where has "${text}". It must be NAME=VALUE, such as client=web; client= finds calls without one.`,
  );
}

function dimensionIn(flag: string, name: string): UsageDimension {
  const dimension = usageDimensions.find((one) => one === name.trim());
  if (dimension !== undefined) return dimension;
  throw new GatewayError(
    'BAD_REQUEST',
    `${flag} has "${name}", which is none of ${usageDimensions.join(', ')}, and no tag, such as tag:feature.`,
  );
}

function oneOf<Name extends string>(flag: string, text: string | null, names: readonly Name[]): Name | null {
  if (text === null) return null;
  const name = names.find((one) => one === text);
  if (name !== undefined) return name;
  throw new GatewayError('BAD_REQUEST', `${flag} is "${text}". It must be one of ${names.join(', ')}.`);
}

async function allPages(ledger: Pick<Ledger, 'totals'>, query: UsageQuery): Promise<Omit<UsagePage, 'endCursor'>> {
  const totals: UsageTotal[] = [];
  for (let after: string | null = null; ; ) {
    const page: UsagePage = await ledger.totals({ ...query, after });
    totals.push(...page.totals);
    if (page.endCursor === null) return { ...page, totals };
    after = page.endCursor;
  }
}

const columnsOf = ({ groupBy, tags = [] }: UsageQuery): readonly string[] => [
  ...groupBy.flatMap((dimension) => (dimension === 'principal' ? [dimension, 'key name'] : [dimension])),
  ...tags.map((tag) => `tag:${tag}`),
];

function cellsOf(row: UsageTotal, { groupBy, tags = [], interval }: UsageQuery): readonly string[] {
  const { key, from, calls, operations, failures, usage, cost, failedCost, savedCost, unpricedCalls, principalName = '' } = row;
  const names = [
    ...(interval === null ? [] : [from === null ? '' : new Date(from).toISOString()]),
    ...groupBy.flatMap((dimension) => (dimension === 'principal' ? [key.principal ?? '', principalName] : [key[dimension] ?? ''])),
    ...tags.map((tag) => key.tags?.[tag] ?? ''),
  ];
  const isTotal = Object.keys(key).length === 0 && names.length > 0;
  return [
    ...(isTotal ? [ofAll, ...names.slice(1)] : names),
    ...[calls, operations ?? '', failures, totalTokensOf(usage)].map(String),
    cost === null ? '' : decimalOf(cost),
    decimalOf(failedCost),
    decimalOf(savedCost),
    String(unpricedCalls),
  ];
}

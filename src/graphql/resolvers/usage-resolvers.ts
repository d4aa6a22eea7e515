import type { Principal } from '../../core/call/call.ts';
import { noUsage } from '../../core/money.ts';
import type { UsageDimension, UsageQuery, UsageTotal } from '../../storage/ledger/ledger.ts';
import { usageDimensions } from '../../storage/ledger/ledger.ts';
import { isTimeZone } from '../../storage/limits/calendar.ts';
import type { AiUsageInput, Resolvers } from '../generated.ts';
import { quoteOf } from '../quote/judged-quote.ts';
import { quoteDesk } from '../quote/quote-work.ts';
import { checkWhole, jsonObject, refuse } from '../refuse.ts';
import type { UsageRowView } from '../result-views.ts';
import { dateTimeOf } from '../scalars.ts';
import { selects } from '../selects.ts';
import type { Services } from '../services.ts';
import { filterOf, onlyOf } from './usage-filter.ts';

/** Each is looked up in every row. */
const maxTagGroups = 4;
const orders = {
  KEY: 'key',
  COST: 'cost',
  TOKENS: 'tokens',
  CALLS: 'calls',
  FAILURES: 'failures',
  SAVED_COST: 'savedCost',
  FAILED_COST: 'failedCost',
} as const;
const intervals = { MINUTE: 'minute', HOUR: 'hour', DAY: 'day', MONTH: 'month' } as const;

export function usageResolvers(services: Services): Resolvers {
  const desk = quoteDesk();
  return {
    Query: {
      aiQuote: (_, { document, operationName, variables }, { principal, usage, contract = null }, { schema }) => {
        const values = jsonObject('variables', variables, '{ "id": "42" }');
        const asked = { document, operationName: operationName ?? null, variables: values, principal, contract, schema };
        return quoteOf(asked, services, desk(usage));
      },
      aiUsage: async (_, { input }, { principal, signal }, info) => {
        const query = usageQueryOf(input, principal);
        const { totals, total, endCursor } = await services.ledger.totals(
          {
            ...query,
            where: await filterOf(input.where, services),
            total: selects(info, ['total']),
            percentiles: selects(info, ['latency', 'timeToFirstToken']),
          },
          signal,
        );
        return { rows: await withUserNames(totals, services), total: total ?? nothing, endCursor };
      },
    },
    AiUsageRow: {
      ...dimensionFields,
      tags: ({ key }) => Object.entries(key.tags ?? {}).map(([name, value]) => ({ name, value })),
      latency: ({ latency }) => latency ?? null,
      timeToFirstToken: ({ timeToFirstToken }) => timeToFirstToken ?? null,
      from: ({ from }) => dateTimeOf(from),
      principalName: ({ principalName }) => principalName ?? null,
      userName: ({ userName }) => userName ?? null,
      usage: ({ usage, cost, estimated }) => ({ usage, cost, estimated }),
    },
  };
}

/** The total where nobody looks at it. */
const nothing: UsageTotal = {
  key: {},
  from: null,
  calls: 0,
  usage: noUsage,
  estimated: false,
  cost: null,
  unpricedCalls: 0,
  savedCost: 0,
  failures: 0,
  failedCost: 0,
  operations: 0,
};

function usageQueryOf(input: AiUsageInput, principal: Principal): UsageQuery {
  const from = Date.parse(input.from);
  const to = Date.parse(input.to);
  if (from >= to) refuse(`from is ${input.from} and to is ${input.to}. \`from\` must lie before \`to\`.`);
  const first = input.first ?? 100;
  checkWhole('first', first, 1, 1_000);
  const groupBy = (input.groupBy ?? ['COORDINATE']).map((dimension): UsageDimension => {
    if (dimension === 'OTHER') refuse('groupBy has OTHER, which is no dimension. It is reserved for those that may be added.');
    return dimension.toLowerCase() as UsageDimension;
  });
  if (new Set(groupBy).size < groupBy.length) refuse('groupBy names a dimension twice. Each may stand once.');
  const tags = input.groupByTags ?? [];
  if (tags.length > maxTagGroups || new Set(tags).size < tags.length)
    refuse(`groupByTags has ${tags.length} names. It may have at most ${maxTagGroups}, each once.`);
  const interval = input.interval == null ? null : intervals[input.interval];
  if (groupBy.length === 0 && tags.length === 0 && interval === null)
    refuse(
      'groupBy is empty. It must have at least one dimension, such as COORDINATE, where there are neither groupByTags nor an interval.',
    );
  const timeZone = input.timeZone ?? 'UTC';
  if (!isTimeZone(timeZone))
    refuse(`There is no time zone "${timeZone.slice(0, 64)}". It must be an IANA name, such as "Europe/Berlin" or "UTC".`);
  const orderBy = orders[input.orderBy ?? 'KEY'];
  return { from, to, groupBy, tags, interval, timeZone, orderBy, first, after: input.after ?? null, only: onlyOf(principal) };
}

/** Fields of the row, one a dimension. */
const dimensionFields = Object.fromEntries(
  usageDimensions.map((dimension) => [dimension, ({ key }: UsageRowView) => key[dimension] ?? null]),
);

async function withUserNames(totals: readonly UsageTotal[], { identities }: Services): Promise<readonly UsageRowView[]> {
  const users = totals.flatMap(({ key }) => key.user ?? []);
  if (users.length === 0) return totals;
  const names = await identities.userNames(users);
  return totals.map((total) => {
    const userName = names.get(total.key.user ?? '');
    return userName === undefined ? total : { ...total, userName };
  });
}

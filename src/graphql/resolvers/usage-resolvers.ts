import type { Principal } from '../../core/call/call.ts';
import type { UsageDimension, UsageQuery } from '../../storage/ledger/ledger.ts';
import type { AiUsageInput, Resolvers } from '../generated.ts';
import { quoteOf } from '../quote/judged-quote.ts';
import { quoteDesk } from '../quote/quote-work.ts';
import { checkWhole, jsonObject, refuse } from '../refuse.ts';
import { dateTimeOf } from '../scalars.ts';
import type { Services } from '../services.ts';

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
      aiUsage: async (_, { input }, { principal }) => {
        const { totals, endCursor } = await services.ledger.totals(usageQueryOf(input, principal));
        return { rows: totals, endCursor };
      },
    },
    AiUsageRow: {
      from: ({ from }) => dateTimeOf(from),
      principalName: ({ principalName }) => principalName ?? null,
      usage: ({ usage, cost, estimated }) => ({ usage, cost, estimated }),
    },
  };
}

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
  if (groupBy.length === 0) refuse('groupBy is empty. It must have at least one dimension, such as COORDINATE.');
  if (new Set(groupBy).size < groupBy.length) refuse('groupBy names a dimension twice. Each may stand once.');
  const interval = input.interval == null ? null : intervals[input.interval];
  return { from, to, groupBy, interval, first, after: input.after ?? null, only: onlyOf(principal) };
}

/** Everybody's for `ai:usage:all`, else the team's; a principal without a team sees its own. */
function onlyOf(principal: Principal): UsageQuery['only'] {
  if (principal.scopes.includes('ai:usage:all')) return null;
  return principal.team === null ? { principal: principal.id } : { team: principal.team };
}

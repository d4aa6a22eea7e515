import { credentialOf, type Principal } from '../../core/call/call.ts';
import type { UsageDimension, UsageQuery, UsageTotal } from '../../storage/ledger/ledger.ts';
import { tagsOf } from '../call/call-input.ts';
import type { AiUsageInput, Resolvers } from '../generated.ts';
import { quoteOf } from '../quote/judged-quote.ts';
import { quoteDesk } from '../quote/quote-work.ts';
import { checkWhole, jsonObject, refuse } from '../refuse.ts';
import type { UsageRowView } from '../result-views.ts';
import { dateTimeOf } from '../scalars.ts';
import type { Services } from '../services.ts';

/** Each is looked up in every row. */
const maxTagGroups = 4;
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
        const query = usageQueryOf(input, principal);
        const { totals, endCursor } = await services.ledger.totals({ ...query, where: await filterOf(input.where, services) });
        return { rows: await withUserNames(totals, services), endCursor };
      },
    },
    AiUsageRow: {
      from: ({ from }) => dateTimeOf(from),
      principalName: ({ principalName }) => principalName ?? null,
      userName: ({ userName }) => userName ?? null,
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
  const tags = input.groupByTags ?? [];
  if (tags.length > maxTagGroups || new Set(tags).size < tags.length)
    refuse(`groupByTags has ${tags.length} names. It may have at most ${maxTagGroups}, each once.`);
  const interval = input.interval == null ? null : intervals[input.interval];
  return { from, to, groupBy, tags, interval, first, after: input.after ?? null, only: onlyOf(principal) };
}

type Where = NonNullable<UsageQuery['where']>;

async function filterOf(where: AiUsageInput['where'], { identities }: Services): Promise<Where> {
  const { user, tags } = where ?? {};
  return {
    ...(user == null ? {} : { users: await pseudonymsOf(user, identities) }),
    ...(tags == null ? {} : { tags: tagsOf(tags) }),
  };
}

/** Pseudonyms of a name, and the pseudonym itself. Nobody has the empty one. */
async function pseudonymsOf(user: string, identities: Services['identities']): Promise<readonly string[]> {
  const known = await identities.usersNamed(user);
  return user.startsWith('u_') ? [...known, user] : known.length === 0 ? [''] : known;
}

async function withUserNames(totals: readonly UsageTotal[], { identities }: Services): Promise<readonly UsageRowView[]> {
  const users = totals.flatMap(({ key }) => key.user ?? []);
  if (users.length === 0) return totals;
  const names = await identities.userNames(users);
  return totals.map((total) => {
    const userName = names.get(total.key.user ?? '');
    return userName === undefined ? total : { ...total, userName };
  });
}

/**
 * Whose usage is shown: everybody's with `ai:usage:all`; the organisation's to who administers that (`ai:teams`); else the team's. A principal
 * without a team, and a user of a key, sees its own.
 */
export function onlyOf(principal: Principal): UsageQuery['only'] {
  const { team, organisation = null, scopes, kind, user } = principal;
  if (kind === 'key' && user !== undefined) return { principal: credentialOf(principal), user: user.id };
  if (scopes.includes('ai:usage:all')) return null;
  if (organisation !== null && scopes.includes('ai:teams')) return { organisation };
  if (team !== null) return { team };
  return { principal: credentialOf(principal), ...(user === undefined ? {} : { user: user.id }) };
}

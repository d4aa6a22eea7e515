import type { Principal } from '../../core/call/call.ts';
import type { UsageRow } from '../../core/call/usage-row.ts';
import type { AttemptSummary } from '../../core/errors.ts';
import { addUsage, noUsage } from '../../core/money.ts';
import type { CallQuery, StoredCall } from '../../storage/ledger/ledger.ts';
import type { AiCallResolvers, AiCallsInput, Resolvers } from '../generated.ts';
import { checkWhole, refuse } from '../refuse.ts';
import type { CallView, UsageView } from '../result-views.ts';
import type { Services } from '../services.ts';
import { filterOf, onlyOf } from './usage-filter.ts';

export function callResolvers(services: Services): Resolvers {
  return {
    Query: {
      aiCalls: async (_, { input }, { principal, signal }) => {
        const { calls, endCursor } = await services.ledger.calls(await callQueryOf(input, principal, services), signal);
        return { calls: await withUserNames(calls, services), endCursor };
      },
      aiCall: async (_, { id }, { principal, signal }) => {
        const call = await services.ledger.call(id, onlyOf(principal), signal);
        return call === null ? null : ((await withUserNames([call], services))[0] ?? null);
      },
    },
    AiCall: callFields,
    AiCallUse: { usage: viewOf },
  };
}

const callFields: AiCallResolvers = {
  id: ({ uses: [row] }) => row.callId,
  time: ({ uses: [row] }) => new Date(row.time).toISOString(),
  completionId: ({ uses: [row] }) => (ofCompletions.has(row.coordinate) ? row.callId : null),
  operation: ({ uses: [row] }) => row.operation,
  client: ({ uses: [row] }) => row.client,
  documentId: ({ uses: [row] }) => row.documentId,
  principal: ({ uses: [row] }) => row.principal,
  user: ({ uses: [row] }) => row.user,
  agent: ({ uses: [row] }) => row.agent ?? null,
  session: ({ uses: [row] }) => row.session ?? null,
  team: ({ uses: [row] }) => row.team,
  organisation: ({ uses: [row] }) => row.organisation,
  route: ({ uses: [row] }) => row.route,
  deployment: ({ uses: [row] }) => row.deployment,
  provider: ({ uses: [row] }) => row.provider,
  model: ({ uses: [row] }) => row.model,
  outcome: ({ uses: [row] }) => row.outcome,
  cache: ({ uses: [row] }) => row.cache,
  errorId: ({ uses: [row] }) => row.errorId ?? null,
  refusedBy: ({ uses: [row] }) =>
    row.refusedBy == null ? null : { ...row.refusedBy, on: row.refusedBy.on === 'input' ? 'INPUT' : 'OUTPUT' },
  attempts: ({ uses: [row] }) => attemptsOf(row),
  usage: ({ uses }) => ({
    usage: uses.reduce((sum, { usage }) => addUsage(sum, usage), noUsage),
    cost: uses.some(({ cost }) => cost === null) ? null : uses.reduce((sum, { cost }) => sum + (cost ?? 0), 0),
    estimated: uses.some(({ estimated }) => estimated),
  }),
  savedCost: ({ uses }) => uses.reduce((sum, { savedCost }) => sum + savedCost, 0),
  latencyMs: ({ uses: [row] }) => row.latencyMs,
  timeToFirstTokenMs: ({ uses: [row] }) => row.timeToFirstTokenMs,
  tags: ({ uses: [row] }) => Object.entries(row.tags).map(([name, value]) => ({ name, value })),
};

const ofCompletions: ReadonlySet<string> = new Set([
  'Query.completion',
  'Mutation.complete',
  'Mutation.startCompletion',
  'Subscription.completionStream',
  'Query.aiAnswer',
  'Subscription.aiAnswerStream',
]);

const viewOf = ({ usage, cost, estimated }: UsageRow): UsageView => ({ usage, cost, estimated });

/** The ledger leaves out the attempts of a call that one attempt answered. */
function attemptsOf({ tried = [], attempts, deployment, outcome, latencyMs }: UsageRow): readonly AttemptSummary[] {
  if (tried.length > 0 || attempts !== 1 || deployment === null || outcome !== 'OK') return tried;
  return [{ deployment, outcome, latencyMs }];
}

async function callQueryOf(input: AiCallsInput, principal: Principal, services: Services): Promise<CallQuery> {
  const from = Date.parse(input.from);
  const to = Date.parse(input.to);
  if (from >= to) refuse(`from is ${input.from} and to is ${input.to}. \`from\` must lie before \`to\`.`);
  const first = input.first ?? 50;
  checkWhole('first', first, 1, 100);
  return { from, to, first, after: input.after ?? null, where: await filterOf(input.where, services), only: onlyOf(principal) };
}

async function withUserNames(calls: readonly StoredCall[], { identities }: Services): Promise<readonly CallView[]> {
  const users = calls.flatMap(({ uses: [row] }) => row.user ?? []);
  const names = users.length === 0 ? new Map<string, string>() : await identities.userNames(users);
  return calls.map((call) => ({ ...call, userName: names.get(call.uses[0].user ?? '') ?? null }));
}

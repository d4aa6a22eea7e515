import { ownLimits } from '../../core/call/call.ts';
import { usableRoutes } from '../../operations/route-choice.ts';
import type { QuotaState } from '../../storage/limits/limits.ts';
import type { AiCounted, Resolvers } from '../generated.ts';
import { dateTimeOf } from '../scalars.ts';
import type { Services } from '../services.ts';
import { periodOf } from './callers/period-of.ts';

export function accountResolvers(services: Services): Resolvers {
  return {
    Query: {
      aiViewer: async (_, __, { principal }) => ({
        principal: principal.id,
        user: principal.user?.name ?? null,
        agent: principal.agent ?? null,
        team: principal.team,
        organisation: principal.organisation ?? null,
        scopes: principal.scopes,
        routes: usableRoutes(services.routes(), principal).map(({ name }) => name),
        budgets: await services.limits.budgets(ownLimits(principal)),
        quotas: (await services.limits.quotas?.(principal.limits)) ?? [],
      }),
      aiRoutes: (_, __, { principal }) => usableRoutes(services.routes(), principal),
    },
    AiBudget: {
      per: ({ per }) => periodOf(per),
      resetsAt: ({ resetsAt }) => dateTimeOf(resetsAt),
    },
    AiQuota: {
      of: ({ of }) => counted[of],
      per: ({ per }) => periodOf(per),
      resetsAt: ({ resetsAt }) => dateTimeOf(resetsAt),
    },
    AiDeployment: {
      inputPerMillion: ({ inputPerMillion }) => plainDecimal(inputPerMillion),
      outputPerMillion: ({ outputPerMillion }) => plainDecimal(outputPerMillion),
    },
  };
}

const counted: Readonly<Record<QuotaState['of'], AiCounted>> = { tokens: 'TOKENS', calls: 'CALLS', turns: 'TURNS' };

function plainDecimal(dollars: number | null): string | null {
  return dollars === null ? null : dollars.toFixed(9).replace(/\.?0+$/, '');
}

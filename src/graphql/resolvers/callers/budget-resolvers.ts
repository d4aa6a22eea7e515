/** Budgets of which a part is spent, told to those who are told of the budget. */
import { ownLimits, type Principal } from '../../../core/call/call.ts';
import type { BudgetWarning } from '../../../storage/limits/warnings/budget-warnings.ts';
import { nameEvents } from '../../call/delivery.ts';
import { whilePermitted } from '../../call/while-permitted.ts';
import type { Resolvers } from '../../generated.ts';
import { dateTimeOf } from '../../scalars.ts';
import type { Services } from '../../services.ts';
import { periodOf } from './period-of.ts';

export function budgetResolvers(services: Services): Resolvers {
  async function* told(warnings: AsyncIterable<BudgetWarning>, principal: Principal): AsyncGenerator<BudgetWarning> {
    for await (const warning of warnings) if (await isToldOf(warning, principal, services)) yield warning;
  }

  return {
    Subscription: {
      aiBudgetWarnings: {
        subscribe(_, { since }, { principal, signal, delivery = signal }) {
          const from = since == null ? services.now() : Date.parse(since);
          const open = (stop: AbortSignal) => told(services.budgetWarnings.follow(from, stop), principal);
          return nameEvents('aiBudgetWarnings', whilePermitted(open, { principal, present: services.present, signal: delivery }));
        },
      },
    },
    AiBudgetNotice: {
      budget: ({ name }) => name,
      per: ({ per }) => periodOf(per),
      periodBegin: ({ periodBegin }) => new Date(periodBegin).toISOString(),
      periodEnd: ({ periodEnd }) => dateTimeOf(periodEnd),
      reachedAt: ({ reachedAt }) => new Date(reachedAt).toISOString(),
    },
  };
}

/** As `aiViewer`, `aiTeams` and `aiOrganisations` show the budget to the caller. */
async function isToldOf({ name }: BudgetWarning, principal: Principal, { directory }: Services): Promise<boolean> {
  const { scopes, organisation = null } = principal;
  if (scopes.includes('ai:usage:all') || scopes.includes('ai:teams:all')) return true;
  if (ownLimits(principal).some((limit) => limit.kind === 'budget' && limit.name === name)) return true;
  if (organisation === null || !scopes.includes('ai:teams')) return false;
  if (name === `organisation:${organisation}`) return true;
  const [, team] = /^(?:team|agent):([^:]+)/.exec(name) ?? [];
  return team !== undefined && (await directory.teams.find(team))?.record.organisation === organisation;
}

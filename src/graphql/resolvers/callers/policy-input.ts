/** What an input says of a policy: what is absent stays as it is, and null removes. */
import type { BudgetChange, EntryChange } from '../../../access/teams/team-desk.ts';
import type { CacheSharing, SessionCaps } from '../../../core/call/call.ts';
import type { AgentPolicy, Policy, PolicyBudget, UserPolicy } from '../../../storage/directory/directory.ts';
import type {
  AiAgentLimitsInput,
  AiBudgetChangeInput,
  AiBudgetInput,
  AiSessionCapsInput,
  AiUserLimitsInput,
  CreateAiOrganisationInput,
  UpdateAiTeamInput,
} from '../../generated.ts';
import { refuse } from '../../refuse.ts';
import { accountAmount } from './account-amount.ts';

export type PolicyInput = Omit<CreateAiOrganisationInput, 'id'>;

/** `perUser`, `agents` and `contract`: of teams alone. */
export function policyChange(
  input: PolicyInput & Partial<Pick<UpdateAiTeamInput, 'perUser' | 'agents' | 'contract' | 'setBudgets'>>,
): EntryChange {
  const { description, setBudgets, scopes, routes, budgets, guardrails, cacheSharing, perUser, agents, contract, ...plain } = input;
  const { timeZone, requestsPerMinute, callsPerMinute, tokensPerMinute, concurrency, session } = plain;
  const policy: { readonly [K in keyof Policy]?: Policy[K] | undefined } = {
    scopes: unique(scopes),
    routes: unique(routes),
    budgets: budgets === undefined ? undefined : (budgets ?? []).map(budgetOf),
    timeZone,
    contract,
    session: session == null ? session : sessionCapsOf(session),
    requestsPerMinute,
    callsPerMinute,
    tokensPerMinute,
    concurrency,
    perUser: perUser == null ? perUser : userPolicyOf(perUser),
    agents: agents === undefined ? undefined : (agents ?? []).map(agentPolicyOf),
    guardrails: guardrails === null ? [] : unique(guardrails),
    cacheSharing: cacheSharing == null ? cacheSharing : (cacheSharing.toLowerCase() as CacheSharing),
  };
  const given = Object.entries(policy).filter(([, value]) => value !== undefined);
  return {
    ...(description === undefined ? {} : { description }),
    ...(setBudgets == null ? {} : { setBudgets: setBudgets.map(budgetChangeOf) }),
    policy: Object.fromEntries(given) as Partial<Policy>,
  };
}

export const sessionCapsOf = ({
  amount,
  tokens = null,
  turns = null,
  calls = null,
  minutes = 240,
  warnAt,
}: AiSessionCapsInput): SessionCaps => ({
  amount: amount == null ? null : accountAmount('session.amount', amount),
  ...{ tokens, turns, calls, minutes, warnAt: warnAt ?? [] },
});

const userPolicyOf = ({ budgets, requestsPerMinute, callsPerMinute, tokensPerMinute, concurrency }: AiUserLimitsInput): UserPolicy => ({
  budgets: (budgets ?? []).map(budgetOf),
  requestsPerMinute: requestsPerMinute ?? null,
  callsPerMinute: callsPerMinute ?? null,
  tokensPerMinute: tokensPerMinute ?? null,
  concurrency: concurrency ?? null,
});

const agentPolicyOf = ({ name, session, ...limits }: AiAgentLimitsInput): AgentPolicy => ({
  name,
  ...userPolicyOf(limits),
  session: session == null ? null : sessionCapsOf(session),
});

const unique = <T extends readonly string[] | null | undefined>(names: T): T =>
  names == null ? names : ([...new Set(names)] as unknown as T);

const periods: Readonly<Partial<Record<AiBudgetInput['per'], PolicyBudget['per']>>> = {
  DAY: 'day',
  WEEK: 'week',
  MONTH: 'month',
  TOTAL: 'total',
};

const periodIn = (per: AiBudgetInput['per'], path: string): PolicyBudget['per'] =>
  periods[per] ?? refuse(`${path}.per is ${per}. Periods: ${Object.keys(periods).join(', ')}.`);

function budgetChangeOf({ per, most, warnAt }: AiBudgetChangeInput, index: number): BudgetChange {
  const path = `setBudgets.${index}`;
  return {
    per: periodIn(per, path),
    ...(most === undefined ? {} : { most: accountAmount(`${path}.most`, most) }),
    ...(warnAt === undefined ? {} : { warnAt }),
  };
}

function budgetOf({ per, most, warnAt }: AiBudgetInput, index: number): PolicyBudget {
  const period = periodIn(per, `budgets.${index}`);
  const warnings = warnAt == null || warnAt.length === 0 ? {} : { warnAt };
  return { per: period, most: accountAmount(`budgets.${index}.most`, most) ?? 0, ...warnings };
}

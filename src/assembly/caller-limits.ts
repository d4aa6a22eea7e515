/** Reads from the configuration what callers may ask: by their address, by their team, and as users of an issuer. */
import type { CallerRules } from '../access/caller-rules.ts';
import { inTimeZone, policyLimits } from '../access/teams/policy-limits.ts';
import { type DeclaredTeams, declaredStanding, organisationAccount, teamAccount } from '../access/teams/team-book.ts';
import { withinTeam } from '../access/teams/within-policies.ts';
import type { AgentConfig, BudgetConfig, GatewayConfig, SessionConfig, TeamConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { anonymousSection } from '../config/sections/anonymous-section.ts';
import { sessionSection } from '../config/sections/budgets/session-section.ts';
import type { Principal, SessionCaps } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import { nanoUsdOf } from '../core/money.ts';
import { namedAnonymous } from '../operations/keyless-principals.ts';
import type { AnonymousRateOptions } from '../server/client/anonymous-rate.ts';
import type { AgentPolicy, OrganisationRecord, Policy, PolicyBudget, UserPolicy } from '../storage/directory/directory.ts';

/** What an address may ask without a key in force; undefined: anything. `open`: in development on loopback. See `ServerConfig`. */
export function anonymousRateOf(requestsPerMinute: number | false | undefined, open: boolean): AnonymousRateOptions | undefined {
  const perMinute = requestsPerMinute ?? (open ? false : defaultPerMinute);
  return perMinute === false ? undefined : { requestsPerMinute: perMinute };
}

const defaultPerMinute = 60;

type AccountSettings = { readonly [K in keyof TeamConfig]?: TeamConfig[K] | undefined };

type TeamSettings = Pick<GatewayConfig, 'organisations' | 'teams' | 'timeZone'>;

/** The organisations and teams that the configuration declares, in the form of the store. */
export function declaredTeams({ organisations = {}, teams = {}, timeZone }: TeamSettings): DeclaredTeams {
  return {
    timeZone: timeZone ?? 'UTC',
    organisations: new Map(Object.entries(organisations).map(([name, settings]) => [name, declared(name, settings)])),
    teams: new Map(
      Object.entries(teams).map(([name, settings]) => [name, { ...declared(name, settings), organisation: settings.organisation ?? null }]),
    ),
  };
}

const declared = (name: string, settings: AccountSettings): OrganisationRecord => ({
  name,
  description: settings.description ?? null,
  policy: policyOf(settings),
  createdAt: 0,
  createdBy: 'configuration',
  updatedAt: 0,
  updatedBy: 'configuration',
  version: 0,
  archivedAt: null,
});

function policyOf(settings: AccountSettings): Policy {
  const { scopes, routes, requestsPerMinute, callsPerMinute, tokensPerMinute, concurrency, guardrails, cacheSharing, timeZone } = settings;
  return {
    scopes: scopes ?? null,
    routes: routes ?? null,
    budgets: policyBudgets(settings),
    requestsPerMinute: requestsPerMinute ?? null,
    callsPerMinute: callsPerMinute ?? null,
    tokensPerMinute: tokensPerMinute ?? null,
    concurrency: concurrency ?? null,
    guardrails: guardrails ?? [],
    cacheSharing: cacheSharing ?? null,
    timeZone: timeZone ?? null,
    session: sessionCapsOf(settings.session),
    perUser: userPolicyOf(settings),
    contract: settings.contract ?? null,
    agents: Object.entries(settings.agents ?? {}).map(([agent, limits]) => agentPolicyOf(agent, limits)),
  };
}

function agentPolicyOf(name: string, settings: AgentConfig): AgentPolicy {
  const { requestsPerMinute = null, callsPerMinute = null, tokensPerMinute = null, concurrency = null, session } = settings;
  const rates = { requestsPerMinute, callsPerMinute, tokensPerMinute, concurrency };
  return { name, budgets: policyBudgets(settings), ...rates, session: sessionCapsOf(session) };
}

/** Null where the configuration has no limits for single users. */
function userPolicyOf(settings: AccountSettings): UserPolicy | null {
  const { dailyBudgetPerUser: dailyBudget, monthlyBudgetPerUser: monthlyBudget, budgetsPerUser } = settings;
  const perUser = {
    budgets: policyBudgets({ dailyBudget, monthlyBudget, budgets: budgetsPerUser }),
    requestsPerMinute: settings.requestsPerMinutePerUser ?? null,
    callsPerMinute: settings.callsPerMinutePerUser ?? null,
    tokensPerMinute: settings.tokensPerMinutePerUser ?? null,
    concurrency: settings.concurrencyPerUser ?? null,
  };
  const { budgets, ...numbers } = perUser;
  return budgets.length === 0 && Object.values(numbers).every((number) => number === null) ? null : perUser;
}

/** Null where the configuration has no limits for sessions. */
export function sessionCapsOf(given: SessionConfig | undefined): SessionCaps | null {
  if (given === undefined) return null;
  const { amount, tokens = null, turns = null, calls = null, minutes, warnAt } = withDefaults(sessionSection, given);
  return { amount: amount === undefined ? null : nanoUsdOf(amount), tokens, turns, calls, minutes, warnAt };
}

function policyBudgets({ dailyBudget, monthlyBudget, budgets = [] }: AccountSettings): readonly PolicyBudget[] {
  return [
    ...(dailyBudget === undefined ? [] : [{ per: 'day', most: dailyBudget } as const]),
    ...(monthlyBudget === undefined ? [] : [{ per: 'month', most: monthlyBudget } as const]),
    ...budgets,
  ].flatMap((budget) => policyBudget(budget) ?? []);
}

/** Null where its amount cannot be read. */
function policyBudget({ per, most: amount, warnAt = [] }: BudgetConfig): PolicyBudget | null {
  const most = nanoUsdOf(amount);
  return most === null ? null : { per, most, ...(warnAt.length === 0 ? {} : { warnAt }) };
}

/** Limits of an account, such as `jwt:okta:ann`. */
export const accountLimits = (name: string, settings: AccountSettings): readonly Limit[] => policyLimits(name, policyOf(settings));

/** Limits of all organisations and teams that the configuration declares. */
export function declaredLimits(config: TeamSettings): readonly Limit[] {
  const { organisations, teams, timeZone: ofGateway = 'UTC' } = declaredTeams(config);
  const zoneOf = (policy: Policy | undefined): string => policy?.timeZone ?? ofGateway;
  return [
    ...[...organisations.values()].flatMap(({ name, policy }) =>
      inTimeZone(policyLimits(organisationAccount(name), policy), zoneOf(policy)),
    ),
    ...[...teams.values()].flatMap(({ name, policy, organisation }) =>
      inTimeZone(policyLimits(teamAccount(name), policy), policy.timeZone ?? zoneOf(organisations.get(organisation ?? '')?.policy)),
    ),
  ];
}

/** Null where the configuration does not name them. */
export function configuredAnonymous(config: Pick<GatewayConfig, 'anonymous'> & TeamSettings): Principal | null {
  if (config.anonymous === undefined) return null;
  const { scopes, routes, team = null } = withDefaults(anonymousSection, config.anonymous);
  const principal = namedAnonymous({ scopes, routes, team, limits: [] });
  return team === null ? principal : withinTeam(principal, declaredStanding(declaredTeams(config), team));
}

/** What the doors ask about callers, as the configuration has it. */
export const callerRulesOf = ({ graph, anonymous, issuers = {} }: GatewayConfig): CallerRules => ({
  contracts: Object.keys(graph?.contracts ?? {}),
  contractOfAnonymous: anonymous?.contract ?? null,
  acceptForeignTokens: anonymous?.acceptForeignTokens ?? false,
  issuers: new Set(Object.values(issuers).map(({ issuer }) => issuer)),
});

/** Organisations and teams: seen and changed by callers within their own organisation, or by those who administer all. */
import { organisationAccount, teamAccount } from '../../../access/teams/team-book.ts';
import type { EnteredBy, Entry, OrganisationEntry, TeamChange, TeamEntry } from '../../../access/teams/team-desk.ts';
import type { Principal } from '../../../core/call/call.ts';
import { GatewayError } from '../../../core/errors.ts';
import type { OrganisationRecord, TeamRecord } from '../../../storage/directory/directory.ts';
import type { AiCacheSharing, AiPeriod, CreateAiTeamInput, Resolvers } from '../../generated.ts';
import { dateTimeOf } from '../../scalars.ts';
import type { Services } from '../../services.ts';
import { changesOn } from './change-list.ts';
import { policyChange } from './policy-input.ts';

export function teamResolvers(services: Services): Resolvers {
  const { teams, organisations } = services.directory;

  /** Null for what the caller does not see, and for what is not there. */
  async function changeTeam(id: string, change: TeamChange, principal: Principal, why: Why): Promise<TeamEntry | null> {
    const entry = await teams.find(id);
    if (entry === null || !sees(principal, entry.record)) return null;
    return teams.update(id, change, { ...doneBy(principal, why), permit: (team) => checkMayChange(principal, team) });
  }

  return {
    Query: {
      aiTeams: async (_, __, { principal }) => (await teams.list()).filter(({ record }) => sees(principal, record)),
      aiOrganisations: async (_, __, { principal }) =>
        (await organisations.list()).filter(({ record }) => ofAll(principal) || record.name === principal.organisation),
    },
    Mutation: {
      createAiTeam(_, { input, ...why }, { principal }) {
        const organisation = organisationOf(input, principal);
        return teams.create(input.id, { ...policyChange(input), organisation }, doneBy(principal, why));
      },
      async updateAiTeam(_, { id, input, ...why }, { principal }) {
        const { organisation } = input;
        const change = { ...policyChange(input), ...(organisation === undefined ? {} : { organisation }) };
        if (organisation !== undefined && !ofAll(principal) && organisation !== principal.organisation) throw notYours(principal);
        return changeTeam(id, change, principal, why);
      },
      archiveAiTeam: (_, { id, archived, ...why }, { principal }) => changeTeam(id, { archived }, principal, why),
      addAiTeamMember: (_, { team, ...user }, { principal }) => services.members.add(team, user, principal.id),
      removeAiTeamMember: (_, { team, ...user }, { principal }) => services.members.remove(team, user, principal.id),
      createAiOrganisation: (_, { input, ...why }, { principal }) =>
        organisations.create(input.id, policyChange(input), doneBy(principal, why)),
      updateAiOrganisation: (_, { id, input, ...why }, { principal }) =>
        organisations.update(id, policyChange(input), doneBy(principal, why)),
      archiveAiOrganisation: (_, { id, archived, ...why }, { principal }) => organisations.update(id, { archived }, doneBy(principal, why)),
    },
    AiTeam: {
      ...commonFields<TeamEntry>(),
      organisation: ({ record }) => record.organisation,
      contract: ({ record }) => record.policy.contract,
      perUser: ({ record }) => record.policy.perUser,
      agents: ({ record }) => record.policy.agents.map((policy) => ({ policy, team: record })),
      changes: ({ record }, { first }) => changesOn(teamAccount(record.name), first, services),
      members: ({ record }) => services.members.ofTeam(record.name),
      budgets: async ({ record }) => services.limits.budgets(await services.teamBook.limitsOfTeam(record.name)),
    },
    AiAgentLimits: {
      name: ({ policy }) => policy.name,
      budgets: async ({ policy, team }) => services.limits.budgets(await services.teamBook.limitsOfAgent(team, policy)),
      requestsPerMinute: ({ policy }) => policy.requestsPerMinute,
      callsPerMinute: ({ policy }) => policy.callsPerMinute,
      tokensPerMinute: ({ policy }) => policy.tokensPerMinute,
      concurrency: ({ policy }) => policy.concurrency,
      session: ({ policy }) => policy.session,
    },
    AiUserBudget: { per: ({ per }) => per.toUpperCase() as AiPeriod, limit: ({ most }) => most },
    AiTeamMember: {
      principal: ({ record }) => record.principal,
      addedAt: ({ record }) => new Date(record.addedAt).toISOString(),
      addedBy: ({ record }) => record.addedBy,
    },
    AiOrganisation: {
      ...commonFields<OrganisationEntry>(),
      changes: ({ record }, { first }) => changesOn(organisationAccount(record.name), first, services),
      budgets: ({ record }) => services.limits.budgets(services.teamBook.limitsOfOrganisation(record)),
    },
  };
}

/** Arguments of the mutations. */
interface Why {
  readonly reason?: string | null;
  readonly expectVersion?: number | null;
}

const doneBy = (principal: Principal, { reason, expectVersion }: Why): Omit<EnteredBy<never>, 'permit'> => ({
  by: principal.id,
  reason: reason ?? null,
  expectVersion: expectVersion ?? null,
});

const ofAll = ({ scopes }: Principal): boolean => scopes.includes('ai:teams:all');

function sees(principal: Principal, team: TeamRecord): boolean {
  if (ofAll(principal)) return true;
  const { organisation = null } = principal;
  return organisation === null ? team.name === principal.team : team.organisation === organisation;
}

/** Within the organisation, whose bounds hold whatever its teams have. A team without one has no bounds but its own, so that it may not change them. */
function checkMayChange(principal: Principal, team: TeamRecord): void {
  const { organisation = null } = principal;
  if (ofAll(principal) || (organisation !== null && team.organisation === organisation)) return;
  throw notYours(principal);
}

/** That a new team belongs to. */
function organisationOf({ id, organisation: asked }: CreateAiTeamInput, principal: Principal): string | null {
  if (ofAll(principal)) return asked ?? null;
  const { organisation = null } = principal;
  if (organisation === null || (asked !== undefined && asked !== organisation)) throw notYours(principal);
  if (id.startsWith(`${organisation}.`)) return organisation;
  throw new GatewayError(
    'FORBIDDEN',
    `With the scope ai:teams, the name of a new team begins with that of your organisation: ${organisation}.${id.slice(0, 64)} would be accepted.`,
  );
}

function notYours({ organisation = null }: Principal): GatewayError {
  const yours =
    organisation === null
      ? 'your team belongs to none, so you see it alone, and change nothing'
      : `yours is ${organisation}, and teams stay in it`;
  return new GatewayError(
    'FORBIDDEN',
    `With the scope ai:teams you make and change teams of your own organisation: ${yours}. The scope ai:teams:all is for every team.`,
  );
}

const commonFields = <E extends Entry<OrganisationRecord>>() => ({
  id: ({ record }: E) => record.name,
  description: ({ record }: E) => record.description,
  scopes: ({ record }: E) => record.policy.scopes,
  routes: ({ record }: E) => record.policy.routes,
  requestsPerMinute: ({ record }: E) => record.policy.requestsPerMinute,
  callsPerMinute: ({ record }: E) => record.policy.callsPerMinute,
  tokensPerMinute: ({ record }: E) => record.policy.tokensPerMinute,
  timeZone: ({ record }: E) => record.policy.timeZone,
  session: ({ record }: E) => record.policy.session,
  concurrency: ({ record }: E) => record.policy.concurrency,
  guardrails: ({ record }: E) => record.policy.guardrails,
  cacheSharing: ({ record }: E) => (record.policy.cacheSharing?.toUpperCase() ?? null) as AiCacheSharing | null,
  createdAt: ({ record, declared }: E) => (declared ? null : dateTimeOf(record.createdAt)),
  createdBy: ({ record }: E) => record.createdBy,
  updatedAt: ({ record, declared }: E) => (declared ? null : dateTimeOf(record.updatedAt)),
  updatedBy: ({ record }: E) => record.updatedBy,
  version: ({ record }: E) => record.version,
  archivedAt: ({ record }: E) => dateTimeOf(record.archivedAt),
});

/**
 * The limits of a caller's team: from the configuration when it declares the team or its organisation, otherwise from the store. A name that the
 * configuration declares is not looked up in the store.
 */
import type { Limit } from '../../core/call/hold.ts';
import type { AgentPolicy, Directory, OrganisationRecord, Policy, TeamRecord } from '../../storage/directory/directory.ts';
import type { LimitsOfUser } from '../users/end-user.ts';
import { inTimeZone, policyLimits } from './policy-limits.ts';

/** What one version of the configuration declares, by name. */
export interface DeclaredTeams {
  readonly organisations: ReadonlyMap<string, OrganisationRecord>;
  readonly teams: ReadonlyMap<string, TeamRecord>;
  /** Time zone of budgets when no policy names another. Default: UTC. */
  readonly timeZone?: string;
}

export const noDeclaredTeams: DeclaredTeams = { organisations: new Map(), teams: new Map() };

export interface TeamStanding {
  readonly organisation: string | null;
  /** The team, and its organisation if it has one. */
  readonly accounts: readonly Account[];
  /** A sentence that says why nobody of the team may do anything. Null: they may. */
  readonly ended: string | null;
  /** Time zone in which the periods of its callers' budgets begin. */
  readonly timeZone: string;
}

interface Account {
  /** Such as `team:search`. */
  readonly name: string;
  readonly policy: Policy;
  /** The same objects each time where possible, because stores recognise them. */
  readonly limits: readonly Limit[];
}

export interface TeamBook {
  /** Time zone of callers without a team. Default: UTC. */
  readonly timeZone?: string;
  /** Null: the team has no policy and belongs to no organisation. */
  standingOf(team: string): TeamStanding | null | Promise<TeamStanding | null>;
  /** For callers whose token names their organisation and no team. Null: there is no such organisation. */
  standingOfOrganisation(organisation: string): Promise<TeamStanding | null>;
  /** Names of the organisations that were archived. */
  archivedOrganisations(): Promise<readonly string[]>;
  /** For a user of a login whose token names no team. Null: the user is in no team. */
  teamOfMember(principalId: string): Promise<string | null>;
  /** Limits of one user of the team, on the user's own account. */
  readonly limitsOfUser: LimitsOfUser;
  /** Limits of the team itself. Empty when it has no policy. */
  limitsOfTeam(team: string): Promise<readonly Limit[]>;
  /** Limits of one agent of the team. */
  limitsOfAgent(team: TeamRecord, policy: AgentPolicy): Promise<readonly Limit[]>;
  /** Limits of the organisation itself. */
  limitsOfOrganisation(organisation: OrganisationRecord): readonly Limit[];
  /** Version of what the store has: see `Directory.version`. */
  version(): string | Promise<string>;
}

export function openTeamBook(declared: DeclaredTeams, directory: Directory): TeamBook {
  const known = new Map([...declared.teams.keys()].map((team) => [team, declaredStanding(declared, team)]));

  async function storedStanding(name: string): Promise<TeamStanding | null> {
    const team = await directory.teams.find(name);
    if (team === null) return null;
    if (team.organisation === null) return standing(team, null, declared.timeZone);
    const above = declared.organisations.get(team.organisation) ?? (await directory.organisations.find(team.organisation));
    return standing(team, above, declared.timeZone);
  }

  const { timeZone = 'UTC' } = declared;
  const standingOf: TeamBook['standingOf'] = (team) => known.get(team) ?? storedStanding(team);

  return {
    timeZone,
    standingOf,
    async standingOfOrganisation(name) {
      const found = declared.organisations.get(name) ?? (await directory.organisations.find(name));
      return found === null ? null : standingAlone(found, timeZone);
    },
    async archivedOrganisations() {
      const stored = await directory.organisations.list();
      return stored.flatMap(({ name, archivedAt }) => (archivedAt === null || declared.organisations.has(name) ? [] : [name]));
    },
    teamOfMember: async (principalId) => (await directory.members.find(principalId))?.team ?? null,
    async limitsOfUser(team, account) {
      const standing = team === null ? null : await standingOf(team);
      const perUser = standing?.accounts.find(({ name }) => name === teamAccount(team ?? ''))?.policy.perUser ?? null;
      return perUser === null ? [] : inTimeZone(policyLimits(account, perUser), standing?.timeZone ?? timeZone);
    },
    async limitsOfTeam(team) {
      return (await standingOf(team))?.accounts.find(({ name }) => name === teamAccount(team))?.limits ?? [];
    },
    async limitsOfAgent({ name }, policy) {
      return inTimeZone(policyLimits(agentAccount(name, policy.name), policy), (await standingOf(name))?.timeZone ?? timeZone);
    },
    limitsOfOrganisation: (organisation) =>
      account(organisationAccount(organisation.name), organisation, organisation.policy.timeZone ?? timeZone).limits,
    version: directory.version,
  };
}

/** Null: the configuration does not declare the team. */
export function declaredStanding({ teams, organisations, timeZone }: DeclaredTeams, name: string): TeamStanding | null {
  const team = teams.get(name);
  return team === undefined ? null : standing(team, organisations.get(team.organisation ?? '') ?? null, timeZone);
}

export const agentAccount = (team: string, agent: string): string => `agent:${team}:${agent}`;
export const teamAccount = (team: string): string => `team:${team}`;
export const organisationAccount = (organisation: string): string => `organisation:${organisation}`;

function standingAlone(organisation: OrganisationRecord, ofGateway: string): TeamStanding {
  const timeZone = organisation.policy.timeZone ?? ofGateway;
  return {
    timeZone,
    organisation: organisation.name,
    accounts: [account(organisationAccount(organisation.name), organisation, timeZone)],
    ended: endOfOrganisation(organisation),
  };
}

const endOfOrganisation = ({ name, archivedAt }: OrganisationRecord): string | null =>
  archivedAt === null ? null : `The organisation "${name}" was archived.`;

/** A team whose organisation does not exist has lost its limits, so it may do nothing. */
function standing(team: TeamRecord, above: OrganisationRecord | null, ofGateway = 'UTC'): TeamStanding {
  const { organisation } = team;
  const zoneAbove = above?.policy.timeZone ?? ofGateway;
  const timeZone = team.policy.timeZone ?? zoneAbove;
  return {
    timeZone,
    organisation,
    accounts: [
      account(teamAccount(team.name), team, timeZone),
      ...(above === null ? [] : [account(organisationAccount(above.name), above, zoneAbove)]),
    ],
    ended:
      (team.archivedAt === null ? null : `The team "${team.name}" was archived.`) ??
      (organisation !== null && above === null
        ? `The organisation "${organisation}" of the team "${team.name}" is not there any more.`
        : null) ??
      (above === null ? null : endOfOrganisation(above)),
  };
}

const account = (name: string, { policy }: OrganisationRecord, timeZone: string): Account => ({
  name,
  policy,
  limits: inTimeZone(policyLimits(name, policy), timeZone),
});

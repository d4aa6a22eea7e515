/**
 * What the team of a caller may have: by the configuration where that declares the team or its organisation, else by the store. A name that
 * the configuration declares is not looked up in the store.
 */
import type { Limit } from '../../core/call/hold.ts';
import type { AgentPolicy, Directory, OrganisationRecord, Policy, TeamRecord } from '../../storage/directory/directory.ts';
import type { LimitsOfUser } from '../users/end-user.ts';
import { inTimeZone, policyLimits } from './policy-limits.ts';

/** What one reading of the configuration declares, by name. */
export interface DeclaredTeams {
  readonly organisations: ReadonlyMap<string, OrganisationRecord>;
  readonly teams: ReadonlyMap<string, TeamRecord>;
  /** In which the periods of budgets begin where no policy says another. Default: UTC. */
  readonly timeZone?: string;
}

export const noDeclaredTeams: DeclaredTeams = { organisations: new Map(), teams: new Map() };

export interface TeamStanding {
  readonly organisation: string | null;
  /** The team, and its organisation where it has one. */
  readonly accounts: readonly Account[];
  /** Why nobody of the team may do anything, in a sentence; null: they may. */
  readonly ended: string | null;
  /** In which the periods of its callers' budgets begin. */
  readonly timeZone: string;
}

interface Account {
  /** Such as `team:search`. */
  readonly name: string;
  readonly policy: Policy;
  /** The same objects each time, where that is possible: stores know them again. */
  readonly limits: readonly Limit[];
}

export interface TeamBook {
  /** Of callers without a team. Default: UTC. */
  readonly timeZone?: string;
  /** Null: the team has no policy, and belongs to no organisation. */
  standingOf(team: string): TeamStanding | null | Promise<TeamStanding | null>;
  /** Of callers whose token names their organisation and no team; null: there is no such organisation. */
  standingOfOrganisation(organisation: string): Promise<TeamStanding | null>;
  /** Of a user of a login whose token names no team; null: he is in none. */
  teamOfMember(principalId: string): Promise<string | null>;
  /** What one user of the team may use, as limits of his account. */
  readonly limitsOfUser: LimitsOfUser;
  /** Of the team alone; empty where it has no policy. */
  limitsOfTeam(team: string): Promise<readonly Limit[]>;
  /** Of an agent of the team alone. */
  limitsOfAgent(team: TeamRecord, policy: AgentPolicy): Promise<readonly Limit[]>;
  /** Of the organisation alone. */
  limitsOfOrganisation(organisation: OrganisationRecord): readonly Limit[];
  /** Of what the store says: see `Directory.version`. */
  version(): Promise<string>;
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

/** A team whose organisation is not there has lost the bounds that it had, so it may do nothing. */
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

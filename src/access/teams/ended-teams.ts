/** Finds archived teams and organisations. Work that their keys and tokens have begun then ends as after a revocation. */
import type { Revocation } from '../../storage/identities/identities.ts';
import type { Keys } from '../../storage/keys/keys.ts';
import type { TeamBook } from './team-book.ts';

export interface EndedTeams {
  /** The keys, with the standing of their teams. */
  readonly keys: Pick<Keys, 'standing'>;
  /** Archived teams among those given, and archived organisations by their accounts (`organisation:acme`). The time is not known. */
  revocations(teams: readonly string[]): Promise<readonly Revocation[]>;
  /** Names of the organisations that were archived. */
  archivedOrganisations(): Promise<readonly string[]>;
  /** `read` returns the teams of the present configuration. Before this call no team has ended. */
  follow(read: () => TeamBook): void;
}

/** How an organisation is named among teams, whose names contain no colon. */
const organisationForm = /^organisation:(.+)$/;

export function endedTeams(keys: Pick<Keys, 'standing'>): EndedTeams {
  let book = (): TeamBook | null => null;
  /** Why each team has ended, while the book stays the same. It is needed twice a second for all teams in use. */
  let known = new Map<string, string | null>();
  let knownOf: { readonly teams: TeamBook; readonly version: string } | null = null;

  /** Null: no configuration is in force yet. */
  async function teamsNow(): Promise<TeamBook | null> {
    const teams = book();
    if (teams === null) return null;
    const version = await teams.version();
    if (knownOf?.teams !== teams || knownOf.version !== version) known = new Map();
    knownOf = { teams, version };
    return teams;
  }

  async function endOf(teams: TeamBook, team: string): Promise<string | null> {
    const before = known.get(team);
    if (before !== undefined) return before;
    const [, organisation] = organisationForm.exec(team) ?? [];
    const standing = organisation === undefined ? teams.standingOf(team) : teams.standingOfOrganisation(organisation);
    const ended = (await standing)?.ended ?? null;
    known.set(team, ended);
    return ended;
  }

  return {
    keys: {
      async standing(ids) {
        const standings = await keys.standing(ids);
        const teams = await teamsNow();
        if (teams === null) return standings;
        return Promise.all(
          standings.map(async (standing) => {
            const teamEnded = await endOf(teams, standing.team);
            return teamEnded === null ? standing : { ...standing, teamEnded };
          }),
        );
      },
    },
    async revocations(names) {
      const teams = await teamsNow();
      if (teams === null) return [];
      const found = await Promise.all(names.map(async (id) => ({ id, ended: await endOf(teams, id) })));
      return found.flatMap(({ id, ended }) => (ended === null ? [] : [{ id, revokedAt: 0 }]));
    },
    archivedOrganisations: async () => (await (await teamsNow())?.archivedOrganisations()) ?? [],
    follow(read) {
      book = read;
    },
  };
}

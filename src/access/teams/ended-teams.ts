/** Tells that a team or its organisation was archived: what its keys and tokens began then ends as if they had been revoked. */
import type { Revocation } from '../../storage/identities/identities.ts';
import type { Keys } from '../../storage/keys/keys.ts';
import type { TeamBook } from './team-book.ts';

export interface EndedTeams {
  /** The keys, with what their teams say. */
  readonly keys: Pick<Keys, 'standing'>;
  /** Of those that were archived among the teams, and among organisations by their accounts (`organisation:acme`). When is not told. */
  revocations(teams: readonly string[]): Promise<readonly Revocation[]>;
  /** `read` returns the teams of the configuration that is in force. Before, no team has ended. */
  follow(read: () => TeamBook): void;
}

/** What an organisation alone is called among teams, whose names have no colon. */
const organisationForm = /^organisation:(.+)$/;

export function endedTeams(keys: Pick<Keys, 'standing'>): EndedTeams {
  let book = (): TeamBook | null => null;
  /** By team, for as long as the book is the same: why it has ended. It is asked about all teams in use twice a second. */
  let known = new Map<string, string | null>();
  let knownOf: { readonly teams: TeamBook; readonly version: string } | null = null;

  /** Null: before the first configuration is in force. */
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
    follow(read) {
      book = read;
    },
  };
}

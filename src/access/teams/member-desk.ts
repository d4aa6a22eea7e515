/** Adds users of a login to teams, for tokens that name no team, and removes them. */
import type { Directory, MemberRecord } from '../../storage/directory/directory.ts';
import type { Identities } from '../../storage/identities/identities.ts';
import { type NoteChange, noNotes } from '../changes/change-notes.ts';
import { realmOfIssuer } from '../users/end-user.ts';
import { refuse } from './check-policy.ts';
import { teamAccount } from './team-book.ts';
import type { TeamDesk } from './team-desk.ts';

/** A user as the issuer names the user. */
export interface UserOfIssuer {
  /** Name of the issuer in the configuration. */
  readonly issuer: string;
  readonly user: string;
}

export interface Member {
  readonly record: MemberRecord;
  readonly issuer: string;
  /** Null: the name is not known any more. */
  readonly user: string | null;
}

export interface MemberDesk {
  /** Members in the order in which they were added. */
  ofTeam(team: string): Promise<readonly Member[]>;
  /** Adds the user and removes the user from the former team. Null: there is no such team. Throws BAD_REQUEST for an impossible user. */
  add(team: string, user: UserOfIssuer, by: string): Promise<Member | null>;
  /** Null: the user is not in that team. */
  remove(team: string, user: UserOfIssuer, by: string): Promise<Member | null>;
}

export interface MemberDeskOptions {
  readonly directory: Pick<Directory, 'members'>;
  readonly teams: Pick<TeamDesk['teams'], 'find'>;
  readonly identities: Pick<Identities, 'pseudonymOf' | 'note' | 'findUser'>;
  /** Names of the issuers in the configuration. */
  readonly issuers: readonly string[];
  /** Default: nobody is told what was done. */
  readonly note?: NoteChange;
  readonly now?: () => number;
}

const maxNameLength = 255;

export function memberDesk({ directory, teams, identities, issuers, note = noNotes, now = Date.now }: MemberDeskOptions): MemberDesk {
  const { members } = directory;

  /** Throws BAD_REQUEST. */
  function pseudonymOf({ issuer, user }: UserOfIssuer): string {
    if (!issuers.includes(issuer))
      refuse(`There is no issuer "${issuer.slice(0, 64)}". Issuers of the configuration: ${issuers.join(', ') || 'none'}.`);
    const fits = user.length > 0 && user.length <= maxNameLength && !/\p{Cc}/u.test(user) && user.isWellFormed();
    if (!fits)
      refuse(
        `The user is refused: what tokens of the issuer say of him, 1 to ${maxNameLength} characters without line breaks, is accepted.`,
      );
    return identities.pseudonymOf(realmOfIssuer(issuer), user);
  }

  async function shown(record: MemberRecord): Promise<Member> {
    const [, issuer = '', user = ''] = /^jwt:(.*):([^:]+)$/.exec(record.principal) ?? [];
    return { record, issuer, user: (await identities.findUser(user))?.name || null };
  }

  /** The note has the user's pseudonym. */
  function noteMember(action: 'member added' | 'member removed', { principal, team }: MemberRecord, by: string): Promise<void> {
    const [before, after] = action === 'member added' ? [null, principal] : [principal, null];
    return note({ on: teamAccount(team), at: now(), by, action, parts: [{ name: 'members', before, after }], reason: null });
  }

  return {
    ofTeam: async (team) => Promise.all((await members.ofTeam(team)).map(shown)),
    async add(team, of, by) {
      const id = pseudonymOf(of);
      if ((await teams.find(team)) === null) return null;
      const record = { principal: `jwt:${of.issuer}:${id}`, team, addedAt: now(), addedBy: by };
      await identities.note({ id, realm: realmOfIssuer(of.issuer), name: of.user });
      await members.put(record);
      await noteMember('member added', record, by);
      return { record, ...of };
    },
    async remove(team, of, by) {
      const removed = await members.remove(`jwt:${of.issuer}:${pseudonymOf(of)}`, team);
      if (removed === null) return null;
      await noteMember('member removed', removed, by);
      return { record: removed, ...of };
    },
  };
}

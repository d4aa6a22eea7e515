/** Says what a principal may do now, who was authenticated some time ago: what goes on for long asks it anew. */
import type { Principal } from '../core/call/call.ts';
import type { Keys } from '../storage/keys/keys.ts';
import { principalOfKeyId } from './authenticate.ts';
import { joinVersions } from './remembered-principals.ts';
import type { TeamBook } from './teams/team-book.ts';
import { commonTo, withinTeam } from './teams/within-policies.ts';
import { keyIdOf } from './virtual-key.ts';

export interface PresentOptions {
  readonly keys: Pick<Keys, 'find' | 'version'>;
  readonly teams: Pick<TeamBook, 'standingOf' | 'standingOfOrganisation' | 'timeZone' | 'version'>;
  readonly development: boolean;
  readonly now: () => number;
}

/** Never more scopes than the principal had, and the organisation of now. Rejects with UNAUTHENTICATED when it may do nothing any more. */
export type FindPresent = (principal: Principal) => Promise<Pick<Principal, 'scopes' | 'organisation'>>;

export function presentPrincipals({ keys, teams, development, now }: PresentOptions): FindPresent {
  const versions = joinVersions(keys, teams);
  const known = new WeakMap<Principal, { readonly version: string; readonly present: ReturnType<FindPresent> }>();

  async function read(principal: Principal): ReturnType<FindPresent> {
    const id = keyIdOf(principal);
    const { scopes, organisation = null } =
      id === null ? await withinItsTeam(principal) : await principalOfKeyId(id, { keys, teams, development, now });
    return { scopes: commonTo([principal.scopes, scopes]) ?? [], organisation };
  }

  /** What a token says does not change. */
  async function withinItsTeam(principal: Principal): Promise<Principal> {
    const { team, organisation = null } = principal;
    if (team !== null) return withinTeam(principal, await teams.standingOf(team));
    return organisation === null ? principal : withinTeam(principal, await teams.standingOfOrganisation(organisation));
  }

  return async (principal) => {
    const version = await versions.version();
    const before = known.get(principal);
    if (before?.version === version) return before.present;
    const present = read(principal);
    known.set(principal, { version, present });
    return present;
  };
}

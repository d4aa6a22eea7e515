/** Whose activity somebody may see: all, that of an organisation, of a team, of a credential, or that of one of its users. */
import { credentialOf, type Principal } from '../../core/call/call.ts';
import type { UsageQuery } from '../../storage/ledger/ledger.ts';

/** Null: everybody's. The same that a usage report is restricted to. */
export type Viewer = UsageQuery['only'];

export function maySee(viewer: Viewer, principal: Principal): boolean {
  if (viewer === null) return true;
  if (viewer.user !== undefined && viewer.user !== principal.user?.id) return false;
  if ('team' in viewer) return viewer.team === principal.team;
  return 'organisation' in viewer ? viewer.organisation === principal.organisation : viewer.principal === credentialOf(principal);
}

/** What a viewer looks under. */
export function placeOf(viewer: Viewer): string {
  if (viewer === null) return '';
  const name = 'team' in viewer ? `team:${viewer.team}` : 'organisation' in viewer ? `org:${viewer.organisation}` : viewer.principal;
  return placeFor(name, ...(viewer.user === undefined ? [] : [viewer.user]));
}

/** Where those who may see the principal look. */
export function placesOf(principal: Principal): readonly string[] {
  const known = placesOfPrincipals.get(principal);
  if (known !== undefined) return known;
  const { team, organisation = null, user } = principal;
  const credential = credentialOf(principal);
  const names = [credential, ...(team === null ? [] : [`team:${team}`]), ...(organisation === null ? [] : [`org:${organisation}`])];
  const places = ['', ...names.flatMap((name) => [placeFor(name), ...(user === undefined ? [] : [placeFor(name, user.id)])])];
  placesOfPrincipals.set(principal, places);
  return places;
}

const placeFor = (...names: readonly string[]): string => JSON.stringify(names);
const placesOfPrincipals = new WeakMap<Principal, readonly string[]>();

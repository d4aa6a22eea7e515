/** Limits a principal to what its team and its organisation allow. */
import type { CacheSharing, Principal, SessionCaps } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Policy } from '../../storage/directory/directory.ts';
import type { TeamStanding } from './team-book.ts';

/** From the widest to the narrowest. */
export const sharings: readonly CacheSharing[] = ['organisation', 'team', 'principal'];

/** The entries that all lists have. Null is a list of everything. */
export function commonTo(lists: readonly (readonly string[] | null)[]): readonly string[] | null {
  return lists.reduce((common, list) => {
    if (common === null || list === null) return common ?? list;
    return common.filter((name) => list.includes(name));
  }, null);
}

/** The principal within the limits of its team. Null: the team has no policy. Throws UNAUTHENTICATED when the team may do nothing at all. */
export function withinTeam(principal: Principal, standing: TeamStanding | null): Principal {
  if (standing === null) return principal;
  if (standing.ended !== null) throw new GatewayError('UNAUTHENTICATED', `${standing.ended} A key of another team would be accepted.`);
  const policies = standing.accounts.map(({ policy }) => policy);
  const guardrails = [...new Set([...(principal.guardrails ?? []), ...policies.flatMap((policy) => policy.guardrails)])];
  return {
    ...principal,
    organisation: standing.organisation,
    scopes: commonTo([principal.scopes, ...policies.map(({ scopes }) => scopes)]) ?? [],
    routes: commonTo([principal.routes, ...policies.map(({ routes }) => routes)]),
    limits: [...principal.limits, ...standing.accounts.flatMap(({ limits }) => limits)],
    ...(guardrails.length === 0 ? {} : { guardrails }),
    ...contractOf(policies),
    ...narrowestSession([principal.sessionCaps ?? null, ...policies.map(({ session }) => session)]),
    ...sharingOf([principal.cacheSharing ?? null, ...policies.map(({ cacheSharing }) => cacheSharing)]),
  };
}

/** The caps that satisfy all given caps. Null: no caps. */
export function narrowestSession(caps: readonly (SessionCaps | null)[]): Pick<Principal, 'sessionCaps'> {
  const all = caps.filter((one) => one !== null);
  if (all.length === 0) return {};
  const least = (part: 'amount' | 'tokens' | 'turns' | 'calls'): number | null => {
    const numbers = all.flatMap((one) => one[part] ?? []);
    return numbers.length === 0 ? null : Math.min(...numbers);
  };
  return {
    sessionCaps: {
      ...{ amount: least('amount'), tokens: least('tokens'), turns: least('turns'), calls: least('calls') },
      // The longest duration, because a shorter session would begin again sooner.
      minutes: Math.max(...all.map(({ minutes }) => minutes)),
      warnAt: [...new Set(all.flatMap(({ warnAt }) => warnAt))],
    },
  };
}

/** The contract of the team, which is the first policy. */
function contractOf([team]: readonly Policy[]): Pick<Principal, 'contract'> {
  const contract = team?.contract ?? null;
  return contract === null ? {} : { contract };
}

function sharingOf(said: readonly (CacheSharing | null)[]): Pick<Principal, 'cacheSharing'> {
  const narrowest = sharings.findLast((sharing) => said.includes(sharing));
  return narrowest === undefined || narrowest === 'team' ? {} : { cacheSharing: narrowest };
}
